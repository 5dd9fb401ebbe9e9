// Package dist builds the manifest of real wheels that were made outside Bazel,
// in this repository's own workspace, stamped, as a release engineer would.
package dist

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/fetched"
)

// manifest is what the tests read of the document.
type manifest struct {
	Stamped   bool
	Platform  string
	Artifacts []struct {
		RelativePath string `json:"relative_path"`
		SizeBytes    int64  `json:"size_bytes"`
		SHA256       string
		Metadata     struct{ Name, Version string }
		Build        struct{ Commit, Timestamp *string }
	}
	Sources map[string]struct {
		Commit, Dir    string
		Remote         *string
		UpstreamCommit *string `json:"upstream_commit"`
		Dirty          bool
	}
	Therock *struct{ Commit string }
}

// command runs a program and returns its stdout.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	call := exec.Command(name, args...)
	call.Dir = dir
	var stdout, stderr bytes.Buffer
	call.Stdout, call.Stderr = &stdout, &stderr
	require.NoError(t, call.Run(), "%s %s: %s", name, strings.Join(args, " "), stderr.String())
	return stdout.String()
}

// repository is a real git repository with one commit and an origin.
func repository(t *testing.T, dir, origin string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), []byte(origin), 0o644))
	command(t, dir, "git", "init", "-q", "-b", "main")
	command(t, dir, "git", "remote", "add", "origin", origin)
	command(t, dir, "git", "add", "file")
	command(t, dir, "git", "-c", "user.name=e2e", "-c", "user.email=e2e@example.com", "commit", "-q", "-m", "first")
	return strings.TrimSpace(command(t, dir, "git", "rev-parse", "HEAD"))
}

// build makes the stamped manifest of the wheels in dir and holds sizes and
// digests against sha256sum. It returns the document and its bytes.
func build(t *testing.T, dir string, declared map[string]string) (manifest, []byte) {
	t.Helper()
	root := bazel.Root(t)
	w := bazel.At(t, root)
	sources := t.TempDir()
	pytorch := repository(t, filepath.Join(sources, "pytorch"), "https://user:secret@github.com/ROCm/pytorch.git")
	triton := repository(t, filepath.Join(sources, "triton"), "git@github.com:ROCm/triton.git")
	command(t, filepath.Join(sources, "triton"), "git", "tag", "THEROCK_UPSTREAM_DIFFBASE")
	require.NoError(t, os.WriteFile(filepath.Join(sources, "triton", "file"), []byte("changed"), 0o644))

	w.Env = []string{
		"PYTORCH_DIST_DIR=" + dir,
		"PYTORCH_MANIFEST_SOURCES=pytorch=" + sources + "/pytorch;triton=" + sources + "/triton",
		"SOURCE_DATE_EPOCH=1767322800",
	}
	args := []string{"--config=dist", "--config=release", "//:pytorch_manifest"}
	for name, value := range declared {
		args = append(args, "--//manifest/settings:"+name+"="+value)
	}
	result := w.Build(args...)
	assert.NotContains(t, result.Stderr, "secret")

	data := []byte(w.Read("bazel-bin/pytorch_manifest.json"))
	assert.NotContains(t, string(data), "secret")
	var m manifest
	require.NoError(t, json.Unmarshal(data, &m))
	assert.True(t, m.Stamped)
	assert.Equal(t, strings.TrimSpace(command(t, root, "git", "rev-parse", "HEAD")), m.Therock.Commit)
	assert.Equal(t, pytorch, m.Sources["pytorch"].Commit)
	assert.Equal(t, "https://github.com/ROCm/pytorch.git", *m.Sources["pytorch"].Remote)
	assert.False(t, m.Sources["pytorch"].Dirty)
	assert.Equal(t, triton, *m.Sources["triton"].UpstreamCommit)
	assert.Equal(t, "git@github.com:ROCm/triton.git", *m.Sources["triton"].Remote)
	assert.True(t, m.Sources["triton"].Dirty)

	sums := ""
	for _, artifact := range m.Artifacts {
		sums += artifact.SHA256 + "  " + artifact.RelativePath + "\n"
		info, err := os.Stat(filepath.Join(dir, artifact.RelativePath))
		require.NoError(t, err)
		assert.Equal(t, info.Size(), artifact.SizeBytes, artifact.RelativePath)
		assert.Equal(t, "2026-01-02T03:00:00Z", *artifact.Build.Timestamp)
	}
	list := filepath.Join(t.TempDir(), "SHA256SUMS")
	require.NoError(t, os.WriteFile(list, []byte(sums), 0o644))
	command(t, dir, "sha256sum", "--check", "--strict", list)
	assert.Len(t, m.Artifacts, wheelsBelow(t, dir))
	sameFromTheCommandLine(t, dir, declared, data)
	return m, data
}

// sameFromTheCommandLine holds the program's other door against the rule: the
// same folder, status and values give the same bytes.
func sameFromTheCommandLine(t *testing.T, dir string, declared map[string]string, want []byte) {
	t.Helper()
	root := bazel.Root(t)
	program := binary.Of(t, "wheelmanifest")
	args := []string{"generate", "--wheels", dir, "--stable-status", filepath.Join(root, "bazel-out", "stable-status.txt")}
	for name, value := range declared {
		args = append(args, "--"+strings.ReplaceAll(name, "_", "-")+"="+value)
	}
	assert.Equal(t, string(want), command(t, root, program, args...))
}

func wheelsBelow(t *testing.T, dir string) int {
	count := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".whl") {
			count++
		}
		return err
	}))
	return count
}

func TestDebianWheels(t *testing.T) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		t.Skip("SKIPPED: this machine has no apt-get, and the wheels come from Debian's packages")
	}
	packages := []string{"python3-pip-whl", "python3-setuptools-whl", "python3-wheel-whl"}
	unpacked, err := fetched.Folder(t, "debian-wheels", func(dir string) error {
		download := append([]string{"download"}, packages...)
		if fetched.Run(dir, "apt-get", download...) != nil {
			// A new machine has no lists of packages yet.
			if err := fetched.Run(dir, "apt-get", "update"); err != nil {
				return err
			}
			if err := fetched.Run(dir, "apt-get", download...); err != nil {
				return err
			}
		}
		debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
		if err != nil {
			return err
		}
		for _, deb := range debs {
			if err := fetched.Run(dir, "dpkg-deb", "-x", deb, dir); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	declared := map[string]string{"accelerator": "cpu"}

	// The folder is the user's cache, then one under /tmp, which Bazel's
	// sandbox would hide. Both give the same document.
	folder := filepath.Join(unpacked, "usr", "share", "python-wheels")
	m, data := build(t, folder, declared)
	assert.Equal(t, "any", m.Platform)
	require.Len(t, m.Artifacts, len(packages))

	tmp, err := os.MkdirTemp("/tmp", "rules_pytorch_manifest-e2e-")
	require.NoError(t, err)
	defer os.RemoveAll(tmp)
	command(t, "/", "cp", "-r", folder, filepath.Join(tmp, "wheels"))
	_, again := build(t, filepath.Join(tmp, "wheels"), declared)
	assert.Equal(t, withoutSources(t, data), withoutSources(t, again))
}

// withoutSources leaves out what each build makes anew: the commits.
func withoutSources(t *testing.T, data []byte) map[string]any {
	var document map[string]any
	require.NoError(t, json.Unmarshal(data, &document))
	delete(document, "sources")
	return document
}

// The real torchvision and torchaudio of PyTorch 2.9.1, 10 MB, a CUDA build.
func TestPyPIWheels(t *testing.T) {
	if err := exec.Command("python3", "-m", "pip", "--version").Run(); err != nil {
		t.Skip("SKIPPED: this machine has no pip, and the wheels come from PyPI")
	}
	folder, err := fetched.Folder(t, "pypi-wheels", func(dir string) error {
		for _, requirement := range []string{"torchvision==0.24.1", "torchaudio==2.9.1"} {
			if err := fetched.Run(dir, "python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
				"--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--dest", ".", requirement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Skipf("SKIPPED: PyPI cannot be reached: %v", err)
	}
	m, _ := build(t, folder, map[string]string{
		"accelerator": "cuda", "cuda_version": "12.8", "cuda_arch": "sm_75;sm_80;sm_86;sm_90;sm_100;sm_120;compute_120",
	})
	assert.Equal(t, "linux-x86_64", m.Platform)
	require.Len(t, m.Artifacts, 2)
	assert.Equal(t, "4533fdafba73d7bc", m.Artifacts[0].SHA256[:16])
	assert.Equal(t, "66a98471fc18cad9", m.Artifacts[1].SHA256[:16])
}
