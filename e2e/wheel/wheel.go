// Package wheel makes small wheels for the end-to-end tests, with this
// repository's own tools/wheelmaker.
package wheel

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
)

// Make returns the bytes of a correct wheel of the given file name with one
// member, so that another text gives other bytes. Further arguments are
// wheelmaker's own.
func Make(t *testing.T, filename, text string, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	source, out := filepath.Join(dir, "text"), filepath.Join(dir, "wheel")
	require.NoError(t, os.WriteFile(source, []byte(text), 0o644))
	command := exec.Command(binary.Of(t, "wheelmaker"), append([]string{"--filename", filename, "--out", out, "--file", "text=" + source}, args...)...)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "wheelmaker %s: %s", filename, output)
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	return data
}

// Build writes a made-up build into a folder, which is made where it is
// missing. Arguments are those of wheelmaker's verb build.
func Build(t *testing.T, dir string, args ...string) {
	t.Helper()
	command := exec.Command(binary.Of(t, "wheelmaker"), append([]string{"build", "--out", dir}, args...)...)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "wheelmaker build %s: %s", args, output)
}
