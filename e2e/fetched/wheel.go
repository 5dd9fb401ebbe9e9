package fetched

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Wheel downloads one wheel for Python 3.12 by pip and returns its path. Where
// that cannot be done, it skips the test.
func Wheel(t *testing.T, requirement, platform string) string {
	t.Helper()
	if err := exec.Command("python3", "-m", "pip", "--version").Run(); err != nil {
		t.Skip("SKIPPED: this machine has no pip, and the wheels come from PyPI")
	}
	name := "devicecode-" + strings.ReplaceAll(requirement, "==", "-") + "-" + platform
	dir, err := Folder(t, name, func(dir string) error {
		return Run(dir, "python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
			"--python-version", "3.12", "--platform", platform, "--dest", ".", requirement)
	})
	if err != nil {
		t.Skipf("SKIPPED: %s cannot be had from PyPI: %v", requirement, err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	require.NoError(t, err)
	require.Len(t, found, 1, dir)
	return found[0]
}
