// Package verify asks the built program whether the wheels of a manifest are at
// a place, with real servers for the places.
package verify

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// answer is what one call of the program said.
type answer struct {
	exit           int
	stdout, stderr string
}

// last is the last line on stderr.
func (a answer) last() string {
	lines := strings.Split(strings.TrimSuffix(a.stderr, "\n"), "\n")
	return lines[len(lines)-1]
}

// command is a call of the program that has not begun.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return exec.Command(binary.Of(t, "wheelmanifest"), args...)
}

func call(t *testing.T, args ...string) answer {
	t.Helper()
	return finish(t, command(t, args...))
}

func finish(t *testing.T, c *exec.Cmd) answer {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return answer{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

const (
	torch  = "torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl"
	vision = "torchvision-0.24.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl"
)

// set is a folder of two wheels, one of them below a folder, and their manifest
// outside it.
func set(t *testing.T) (dir, manifest string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "wheels")
	put(t, wheel.Make(t, torch, "torch"), dir, torch)
	put(t, wheel.Make(t, vision, "vision"), dir, "gfx942", vision)
	return dir, manifestOf(t, dir, "--rocm-sdk-version=7.14.0", "--pytorch-rocm-arch=gfx942")
}

func put(t *testing.T, data []byte, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, data, 0o644))
}

func manifestOf(t *testing.T, dir string, declared ...string) string {
	t.Helper()
	manifest := filepath.Join(t.TempDir(), "m.json")
	a := call(t, append([]string{"generate", "--quiet", "--wheels=" + dir, "--out=" + manifest}, declared...)...)
	require.Zero(t, a.exit, a.stderr)
	return manifest
}

// flip changes one byte of a file.
func flip(t *testing.T, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(name, data, 0o644))
}
