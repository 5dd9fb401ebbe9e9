package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
)

// published is a folder with a wheel and its manifest.
func published(t *testing.T) (dir, wheel string) {
	t.Helper()
	dir, wheel = t.TempDir(), "a-1-py3-none-any.whl"
	write(t, makeWheel(wheel, ""), dir, wheel)
	code, _, stderr := called(t, t.Context(), "generate", "--wheels="+dir, "--accelerator=cpu", "--quiet", "--out="+filepath.Join(dir, "m.json"))
	require.Equal(t, exitYes, code, stderr)
	return dir, wheel
}

// last is the last line that was printed.
func last(text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestVerifyOverHTTP(t *testing.T) {
	dir, wheel := published(t)
	status := map[string]int{}
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if code := status[r.URL.Path]; code != 0 {
			http.Error(w, "::error::no", code)
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	secret := strings.Replace(server.URL, "://", "://user:secret@", 1)
	for _, test := range []struct {
		path string
		code int
		exit int
		word string
	}{
		{"", 0, exitYes, "PASSED: 1 wheel: 1 verified"},
		{"/" + wheel, 401, exitEnvironment, "FAILED: 1 wheel: 0 verified, 0 missing, 0 differing, 1 unreadable"},
		{"/" + wheel, 403, exitEnvironment, "FAILED: 1 wheel: 0 verified, 0 missing, 0 differing, 1 unreadable"},
		{"/" + wheel, 404, exitNo, "FAILED: 1 wheel: 0 verified, 1 missing"},
		{"/m.json", 403, exitEnvironment, "FAILED: the manifest cannot be read"},
		{"/m.json", 404, exitEnvironment, "FAILED: the manifest cannot be read"},
		{"/", 401, exitEnvironment, "FAILED: the place of the wheels cannot be read"},
		{"/", 404, exitYes, "PASSED: 1 wheel: 1 verified, 0 missing, 0 differing, 0 unreadable; 0 unlisted; 0 errors, 1 warning"},
	} {
		t.Run(fmt.Sprint(test.path, test.code), func(t *testing.T) {
			clear(status)
			status[test.path] = test.code
			code, stdout, stderr := called(t, t.Context(), "verify", secret+"/m.json?token=secret", "--format=text")
			assert.Equal(t, test.exit, code, stdout+stderr)
			assert.True(t, strings.HasPrefix(last(stderr), test.word), stderr)
			assert.NotContains(t, stdout+stderr, "secret")
			assert.NotContains(t, "\n"+stdout+stderr, "\n::")
		})
	}
}

// TestVerifyInterrupted: there is no verdict, and nothing is left.
func TestVerifyInterrupted(t *testing.T) {
	dir, _ := published(t)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	for asked := int64(1); asked < 40; asked += 3 {
		ctx := newCountdown(t, asked)
		code, stdout, stderr := called(t, ctx, "verify", filepath.Join(dir, "m.json"), "--wheels="+server.URL, "--contents")
		if ctx.left.Load() <= 0 {
			assert.Equal(t, exitInterrupted, code)
			assert.Empty(t, stdout)
			assert.NotContains(t, stderr, "PASSED")
		}
		left, err := os.ReadDir(tmp)
		require.NoError(t, err)
		assert.Empty(t, left)
	}
}

func TestVerifyWithoutStdout(t *testing.T) {
	dir, _ := published(t)
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"verify", filepath.Join(dir, "m.json")}, nil, broken{os.ErrClosed}, &stderr)
	assert.Equal(t, exitEnvironment, code)
	assert.Equal(t, "FAILED: there is no verdict", last(stderr.String()))
	assert.NotContains(t, stderr.String(), "PASSED")
}

// TestVerifyNameFile: the wheel's name is what the entry says, and not that of
// the file.
func TestVerifyNameFile(t *testing.T) {
	dir, wheel := published(t)
	entryOf(t, filepath.Join(dir, wheel), wheel, filepath.Join(dir, "entry.json"))
	require.NoError(t, os.Rename(filepath.Join(dir, wheel), filepath.Join(dir, "output.whl")))
	args := []string{"verify", filepath.Join(dir, "m.json"), "--wheel=" + filepath.Join(dir, "output.whl"), "--entry=" + filepath.Join(dir, "entry.json"), "--contents"}
	code, _, stderr := called(t, t.Context(), args...)
	assert.Equal(t, exitYes, code, stderr)
	write(t, makeWheel(wheel, "weak"), dir, "output.whl")
	code, _, stderr = called(t, t.Context(), args...)
	assert.Equal(t, exitNo, code)
	assert.True(t, strings.HasPrefix(stderr, "FAILED: 1 wheel: 0 verified, 0 missing, 1 differing"), stderr)
}

func TestFolderOf(t *testing.T) {
	for manifest, want := range map[string]string{
		"m.json":                          ".",
		"a/b/m.json":                      "a/b",
		"/m.json":                         "/",
		"file:///a/m.json":                "file:///a/",
		"https://h/a/m.json":              "https://h/a/",
		"https://u:p@h/a/m.json?x=/y#/z":  "https://u:p@h/a/",
		"https://h":                       "https://h",
		"s3://bucket/run-1/manifest.json": "s3://bucket/run-1/",
		"s3://bucket/manifest.json":       "s3://bucket/",
	} {
		assert.Equal(t, want, folderOf(manifest))
	}
}

func TestShown(t *testing.T) {
	for place, want := range map[string]string{
		"a/b?c@d":                 "a/b?c@d",
		"https://h/a@b/c?x=y":     "https://",
		"https://h/a%40b/c?x=y":   "https://h/a%40b/c",
		"s3://A:b/S@bucket/x":     "s3://",
		"https://u:S/T@h/x":       "https://",
		"https://u:8/T@h/x":       "https://",
		"https://u:S?x@h/":        "https://",
		"file://u:S@h/x":          "file://h/x",
		"https:/u:S@h/x":          "https:/",
		"https://u:p@h/a":         "https://h/a",
		"https://u:p@q@h?x":       "https://h",
		"https://u:p@h#f":         "https://h",
		"s3://bucket/a b?X-Amz=1": "s3://bucket/a b",
	} {
		assert.Equal(t, want, shown(place))
	}
}

// entryOf writes the entry of one wheel.
func entryOf(t *testing.T, path, filename, to string) {
	t.Helper()
	e, _, err := entry.Read(t.Context(), path, filename, "", entry.Options{})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, entry.Encode(&b, []entry.Entry{e}))
	write(t, b.Bytes(), to)
}
