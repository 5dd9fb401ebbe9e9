package index

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// anchor is one <a> of a page.
type anchor struct {
	attributes map[string]string
	text       string
}

// anchors reads a page with a reader of HTML that is not ours.
func anchors(t *testing.T, page []byte) (list []anchor) {
	d := xml.NewDecoder(bytes.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	inside := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			require.Contains(t, []string{"html", "head", "meta", "title", "body", "h1", "a", "br"}, token.Name.Local)
			if inside = token.Name.Local == "a"; inside {
				a := anchor{attributes: map[string]string{}}
				for _, one := range token.Attr {
					a.attributes[one.Name.Local] = one.Value
				}
				list = append(list, a)
			}
		case xml.CharData:
			if inside {
				list[len(list)-1].text += string(token)
			}
		case xml.EndElement:
			inside = false
		}
	}
}

// word is text that pages must escape.
func word(r *rand.Rand) string {
	letters := []rune(`ab <>&"'+%#?=;{}\/éß火` + "`")
	var b strings.Builder
	for range 1 + r.IntN(8) {
		b.WriteRune(letters[r.IntN(len(letters))])
	}
	return b.String()
}

// random is a set of manifests, and the artifacts that an index must have of it.
func random(r *rand.Rand) (documents []Document, want map[string]document.Artifact) {
	want = map[string]document.Artifact{}
	for i := range 1 + r.IntN(3) {
		d := manifest(string(rune('a' + i)))
		for range 1 + r.IntN(6) {
			folder := strings.Trim(strings.NewReplacer("/", "", `\`, "", "..", "").Replace(word(r)), " .")
			name := []string{"torch", "Torch_Vision", "a.b"}[r.IntN(3)] + "-" + []string{"1.0", "1.10", "1.9+rocm.1", "1!2.0"}[r.IntN(4)] + "-py3-none-any.whl"
			if _, there := want[name]; there {
				continue
			}
			var requires *string
			if r.IntN(2) == 0 {
				text := strings.TrimSpace("x" + word(r))
				requires = &text
			}
			a := artifact(path.Join(folder, name), word(r), requires)
			want[name] = a
			d.Manifest.Artifacts = append(d.Manifest.Artifacts, a)
		}
		documents = append(documents, d)
	}
	return documents, want
}

// TestReadBack: what other readers of HTML and of JSON find in the pages is what
// the manifests say, and nothing else.
func TestReadBack(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		documents, want := random(r)
		base := []string{"", "https://example.org/a%20b"}[r.IntN(2)]
		tree, _ := Build(documents, honest, Options{Base: base})
		require.NotNil(t, tree)
		var list listPage
		require.NoError(t, json.Unmarshal(tree["simple/index.json"], &list))
		listed := anchors(t, tree["simple/index.html"])
		require.Len(t, listed, len(list.Projects))
		seen := 0
		for i, project := range list.Projects {
			assert.Equal(t, project.Name, listed[i].text)
			assert.Equal(t, project.Name+"/", listed[i].attributes["href"])
			var page projectPage
			require.NoError(t, json.Unmarshal(tree["simple/"+project.Name+"/index.json"], &page))
			links := anchors(t, tree["simple/"+project.Name+"/index.html"])
			require.Len(t, links, len(page.Files))
			for j, file := range page.Files {
				seen++
				a, there := want[file.Filename]
				require.True(t, there, file.Filename)
				same(t, a, file, links[j], base)
				assert.Equal(t, core(a.RelativePath, a.Metadata.RequiresPython), tree[a.RelativePath+".metadata"])
				assert.Contains(t, string(tree["SHA256SUMS"]), a.SHA256+"  "+a.RelativePath+"\n")
			}
		}
		assert.Equal(t, len(want), seen)
		assert.Equal(t, len(want), bytes.Count(tree["SHA256SUMS"], []byte("\n")))
	}
}

// same holds both forms of one file against the manifest.
func same(t *testing.T, a document.Artifact, file pageFile, link anchor, base string) {
	t.Helper()
	page, err := url.Parse("https://example.org/a%20b/simple/p/")
	require.NoError(t, err)
	address, err := page.Parse(file.URL)
	require.NoError(t, err)
	if base == "" {
		assert.True(t, strings.HasPrefix(file.URL, "../../"))
	}
	assert.Equal(t, "/a b/"+a.RelativePath, address.Path, "the server looks for it there")
	assert.NotContains(t, address.String(), "+")
	assert.Empty(t, address.RawQuery+address.Fragment)
	want := map[string]string{
		"href":                    file.URL + "#sha256=" + a.SHA256,
		"data-core-metadata":      "sha256=" + a.Metadata.SHA256,
		"data-dist-info-metadata": "sha256=" + a.Metadata.SHA256,
	}
	if a.Metadata.RequiresPython != nil {
		want["data-requires-python"] = *a.Metadata.RequiresPython
		assert.Equal(t, *a.Metadata.RequiresPython, file.RequiresPython)
	} else {
		assert.Empty(t, file.RequiresPython)
	}
	assert.Equal(t, want, link.attributes)
	assert.Equal(t, path.Base(a.RelativePath), link.text)
	assert.Equal(t, a.SHA256, file.Hashes.SHA256)
	assert.Equal(t, a.Metadata.SHA256, file.CoreMetadata.SHA256)
	assert.Equal(t, a.SizeBytes, file.Size)
	assert.Equal(t, false, file.Yanked)
}
