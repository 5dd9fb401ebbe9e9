package main

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page is of the document: it does not say where that lay, nor which way
// it was asked for.
func TestReportIsOfTheDocument(t *testing.T) {
	page, err := os.ReadFile("testdata/cases/report_out/out/page.html")
	require.NoError(t, err)
	manifest, err := os.ReadFile("testdata/cases/report_out/in/m.json")
	require.NoError(t, err)
	dir := t.TempDir()
	other := filepath.Join(dir, "another name.json")
	require.NoError(t, os.WriteFile(other, manifest, 0o644))
	place := url.URL{Scheme: "file", Path: filepath.ToSlash(other)}
	for _, args := range [][]string{{other}, {"--format=html", "--quiet", other}, {place.String()}, {"--", other}} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), append([]string{"report"}, args...), strings.NewReader(""), &stdout, &stderr)
		require.Equal(t, exitYes, code, "%s: %s", args, &stderr)
		assert.Equal(t, string(page), stdout.String(), "%s", args)
		assert.Empty(t, stderr.String(), "%s", args)
	}
}

// What stood at --out is still there where there is no page.
func TestReportLeavesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "page.html")
	require.NoError(t, os.WriteFile(out, []byte("before"), 0o644))
	stop, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		file string
		code int
	}{
		{context.Background(), "testdata/cases/report_invalid/in/bad.json", exitNo},
		{context.Background(), filepath.Join(dir, "nowhere.json"), exitEnvironment},
		{context.Background(), dir, exitEnvironment},
		{stop, "testdata/cases/report_out/in/m.json", exitInterrupted},
	} {
		assert.Equal(t, c.code, run(c.ctx, []string{"report", c.file, "--out", out}, strings.NewReader(""), io.Discard, io.Discard), c.file)
		assert.Equal(t, "before", read(t, out), c.file)
		noTemporaryFiles(t, dir)
	}
}
