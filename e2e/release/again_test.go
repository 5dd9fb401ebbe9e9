package release

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// The same files in another folder, with another output base: the programs of one
// platform are compiled anew, by no cache. The other two would take minutes each,
// and go the same way. That packing gives equal bytes is a test of the packer.
func TestTheSameBytesElsewhere(t *testing.T) {
	want := sums(t, made(t))
	dir := filepath.Join(bazel.Cache(t), "release-elsewhere")
	require.NoError(t, os.RemoveAll(dir))
	for name, mode := range tracked(t) {
		data, err := os.ReadFile(filepath.Join(bazel.Root(t), name))
		require.NoError(t, err)
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		permission := os.FileMode(0o600)
		if mode == "100755" {
			permission = 0o700
		}
		require.NoError(t, os.WriteFile(path, data, permission))
	}
	w := bazel.At(t, dir)
	w.Startup = []string{"--output_base=" + filepath.Join(bazel.Cache(t), "release-elsewhere-output")}
	require.Zero(t, w.Bazel("clean", "--expunge").Exit)
	t.Cleanup(func() { w.Bazel("clean", "--expunge") })

	var targets []string
	for _, program := range programs {
		targets = append(targets, "//tools/"+program)
	}
	result := w.Build(append(targets, setting, "--disk_cache=", "--platforms=//tools/release:linux-x86_64", "--compilation_mode=opt", "--strip=always")...)
	require.Equal(t, len(programs), result.Ran["GoLink"], "want programs that were linked here: %v", result.Ran)
	require.NotZero(t, result.Ran["GoStdlib"], "%v", result.Ran)
	for _, program := range programs {
		data, err := os.ReadFile(filepath.Join(dir, "bazel-bin", "tools", program, program+"_", program))
		require.NoError(t, err)
		sum := sha256.Sum256(data)
		assert.Equal(t, want[program+"-linux-x86_64"], hex.EncodeToString(sum[:]), program)
	}
}
