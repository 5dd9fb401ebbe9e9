package examples

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// buildWheels runs the folder's script, and gives its exit code and output.
func buildWheels(t *testing.T, dist string, args ...string) (int, string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: no python3: examples/folder/build_wheels.py was not run")
	}
	script := filepath.Join(bazel.Root(t), "examples", "folder", "build_wheels.py")
	command := exec.Command(python, append([]string{script, "--output-dir", dist}, args...)...)
	command.Env = append(os.Environ(), "PATH="+tools(t)+":"+os.Getenv("PATH"))
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err, script)
	}
	return command.ProcessState.ExitCode(), string(output)
}

func TestTheScriptOfAFolder(t *testing.T) {
	folder := filepath.Join(bazel.Root(t), "examples", "folder")
	dir := t.TempDir()
	dist, manifest := filepath.Join(dir, "dist"), filepath.Join(dir, "dist", "manifest.json")

	exit, log := buildWheels(t, dist, "--projects", "torch,triton")
	assert.Equal(t, 1, exit)
	assert.Equal(t, 2, strings.Count(log, "[expected_missing]"), log)
	assert.NoFileExists(t, manifest)

	exit, log = buildWheels(t, dist)
	require.Zero(t, exit, log)
	verify := exec.Command(filepath.Join(tools(t), "wheelmanifest"), "verify", manifest, "--contents", "--fail-on-unlisted")
	output, err := verify.CombinedOutput()
	require.NoError(t, err, string(output))
	assert.Contains(t, string(output), "PASSED: 4 wheels")

	checkout(t, filepath.Join(dir, "pytorch"), "https://github.com/ROCm/pytorch.git")
	status := exec.Command("bash", filepath.Join(folder, "tools", "workspace_status.sh"))
	status.Dir, status.Env = filepath.Join(dir, "pytorch"), append(os.Environ(), "PYTORCH_MANIFEST_SOURCES=pytorch=.")
	facts, err := status.Output()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "status.txt"), facts, 0o644))
	exit, log = buildWheels(t, dist, "--stable-status", filepath.Join(dir, "status.txt"))
	require.Zero(t, exit, log)
	text, err := os.ReadFile(manifest)
	require.NoError(t, err)
	var m document
	require.NoError(t, json.Unmarshal(text, &m))
	assert.True(t, m.Stamped)
	assert.Contains(t, m.Sources, "pytorch")

	// A manifest of an earlier build does not outlive a wheel.
	matches, err := filepath.Glob(filepath.Join(dist, "triton-*.whl"))
	require.NoError(t, err)
	require.Len(t, matches, 1)
	require.NoError(t, os.Remove(matches[0]))
	exit, _ = buildWheels(t, dist, "--projects", "torch")
	assert.Equal(t, 1, exit)
	assert.NoFileExists(t, manifest)
}
