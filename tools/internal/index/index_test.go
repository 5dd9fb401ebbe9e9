package index

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

var update = flag.Bool("update", false, "write what Build makes as what it must make")

// TestGolden holds every file of two indexes against testdata.
func TestGolden(t *testing.T) {
	for name, o := range map[string]Options{
		"relative": {Yanks: yanked(t, `Torch==2.9.1+rocm7.13.0=wrong "results" on <gfx942> & + others`, "triton==3.5.1.0")},
		"absolute": {Base: "https://wheels.example/whl/", Key: func(a *document.Artifact) (string, error) {
			return a.Labels.Distribution + "/" + filepath.Base(a.RelativePath), nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			tree, findings := Build(sample(), honest, o)
			require.Empty(t, findings)
			assert.Len(t, tree, 2+2+2*3+5)
			var b bytes.Buffer
			for _, path := range slices.Sorted(maps.Keys(tree)) {
				fmt.Fprintf(&b, "-- %s --\n%s", path, tree[path])
			}
			golden := filepath.Join("testdata", name+".txt")
			if *update {
				require.NoError(t, os.WriteFile(golden, b.Bytes(), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), b.String())
		})
	}
}

// TestOrder: the order of manifests, artifacts and yanks does not count.
func TestOrder(t *testing.T) {
	o := Options{Yanks: yanked(t, "triton==3.5.1=bad", "torch==2.10.0a0+rocm7.14.0")}
	want, findings := Build(sample(), honest, o)
	require.Empty(t, findings)
	documents := sample()
	slices.Reverse(documents)
	slices.Reverse(o.Yanks)
	for _, d := range documents {
		slices.Reverse(d.Manifest.Artifacts)
	}
	got, findings := Build(append(documents, documents...), honest, o)
	require.Empty(t, findings)
	assert.Equal(t, want, got)
}

// TestFindingsDoNotDependOnOrder: three manifests that contradict each other.
func TestFindingsDoNotDependOnOrder(t *testing.T) {
	a := manifest("a", artifact("x/p-1-py3-none-any.whl", "1", nil))
	b := manifest("b", artifact("x/p-1-py3-none-any.whl", "2", nil))
	c := manifest("c", artifact("P-1-py3-none-any.whl", "3", nil))
	_, want := Build([]Document{a, b, c}, honest, Options{})
	require.Len(t, want, 2)
	for _, f := range want {
		assert.Equal(t, NameTaken, f.Code)
	}
	assert.Contains(t, want[0].Message, `"c" and "a"`)
	for _, documents := range [][]Document{{a, c, b}, {b, a, c}, {b, c, a}, {c, a, b}, {c, b, a}} {
		_, got := Build(documents, honest, Options{})
		assert.Equal(t, want, got)
	}
}

// TestWithoutSource: pages for wheels whose metadata lies beside them already.
func TestWithoutSource(t *testing.T) {
	want, _ := Build(sample(), honest, Options{})
	maps.DeleteFunc(want, func(path string, _ []byte) bool { return filepath.Ext(path) == ".metadata" })
	got, findings := Build(sample(), nil, Options{})
	require.Empty(t, findings)
	assert.Equal(t, want, got)
}

// TestRefusals: every fault, and no tree.
func TestRefusals(t *testing.T) {
	const good = "p-1-py3-none-any.whl"
	one := func(change func(*document.Artifact)) []Document {
		a := artifact(good, "a", nil)
		change(&a)
		return []Document{manifest("a", a), manifest("b", artifact(good, "a", nil))}
	}
	same := func(*document.Artifact) {}
	key := func(k string) Options {
		return Options{Key: func(*document.Artifact) (string, error) { return k, nil }}
	}
	source := func(text string, findings ...finding.Finding) Source {
		return func(*document.Artifact) ([]byte, []finding.Finding) { return []byte(text), findings }
	}
	text := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		documents []Document
		source    Source
		o         Options
		want      []string
	}{
		"two digests in two manifests": {one(func(a *document.Artifact) { a.SHA256 = digest([]byte("b")) }), honest, Options{}, []string{NameTaken + " " + good + " sha256"}},
		"two digests in one manifest": {[]Document{manifest("a", artifact("x/"+good, "a", nil), artifact("y/"+good, "b", nil))}, honest, Options{},
			[]string{NameTaken + " " + good + " sha256"}},
		"two sizes": {one(func(a *document.Artifact) { a.SizeBytes++ }), honest, Options{}, []string{FactsDiffer + " " + good + " size_bytes"}},
		"two facts": {one(func(a *document.Artifact) { *a = artifact(good, "a", text(">=3")) }), honest, Options{},
			[]string{FactsDiffer + " " + good + " metadata.sha256", FactsDiffer + " " + good + " metadata.requires_python"}},
		"no wheel's name":     {one(func(a *document.Artifact) { a.RelativePath = "p.whl" }), honest, Options{}, []string{Place + " a relative_path"}},
		"no metadata":         {one(same), source("", finding.Errorf(WheelMissing, "not there")), Options{}, []string{WheelMissing}},
		"other metadata":      {one(same), source("Name: q\n"), Options{}, []string{MetadataDiffers + " " + good + " metadata.sha256"}},
		"a key that fails":    {one(same), honest, Options{Key: func(*document.Artifact) (string, error) { return "", errors.New("no") }}, []string{Place + " " + good + " key", Place + " " + good + " key"}},
		"a key outside":       {one(same)[:1], honest, key("../" + good), []string{Place + " " + good + " key"}},
		"an absolute key":     {one(same)[:1], honest, key("/" + good), []string{Place + " " + good + " key"}},
		"a key of Windows":    {one(same)[:1], honest, key(`a\b/` + good), []string{Place + " " + good + " key"}},
		"a key's hidden text": {one(same)[:1], honest, key("a\u202eb/" + good), []string{HiddenCharacters + " " + good + " key"}},
		"a key's line break":  {one(same)[:1], honest, key("a\nb/" + good), []string{HiddenCharacters + " " + good + " key"}},
		"a key of another":    {one(same)[:1], honest, key("q.whl"), []string{Place + " " + good + " key"}},
		"a key in a file": {one(func(a *document.Artifact) { *a = artifact("sha256sums/"+good, "a", nil) })[:1], honest, Options{},
			[]string{Place + " sha256sums/" + good + ".metadata key"}},
		"hidden requires": {[]Document{manifest("a", artifact(good, "a", text(">=3\u202e")))}, honest, Options{},
			[]string{HiddenCharacters + " " + good + " metadata.requires_python", RequiresPython + " " + good + " metadata.requires_python"}},
		"requires of its own": {[]Document{manifest("a", func() document.Artifact {
			a := artifact(good, "a", text(">=3"))
			a.Metadata.RequiresPython = nil
			return a
		}())}, func(a *document.Artifact) ([]byte, []finding.Finding) { return core(a.RelativePath, text(">=3")), nil }, Options{},
			[]string{MetadataDisagrees + " " + good + " metadata.requires_python"}},
		"metadata of another": {one(func(a *document.Artifact) {
			a.Metadata.SHA256 = digest([]byte("Metadata-Version: 2.1\nName: q\nVersion: 2\n"))
		})[:1],
			source("Metadata-Version: 2.1\nName: q\nVersion: 2\n"), Options{},
			[]string{MetadataDisagrees + " " + good + " metadata.name", MetadataDisagrees + " " + good + " metadata.version"}},
		"unknown project":   {one(same), honest, Options{Yanks: yanked(t, "q==1")}, []string{UnknownYank + "  yank"}},
		"unknown version":   {one(same), honest, Options{Yanks: yanked(t, "p==1+rocm")}, []string{UnknownYank + "  yank"}},
		"a hidden reason":   {one(same), honest, Options{Yanks: []Yank{{"p", yanked(t, "p==1")[0].Version, "a\nb"}}}, []string{HiddenCharacters + "  p==1"}},
		"several of a kind": {one(func(a *document.Artifact) { a.SizeBytes++ }), source("x"), Options{Yanks: yanked(t, "q==1")}, []string{FactsDiffer + " " + good + " size_bytes", UnknownYank + "  yank", MetadataDiffers + " " + good + " metadata.sha256"}},
	} {
		t.Run(name, func(t *testing.T) {
			tree, findings := Build(c.documents, c.source, c.o)
			assert.Nil(t, tree)
			assert.Equal(t, c.want, brief(findings))
			for _, f := range findings {
				assert.NotEmpty(t, f.Message)
			}
		})
	}
}

// TestManyFindings: a hostile set of manifests cannot fill the memory.
func TestManyFindings(t *testing.T) {
	var artifacts []document.Artifact
	for range maxFindings + 10 {
		artifacts = append(artifacts, document.Artifact{RelativePath: "x"})
	}
	_, findings := Build([]Document{manifest("a", artifacts...)}, honest, Options{})
	assert.Len(t, findings, maxFindings+1)
	assert.Equal(t, TooMany, findings[maxFindings].Code)
	assert.Equal(t, finding.Error, findings[maxFindings].Severity)
}

// TestRequiresPythonIsAWarning: a wheel that was built can be listed.
func TestRequiresPythonIsAWarning(t *testing.T) {
	odd := `=>3.8 "<script>"`
	tree, findings := Build([]Document{manifest("a", artifact("p-1-py3-none-any.whl", "a", &odd))}, honest, Options{})
	assert.Equal(t, []string{RequiresPython + " p-1-py3-none-any.whl metadata.requires_python"}, brief(findings))
	assert.Contains(t, string(tree["simple/p/index.html"]), `data-requires-python="=&gt;3.8 &#34;&lt;script&gt;&#34;"`)
	assert.NotContains(t, string(tree["simple/p/index.json"]), "<script>")
}
