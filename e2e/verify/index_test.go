package verify

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// index serves the wheels of a folder as an index of PEP 503 or 691, each with
// the digest that the manifest says.
type index struct {
	dir  string
	json bool
	// artifacts are those of the manifest.
	artifacts []artifact
}

type artifact struct {
	RelativePath string `json:"relative_path"`
	SHA256       string
	SizeBytes    int64                 `json:"size_bytes"`
	Metadata     struct{ Name string } `json:"metadata"`
}

func artifacts(t *testing.T, manifest string) []artifact {
	t.Helper()
	data, err := os.ReadFile(manifest)
	require.NoError(t, err)
	var m struct{ Artifacts []artifact }
	require.NoError(t, json.Unmarshal(data, &m))
	return m.Artifacts
}

func (i index) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if below, ok := strings.CutPrefix(r.URL.Path, "/files/"); ok {
		http.ServeFile(w, r, filepath.Join(i.dir, below))
		return
	}
	project := strings.Trim(strings.TrimPrefix(r.URL.Path, "/simple"), "/")
	var files []map[string]any
	page := "<!DOCTYPE html><html><head><meta name='pypi:repository-version' content='1.0'></head><body>"
	for _, a := range i.artifacts {
		url := "/files/" + strings.ReplaceAll(a.RelativePath, "+", "%2B")
		switch name := filepath.Base(a.RelativePath); project {
		case "":
			page += fmt.Sprintf("<a href=%q>%s</a>\n", a.Metadata.Name+"/", a.Metadata.Name)
		case a.Metadata.Name:
			page += fmt.Sprintf("<a href=\"%s#sha256=%s\">%s</a>\n", url, a.SHA256, name)
			files = append(files, map[string]any{"filename": name, "url": url, "hashes": map[string]string{"sha256": a.SHA256}, "size": a.SizeBytes})
		}
	}
	switch {
	case project != "" && files == nil:
		http.NotFound(w, r)
	case i.json:
		w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
		answer := map[string]any{"meta": map[string]string{"api-version": "1.1"}, "name": project, "files": files}
		if project == "" {
			answer = map[string]any{"meta": map[string]string{"api-version": "1.1"}, "projects": []any{}}
		}
		_ = json.NewEncoder(w).Encode(answer) // the client sees a cut answer
	default:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, page)
	}
}

func TestIndex(t *testing.T) {
	for _, isJSON := range []bool{false, true} {
		t.Run(fmt.Sprintf("json %t", isJSON), func(t *testing.T) {
			dir, manifest := set(t)
			pages := &index{dir, isJSON, artifacts(t, manifest)}
			server := httptest.NewServer(pages)
			defer server.Close()
			a := call(t, "verify", manifest, "--wheels="+server.URL+"/simple", "--contents", "--format=text")
			assert.Zero(t, a.exit, a.stdout)
			assert.Equal(t, "PASSED: 2 wheels: 2 verified, 0 missing, 0 differing, 0 unreadable; 0 unlisted; 0 errors, 0 warnings\n", a.stderr)

			// The page claims the right digest of other bytes, ...
			flip(t, dir, torch)
			a = call(t, "verify", manifest, "--wheels="+server.URL+"/simple", "--format=text")
			assert.Equal(t, 1, a.exit)
			assert.Equal(t, 1, strings.Count(a.stdout, "\n"), a.stdout)
			assert.Contains(t, a.stdout, "[artifact_digest_differs]")

			// another digest of the right ones, ...
			flip(t, dir, torch)
			pages.artifacts = artifacts(t, manifest)
			pages.artifacts[0].SHA256 = strings.Repeat("0", 64)
			a = call(t, "verify", manifest, "--wheels="+server.URL+"/simple", "--format=text")
			assert.Equal(t, 1, a.exit)
			assert.Equal(t, 1, strings.Count(a.stdout, "\n"), a.stdout)
			assert.Contains(t, a.stdout, "[index_digest_differs]")

			// and a wheel that is not there.
			pages.artifacts = artifacts(t, manifest)
			require.NoError(t, os.Remove(filepath.Join(dir, torch)))
			a = call(t, "verify", manifest, "--wheels="+server.URL+"/simple", "--format=text")
			assert.Equal(t, 1, a.exit)
			assert.Contains(t, a.stdout, "[artifact_missing]")
		})
	}
}
