package verify

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// indexURL is the address of the index that pip asks: the configured one, else
// its own.
func indexURL(t *testing.T) string {
	t.Helper()
	if url := os.Getenv("PIP_INDEX_URL"); url != "" {
		return url
	}
	if url, err := exec.Command("python3", "-m", "pip", "config", "get", "global.index-url").Output(); err == nil {
		return strings.TrimSpace(string(url))
	}
	url, err := exec.Command("python3", "-c", "from pip._internal.models.index import PyPI; print(PyPI.simple_url)").Output()
	if err != nil {
		t.Skipf("SKIPPED: this machine has no pip, which knows the index: %v", err)
	}
	return strings.TrimSpace(string(url))
}

// TestPyPI holds two real wheels of PyTorch 2.9.1 against the pages of the
// index that they came from.
func TestPyPI(t *testing.T) {
	url := indexURL(t)
	dir := filepath.Join(bazel.Cache(t), "pypi-wheels")
	if _, err := os.Stat(dir); err != nil {
		part, err := os.MkdirTemp(bazel.Cache(t), "pypi-wheels.part-")
		require.NoError(t, err)
		defer os.RemoveAll(part)
		for _, requirement := range []string{"torchvision==0.24.1", "torchaudio==2.9.1"} {
			c := exec.Command("python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
				"--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--dest", part, requirement)
			if output, err := c.CombinedOutput(); err != nil {
				t.Skipf("SKIPPED: PyPI cannot be reached: %v\n%s", err, output)
			}
		}
		if os.Rename(part, dir) != nil { // another test was first
			require.DirExists(t, dir)
		}
	}
	manifest := manifestOf(t, dir, "--accelerator=cuda", "--cuda-version=12.8", "--cuda-arch=sm_90")
	page, err := http.Get(strings.TrimSuffix(url, "/") + "/torchaudio/")
	if err != nil {
		t.Skipf("SKIPPED: the index cannot be reached: %v", err)
	}
	require.NoError(t, page.Body.Close())
	a := call(t, "verify", manifest, "--wheels="+url, "--contents", "--format=text")
	assert.Zero(t, a.exit, a.stdout)
	assert.Contains(t, a.last(), "PASSED: 2 wheels: 2 verified, 0 missing, 0 differing, 0 unreadable; ")
	// Pages of an index list every version.
	assert.Contains(t, a.stdout, "warning: torchaudio-2.9.0-")

	text, err := os.ReadFile(manifest)
	require.NoError(t, err)
	digest := artifacts(t, manifest)[0].SHA256
	edited := filepath.Join(t.TempDir(), "edited.json")
	require.NoError(t, os.WriteFile(edited, []byte(strings.ReplaceAll(string(text), digest, strings.Repeat("0", 64))), 0o644))
	a = call(t, "verify", edited, "--wheels="+url, "--format=text")
	assert.Equal(t, 1, a.exit)
	assert.Contains(t, a.stdout, "[index_digest_differs]", "the index claims the real digest")
	assert.Contains(t, a.stdout, "[artifact_digest_differs]")
}
