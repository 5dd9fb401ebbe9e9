// Package binary builds this repository's programs for the end-to-end tests, as
// those do who have Go and no Bazel.
package binary

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

var (
	mu    sync.Mutex
	built = map[string]string{}
)

// Of is the path of the program of tools/, built once by a test's process. Its
// folder holds nothing else.
func Of(t *testing.T, program string) string {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if built[program] == "" {
		name := filepath.Join(bazel.Cache(t), "programs", program, program)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		command := exec.Command("go", "build", "-o", name, "./tools/"+program)
		command.Dir = bazel.Root(t)
		output, err := command.CombinedOutput()
		require.NoError(t, err, "go build ./tools/%s: %s", program, output)
		built[program] = name
	}
	return built[program]
}
