// Package release makes a release as maintainers do, and uses it as users do.
package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// version is the release's: not the one that the repository has.
const version = "1.2.3"

// platforms of a release, and what a program's name ends in there.
var platforms = map[string]string{"linux-aarch64": "", "linux-x86_64": "", "windows-amd64": ".exe"}

var programs = []string{"wheelcontents", "wheelentry", "wheelmanifest"}

const setting = "--//tools/release:version=" + version

var (
	mu   sync.Mutex
	done bool
)

// made is the folder of a release of this checkout, made once by a test's
// process.
func made(t *testing.T) string {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	dir := filepath.Join(bazel.Cache(t), "release")
	if done {
		return dir
	}
	w := bazel.At(t, bazel.Root(t))
	w.Build(setting, "//tools/release")
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(w.Dir, "bazel-bin", "tools", "release", "release"))))
	done = true
	return dir
}

// sums is what SHA256SUMS of a release says: name to digest.
func sums(t *testing.T, dir string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	require.NoError(t, err)
	digests := map[string]string{}
	for line := range strings.Lines(string(text)) {
		digest, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		require.True(t, ok, "SHA256SUMS: %q", line)
		digests[name] = digest
	}
	return digests
}

// tracked are the files that git tracks, and their modes.
func tracked(t *testing.T) map[string]string {
	t.Helper()
	list := exec.Command("git", "ls-files", "--stage", "-z")
	list.Dir = bazel.Root(t)
	output, err := list.Output()
	require.NoError(t, err)
	modes := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(output), "\x00"), "\x00") {
		facts, name, _ := strings.Cut(line, "\t")
		modes[name], _, _ = strings.Cut(facts, " ")
	}
	return modes
}

// unpacked is a folder with what the archive holds.
func unpacked(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(bazel.Cache(t), "release-archive")
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.MkdirAll(dir, 0o755))
	output, err := exec.Command("tar", "-xzf", filepath.Join(made(t), "rules_pytorch_manifest-"+version+".tar.gz"), "-C", dir).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return filepath.Join(dir, "rules_pytorch_manifest-"+version)
}
