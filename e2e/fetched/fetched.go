// Package fetched keeps what the end-to-end tests download, from one run to the
// next.
package fetched

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// Folder is a folder that is filled once: fill gets an empty one, and what it
// leaves is kept only where it succeeds.
func Folder(t *testing.T, name string, fill func(dir string) error) (string, error) {
	t.Helper()
	dir := filepath.Join(bazel.Cache(t), name)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	part, err := os.MkdirTemp(bazel.Cache(t), name+".part-")
	require.NoError(t, err)
	defer os.RemoveAll(part)
	if err := fill(part); err != nil {
		return "", err
	}
	return dir, os.Rename(part, dir)
}

// Run runs a program in a folder; the error has all that it said.
func Run(dir, name string, args ...string) error {
	call := exec.Command(name, args...)
	call.Dir = dir
	if output, err := call.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, output)
	}
	return nil
}
