package verification_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/metadata"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

// metadataOf is METADATA of the wheel of torch.
func metadataOf(t testing.TB, dir string) []byte {
	t.Helper()
	_, data, err := entry.Read(t.Context(), filepath.Join(dir, torch), torch, "", entry.Options{})
	require.NoError(t, err)
	return data
}

// one is a folder with the wheel of torch, and its manifest.
func one(t testing.TB) (dir string, m *document.Manifest) {
	t.Helper()
	dir = t.TempDir()
	put(t, wheelOf("torch", "2.9.1"), dir, torch)
	return dir, manifestOf(t, dir)
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// TestMetadataInFolders: what lies beside a wheel, and nothing that does not.
func TestMetadataInFolders(t *testing.T) {
	for name, test := range map[string]struct {
		change func(data []byte) []byte
		codes  []string
	}{
		"none":   {nil, none},
		"right":  {func(b []byte) []byte { return b }, none},
		"other":  {func(b []byte) []byte { return append(b, "Requires-Dist: evil\n"...) }, []string{ServedMetadataDiffers}},
		"empty":  {func([]byte) []byte { return nil }, []string{ServedMetadataDiffers}},
		"longer": {func(b []byte) []byte { return append(b, make([]byte, metadata.MaxBytes)...) }, []string{ServedMetadataDiffers}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, m := one(t)
			data := metadataOf(t, dir)
			if test.change != nil {
				put(t, test.change(bytes.Clone(data)), dir, torch+".metadata")
			}
			v := of(t, m, dir)
			for _, v.Contents = range []bool{false, true} {
				result := run(t, v)
				assert.Equal(t, test.codes, codes(result.Findings, finding.Error), "%v", result.Findings)
				assert.Equal(t, len(test.codes), result.Counts.Differing)
				assert.Equal(t, m.Artifacts[0].SizeBytes, result.Counts.Bytes)
				assert.Zero(t, result.Counts.Unlisted)
			}
		})
	}
	dir, m := one(t)
	put(t, nil, dir, torch+".metadata", "a folder")
	result := run(t, of(t, m, dir))
	assert.Equal(t, []string{ServedMetadataUnreadable}, codes(result.Findings, finding.Error))
	assert.True(t, result.Incomplete)
}

// TestMetadataOfIndexes: what a page promises and claims, and what is served.
func TestMetadataOfIndexes(t *testing.T) {
	const python = ">=3.10, <4"
	zero := strings.Repeat("0", 64)
	for name, test := range map[string]struct {
		html, json string // of the file; DIGEST is that of METADATA
		served     int    // the status of METADATA; 0: other bytes
		codes      []string
		incomplete bool
	}{
		"all right":           {`data-core-metadata="sha256=DIGEST" data-requires-python="&gt;=3.10, &lt;4"`, `"core-metadata":{"sha256":"DIGEST"},"requires-python":">=3.10, <4"`, 200, none, false},
		"capitals":            {`data-core-metadata="sha256=CAPITALS"`, `"core-metadata":{"sha256":"CAPITALS"}`, 200, none, false},
		"nothing said":        {``, `"core-metadata":false,"requires-python":null`, 0, none, false},
		"changed":             {`data-core-metadata="sha256=DIGEST"`, `"core-metadata":{"sha256":"DIGEST"}`, 0, []string{ServedMetadataDiffers}, false},
		"changed, no digest":  {`data-dist-info-metadata="true"`, `"dist-info-metadata":true`, 0, []string{ServedMetadataDiffers}, false},
		"gone":                {`data-core-metadata="sha256=DIGEST"`, `"core-metadata":{"sha256":"DIGEST"}`, 404, []string{ServedMetadataMissing}, false},
		"forbidden":           {`data-core-metadata="sha256=DIGEST"`, `"core-metadata":{"sha256":"DIGEST"}`, 403, []string{ServedMetadataUnreadable}, true},
		"another digest":      {`data-core-metadata="sha256=` + zero + `"`, `"core-metadata":{"sha256":"` + zero + `"}`, 200, []string{IndexMetadataDiffers}, false},
		"of the old name":     {`data-core-metadata="sha256=DIGEST" data-dist-info-metadata="sha256=` + zero + `"`, `"core-metadata":{"sha256":"DIGEST"},"dist-info-metadata":{"sha256":"` + zero + `"}`, 200, []string{IndexMetadataDiffers}, false},
		"no digest":           {`data-core-metadata="sha256=1"`, `"core-metadata":{"sha256":"1"}`, 200, []string{IndexMetadataDiffers}, false},
		"changed, and fits":   {`data-core-metadata="sha256=OTHER"`, `"core-metadata":{"sha256":"OTHER"}`, 0, []string{IndexMetadataDiffers, ServedMetadataDiffers}, false},
		"same Pythons":        {`data-requires-python="&lt;4,&gt;=3.10"`, `"requires-python":"<4,>=3.10"`, 0, none, false},
		"other Pythons":       {`data-requires-python="&gt;=4"`, `"requires-python":">=4"`, 0, []string{IndexPythonDiffers}, false},
		"malformed Pythons":   {`data-requires-python="&gt;=3.10, &lt;four"`, `"requires-python":">=3.10, <four"`, 0, []string{IndexPythonDiffers}, false},
		"fewer clauses":       {`data-requires-python="&gt;=3.10"`, `"requires-python":">=3.10"`, 0, []string{IndexPythonDiffers}, false},
		"everything is wrong": {`data-core-metadata="sha256=` + zero + `" data-requires-python="&gt;=4"`, `"core-metadata":{"sha256":"` + zero + `"},"requires-python":">=4"`, 0, []string{IndexMetadataDiffers, IndexPythonDiffers, ServedMetadataDiffers}, false},
	} {
		for _, json := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, json %t", name, json), func(t *testing.T) {
				dir, m := one(t)
				requires := python
				m.Artifacts[0].Metadata.RequiresPython = &requires
				data := metadataOf(t, dir)
				other := append(bytes.Clone(data), "Requires-Dist: evil\n"...)
				marks := strings.NewReplacer("DIGEST", sum(data), "CAPITALS", strings.ToUpper(sum(data)), "OTHER", sum(other))
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					file := "/files/" + torch
					switch {
					case r.URL.Path == file:
						http.ServeFile(w, r, filepath.Join(dir, torch))
					case r.URL.Path == file+".metadata" && test.served == 0:
						w.Write(other)
					case r.URL.Path == file+".metadata":
						w.WriteHeader(test.served)
						if test.served == http.StatusOK {
							w.Write(data)
						}
					case json:
						w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
						fmt.Fprintf(w, `{"meta":{"api-version":"1.1"},"name":"torch","files":[{"filename":%q,"url":%q,"hashes":{"sha256":%q},%s}]}`,
							torch, file, m.Artifacts[0].SHA256, marks.Replace(test.json))
					default:
						w.Header().Set("Content-Type", "text/html")
						fmt.Fprintf(w, `<meta name="pypi:repository-version" content="1.1"><a href="%s#sha256=%s" %s>x</a>`, file, m.Artifacts[0].SHA256, marks.Replace(test.html))
					}
				}))
				defer server.Close()
				v := of(t, m, dir)
				var err error
				v.Store, err = store.Open(t.Context(), server.URL+"/simple/torch/", store.Options{})
				require.NoError(t, err)
				result := run(t, v)
				assert.Equal(t, test.codes, codes(result.Findings, finding.Error), "%v", result.Findings)
				assert.Equal(t, test.incomplete, result.Incomplete)
				if len(test.codes) == 0 {
					assert.Equal(t, 1, result.Counts.Verified)
				}
				for _, f := range result.Findings {
					assert.Equal(t, torch, f.Artifact)
				}
			})
		}
	}
}

// TestPythonsOfAnyWheel: a manifest whose wheel is for any Python is held to
// that too.
func TestPythonsOfAnyWheel(t *testing.T) {
	dir, m := one(t)
	m.Artifacts[0].Metadata.RequiresPython = nil
	v := of(t, m, dir)
	v.Store = strange{Store: v.Store, find: func(o store.Object, err error) (store.Object, error) {
		o.Claims.RequiresPython = []string{">=4", ">=5"}
		return o, err
	}}
	result := run(t, v)
	require.Equal(t, []string{IndexPythonDiffers}, codes(result.Findings, finding.Error))
	assert.Equal(t, [2]string{">=4", "null"}, [2]string{result.Findings[0].Got, result.Findings[0].Want})
}
