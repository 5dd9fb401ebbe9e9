package examples

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

func example(t *testing.T, name string) *bazel.Workspace {
	return bazel.At(t, filepath.Join(bazel.Root(t), "examples", name))
}

func TestTheCopiedStatusCommandIsOurs(t *testing.T) {
	root := bazel.Root(t)
	ours, err := os.ReadFile(filepath.Join(root, "tools", "workspace_status.sh"))
	require.NoError(t, err)
	copied, err := os.ReadFile(filepath.Join(root, "examples", "folder", "tools", "workspace_status.sh"))
	require.NoError(t, err)
	assert.Equal(t, string(ours), string(copied), "run: cp tools/workspace_status.sh examples/folder/tools/")
}

// The folder that the script made, through Bazel: the same bytes.
func TestFolderThroughBazel(t *testing.T) {
	dist := t.TempDir()
	exit, log := buildWheels(t, dist)
	require.Zero(t, exit, log)
	script, err := os.ReadFile(filepath.Join(dist, "manifest.json"))
	require.NoError(t, err)

	w := example(t, "folder")
	w.Env = []string{"PYTORCH_DIST_DIR=" + dist}
	w.Build("//:pytorch_manifest")
	assert.Equal(t, string(script), w.Read("bazel-bin/pytorch_manifest.json"))
	verified := w.Bazel("run", "//:pytorch_manifest.verify")
	assert.Zero(t, verified.Exit, verified.Stderr)
	assert.Contains(t, verified.Stderr, "PASSED: 4 wheels")

	w.Build("--config=release", "//:pytorch_manifest")
	var m document
	require.NoError(t, json.Unmarshal([]byte(w.Read("bazel-bin/pytorch_manifest.json")), &m))
	assert.True(t, m.Stamped)

	triton, err := filepath.Glob(filepath.Join(dist, "triton-*.whl"))
	require.NoError(t, err)
	require.Len(t, triton, 1)
	require.NoError(t, os.Remove(triton[0]))
	w.Refuse([]string{"[expected_missing]", "triton"}, "//:pytorch_manifest")
	assert.False(t, w.Has("bazel-bin/pytorch_manifest.json"))
}

func TestPyWheel(t *testing.T) {
	w := example(t, "py_wheel")
	if maker := w.Bazel("query", "@rules_python//tools:wheelmaker"); maker.Exit != 0 {
		t.Skip("SKIPPED: the rules_python of this machine has no program that makes wheels (Debian's leaves it out): examples/py_wheel was not built")
	}
	result := w.Bazel("test", "//...")
	require.Zero(t, result.Exit, result.Stdout+result.Stderr)
	var m document
	require.NoError(t, json.Unmarshal([]byte(w.Read("bazel-bin/pytorch_manifest.json")), &m))
	require.Len(t, m.Artifacts, 2)
	assert.Equal(t, "torch-2.9.1+rocm7.11.0-cp312-cp312-linux_x86_64.whl", m.Artifacts[0].RelativePath)
	verified := w.Bazel("run", "//:pytorch_manifest.verify")
	assert.Zero(t, verified.Exit, verified.Stderr)
	assert.Contains(t, verified.Stderr, "PASSED: 2 wheels")
}
