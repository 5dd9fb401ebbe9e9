package store

import (
	"bufio"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// TestPlainServer serves a folder by Python's http.server, which has listings and
// no ranges.
func TestPlainServer(t *testing.T) {
	dir, keys := set(t)
	server := exec.Command("python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", dir, "0")
	stdout, err := server.StdoutPipe()
	require.NoError(t, err)
	if err := server.Start(); err != nil {
		t.Skipf("SKIPPED: this machine has no Python: %v", err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	place := regexp.MustCompile(`http://[0-9.:]+/`).FindString(line)
	require.NotEmpty(t, place, line)

	exit, output := call(t, []string{"NO_PROXY=127.0.0.1"}, "verify", place+"m.json", "--contents")
	require.Zero(t, exit, output)
	require.NoError(t, os.Remove(filepath.Join(dir, keys[1])))
	exit, output = call(t, []string{"NO_PROXY=127.0.0.1"}, "verify", place+"m.json", "--format=text")
	assert.Equal(t, 1, exit)
	assert.Contains(t, output, "artifact_missing")
}

// index is the address of the index that pip asks: the configured one, else its
// own.
func index(t *testing.T) string {
	t.Helper()
	if url := os.Getenv("PIP_INDEX_URL"); url != "" {
		return strings.TrimSuffix(url, "/")
	}
	for _, args := range [][]string{
		{"-m", "pip", "config", "get", "global.index-url"},
		{"-c", "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"},
	} {
		if url, err := exec.Command("python3", args...).Output(); err == nil {
			return strings.TrimSuffix(strings.TrimSpace(string(url)), "/")
		}
	}
	t.Skip("SKIPPED: this machine has no pip, which knows the index")
	return ""
}

// TestRealPages holds a real wheel against both forms of its page on the index.
func TestRealPages(t *testing.T) {
	page := index(t) + "/torchaudio/"
	dir := filepath.Join(bazel.Cache(t), "torchaudio-wheel")
	if _, err := os.Stat(dir); err != nil {
		part, err := os.MkdirTemp(bazel.Cache(t), "torchaudio-wheel.part-")
		require.NoError(t, err)
		defer os.RemoveAll(part)
		c := exec.Command("python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
			"--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--dest", part, "torchaudio==2.9.1")
		if output, err := c.CombinedOutput(); err != nil {
			t.Skipf("SKIPPED: PyPI cannot be reached: %v\n%s", err, output)
		}
		require.NoError(t, os.Rename(part, dir))
	}
	manifest := filepath.Join(t.TempDir(), "m.json")
	exit, output := call(t, nil, "generate", "--quiet", "--wheels="+dir, "--out="+manifest, "--accelerator=cpu")
	require.Zero(t, exit, output)
	for _, form := range []string{"application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.v1+html, text/html"} {
		t.Run(form, func(t *testing.T) {
			place, got := inForm(t, page, form)
			if !strings.Contains(form, got()) {
				t.Skipf("SKIPPED: the index has no page of this form but %q", got())
			}
			exit, output := call(t, []string{"NO_PROXY=127.0.0.1"}, "verify", manifest, "--wheels="+place, "--quiet")
			assert.Zero(t, exit, output)
			assert.Contains(t, output, "1 verified")
		})
	}
}

// inForm relays an index, asking it for pages of one form whatever it is asked
// itself. It returns the page's URL there, and what gets its media type.
func inForm(t *testing.T, page, form string) (place string, got func() string) {
	t.Helper()
	to, err := url.Parse(page)
	require.NoError(t, err)
	relay := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, to.Host
		r.Out.Header.Set("Accept", form)
		if password, ok := to.User.Password(); ok {
			r.Out.SetBasicAuth(to.User.Username(), password)
		}
	}})
	t.Cleanup(relay.Close)
	place = relay.URL + to.EscapedPath()
	return place, func() string {
		response, err := http.Get(place)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		if response.StatusCode == http.StatusBadGateway {
			t.Skip("SKIPPED: the index cannot be reached")
		}
		mediaType, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
		require.NoError(t, err)
		return mediaType
	}
}
