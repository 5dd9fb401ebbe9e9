package store

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// call runs the program; what it says never holds the credentials.
func call(t *testing.T, environment []string, args ...string) (exit int, output string) {
	t.Helper()
	var both bytes.Buffer
	c := exec.Command(binary.Of(t, "wheelmanifest"), args...)
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), environment...), &both, &both
	err := c.Run()
	if status := (*exec.ExitError)(nil); !errors.As(err, &status) {
		require.NoError(t, err)
	}
	for _, word := range []string{secret, user, "Signature", "X-Amz"} {
		assert.NotContains(t, both.String(), word)
	}
	return c.ProcessState.ExitCode(), both.String()
}

const (
	torch  = "torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl"
	vision = "torchvision-0.24.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl"
)

// set is a folder of two wheels, one of them of some mebibytes and below a
// folder, and their manifest beside them.
func set(t *testing.T) (dir string, keys []string) {
	t.Helper()
	dir = t.TempDir()
	keys = []string{torch, "gfx942/" + vision, "m.json"}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "gfx942"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, keys[0]), wheel.Make(t, torch, "torch"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, keys[1]), wheel.Make(t, vision, random(4<<20)), 0o644))
	manifest := filepath.Join(t.TempDir(), "m.json")
	exit, output := call(t, nil, "generate", "--quiet", "--wheels="+dir, "--out="+manifest, "--rocm-sdk-version=7.14.0", "--pytorch-rocm-arch=gfx942")
	require.Zero(t, exit, output)
	data, err := os.ReadFile(manifest)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "m.json"), data, 0o644))
	return dir, keys
}

// random is text that is the same in each run, and that no archive makes
// shorter by much.
func random(n int) string {
	var b strings.Builder
	for x := uint64(1); b.Len() < n; {
		x = x*6364136223846793005 + 1442695040888963407
		b.WriteByte(byte(x >> 56))
	}
	return b.String()
}

// read is a file's content.
func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return data
}
