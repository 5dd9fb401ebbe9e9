// Package consumer uses the module in e2e/smoke as its user would.
package consumer

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// newer are the flags by which this Bazel names repositories, and refuses
// rules, as Bazel 8 and 9 do.
var newer = []string{"--incompatible_use_plus_in_repo_names", "--incompatible_disable_native_repo_rules"}

func smoke(t *testing.T) *bazel.Workspace {
	return bazel.At(t, filepath.Join(bazel.Root(t), "e2e", "smoke"))
}

func TestTheCopiedStatusCommandIsOurs(t *testing.T) {
	root := bazel.Root(t)
	ours, err := os.ReadFile(filepath.Join(root, "tools", "workspace_status.sh"))
	require.NoError(t, err)
	copied, err := os.ReadFile(filepath.Join(root, "e2e", "smoke", "tools", "workspace_status.sh"))
	require.NoError(t, err)
	assert.Equal(t, string(ours), string(copied), "run: cp tools/workspace_status.sh e2e/smoke/tools/")
}

func TestSmoke(t *testing.T) {
	w := smoke(t)
	result := w.Bazel("test", "//...")
	require.Zero(t, result.Exit, result.Stderr+result.Stdout)
	release(t, w)
}

// The same, and the analysis tests, as newer Bazel sees them. Every cache
// misses, so it has an output base of its own.
func TestSmokeUnderNewerRepositoryNames(t *testing.T) {
	for _, w := range []*bazel.Workspace{smoke(t), bazel.At(t, bazel.Root(t))} {
		w.Startup = []string{"--output_base=" + filepath.Join(bazel.Cache(t), "newer-"+filepath.Base(w.Dir))}
		targets := "//..."
		if w.Dir == bazel.Root(t) {
			targets = "//manifest/..."
		}
		result := w.Bazel("test", append(newer, targets)...)
		require.Zero(t, result.Exit, result.Stderr+result.Stdout)
	}
	w := smoke(t)
	w.Startup = []string{"--output_base=" + filepath.Join(bazel.Cache(t), "newer-smoke")}
	release(t, w, newer...)
}

// release builds the stamped manifest.
func release(t *testing.T, w *bazel.Workspace, flags ...string) {
	t.Helper()
	w.Env = []string{"GITHUB_ACTIONS=true", "GITHUB_RUN_ID=42", "GITHUB_RUN_ATTEMPT=1", "GITHUB_JOB=build",
		"GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=ROCm/TheRock", "SOURCE_DATE_EPOCH=1767322800"}
	w.Build(append(flags, "--config=release", "//:pytorch_manifest")...)

	var document struct {
		Stamped bool
		RunID   string `json:"run_id"`
		Therock struct{ Commit string }
	}
	require.NoError(t, json.Unmarshal([]byte(w.Read("bazel-bin/pytorch_manifest.json")), &document))
	head, err := exec.Command("git", "-C", w.Dir, "rev-parse", "HEAD").Output()
	require.NoError(t, err)
	assert.True(t, document.Stamped)
	assert.Equal(t, "42", document.RunID)
	assert.Equal(t, strings.TrimSpace(string(head)), document.Therock.Commit)
}
