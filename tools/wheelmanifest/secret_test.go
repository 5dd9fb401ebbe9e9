package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAnswersHoldNoSecrets asks about manifests at URLs with a user, a password
// and a token: good, with warnings, and invalid.
func TestAnswersHoldNoSecrets(t *testing.T) {
	good := read(t, "testdata/cases/sources_out/in/m.json")
	documents := map[string]string{
		"/good.json":      good,
		"/unstamped.json": read(t, goodManifest),
		"/newer.json":     strings.Replace(good, `"schema_version": "1.0"`, `"later": 1, "schema_version": "1.9"`, 1),
		"/invalid.json":   read(t, "testdata/cases/report_invalid/in/bad.json"),
		"/older.json":     `{"pytorch": {"repo": 1}}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write([]byte(documents[r.URL.Path]))
		assert.NoError(t, err)
	}))
	defer server.Close()
	for path := range documents {
		place := strings.Replace(server.URL, "//", "//someone:password@", 1) + path + "?token=secret"
		for _, call := range append(answering(place), []string{"merge", place, place}, []string{"verify", place}, []string{"validate", place, place},
			[]string{"attest", place, "--checksums"}, []string{"attest", place, "--predicate-only", "--builder-id=https://example.com/b"},
			[]string{"index", place, "--wheels=" + t.TempDir(), "--out=" + t.TempDir() + "/index"},
			[]string{"publish", place, "--manifest-only", "--dry-run", "--to=file://" + t.TempDir()},
		) {
			_, stdout, stderr := called(t, t.Context(), call...)
			for _, secret := range []string{"someone", "password", "secret"} {
				assert.NotContains(t, stdout+stderr, secret, "%s", call)
			}
			if call[0] == "diff" && path == "/good.json" {
				assert.Contains(t, strings.ReplaceAll(stdout, "&#58;", ":"), server.URL+path)
			}
		}
	}
}

// TestAttestedName: what is signed of a manifest at a URL has the file's name and
// nothing else of the URL.
func TestAttestedName(t *testing.T) {
	good := read(t, "testdata/cases/attest/in/m.json")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write([]byte(good))
		assert.NoError(t, err)
	}))
	defer server.Close()
	code, stdout, stderr := called(t, t.Context(), "attest", server.URL+"/a/m.json?token=secret", "--checksums")
	assert.Equal(t, exitYes, code, stderr)
	assert.Contains(t, stdout, "  m.json\n")
	assert.NotContains(t, stdout, "secret")
}
