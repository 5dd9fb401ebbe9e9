package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// twoManifests are those of the case merge, for a family each.
func twoManifests(t *testing.T) (dir, a, b string) {
	t.Helper()
	dir = t.TempDir()
	copyFiles(t, filepath.Join("testdata", "cases", "merge", "in"), dir)
	return dir, filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")
}

const perFamily = "--prefix={amdgpu_family}/"

// TestMergeInAnyOrder merges what was merged.
func TestMergeInAnyOrder(t *testing.T) {
	dir, a, b := twoManifests(t)
	_, want, _ := called(t, t.Context(), "merge", perFamily, a, b)
	assert.Equal(t, read(t, filepath.Join("testdata", "cases", "merge", "stdout")), want)
	both := write(t, []byte(want), dir, "both.json")
	for _, order := range [][]string{{b, a}, {a, b, a, a}, {both}, {both, b}, {a, both, both}} {
		code, got, stderr := called(t, t.Context(), append([]string{"merge", perFamily, "--jobs=1"}, order...)...)
		assert.Equal(t, exitYes, code, stderr)
		assert.Equal(t, want, got)
	}
	code, _, stderr := called(t, t.Context(), "validate", both)
	assert.Equal(t, exitYes, code, stderr)
}

// TestInterruptedMerge: however late the interrupt comes, nothing is printed,
// and no manifest of an earlier call stands at --out.
func TestInterruptedMerge(t *testing.T) {
	dir, a, b := twoManifests(t)
	out := filepath.Join(dir, "m.json")
	for _, extra := range [][]string{nil, {"--out=" + out}} {
		done := false
		for asked := int64(1); !done && asked < 1000; asked++ {
			write(t, []byte(read(t, a)), out)
			ctx := newCountdown(t, asked)
			code, stdout, _ := called(t, ctx, append([]string{"merge", "--quiet", perFamily, a, b}, extra...)...)
			if done = ctx.left.Load() > 0; done {
				assert.Equal(t, exitYes, code)
				continue
			}
			assert.Equal(t, exitInterrupted, code, asked)
			assert.Empty(t, stdout)
			if extra != nil {
				assert.NoFileExists(t, out)
			}
		}
		assert.True(t, done)
	}
	noTemporaryFiles(t, dir)
}

// TestMergeSparesItsInputs names one by a URL, by a link and by another path.
func TestMergeSparesItsInputs(t *testing.T) {
	dir, a, b := twoManifests(t)
	before := read(t, a)
	link := filepath.Join(dir, "link.json")
	require.NoError(t, os.Symlink(a, link))
	for _, name := range []string{"file://" + a, "FILE://localhost" + a, link, filepath.Join(dir, ".", "a.json")} {
		code, _, stderr := called(t, t.Context(), "merge", name, b, "--out="+a)
		assert.Equal(t, exitUsage, code)
		assert.Contains(t, stderr, "is an input too")
		assert.Equal(t, before, read(t, a))
	}
}

// TestMergeOfURLs reads over HTTP and says nothing of what may be secret.
func TestMergeOfURLs(t *testing.T) {
	_, a, _ := twoManifests(t)
	other := bytes.Replace([]byte(read(t, a)), []byte("TheRock\""), []byte("Other\""), 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/m.json" {
			http.NotFound(w, r)
			return
		}
		_, err := w.Write(other)
		assert.NoError(t, err)
	}))
	defer server.Close()
	code, _, stderr := called(t, t.Context(), "merge", a, server.URL+"/m.json?token=secret")
	assert.Equal(t, exitNo, code)
	assert.Contains(t, stderr, `"Other" in `+server.URL+"/m.json")
	assert.NotContains(t, stderr, "secret")
	code, stdout, stderr := called(t, t.Context(), "merge", "--format=json", a, server.URL+"/m.json?token=secret", server.URL+"/nowhere?token=secret")
	assert.Equal(t, exitEnvironment, code)
	assert.Empty(t, stdout)
	assert.NotContains(t, stderr, "secret")
	var v verdict
	require.NoError(t, json.Unmarshal([]byte(stderr), &v))
	codes := []string{}
	for _, f := range v.Findings {
		codes = append(codes, f.Code)
	}
	assert.Equal(t, []string{"unreadable", "documents_disagree"}, codes)
}
