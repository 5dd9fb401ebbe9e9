package examples

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lint runs actionlint over the workflows where a repository has them, since
// one of them is called by the others.
func lint(t *testing.T, texts map[string][]byte, shellcheck string) []*actionlint.Error {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, ".github", "workflows")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(root, ".git"), 0o755))
	for name, text := range texts {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o644))
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{Shellcheck: shellcheck, WorkingDir: root})
	require.NoError(t, err)
	faults, err := linter.LintRepository(root)
	require.NoError(t, err)
	return faults
}

func ours(t *testing.T) map[string][]byte {
	return map[string][]byte{linux: workflowText(t, linux), windows: workflowText(t, windows), publish: workflowText(t, publish)}
}

func TestEveryWorkflowIsChecked(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "github-actions", "*.y*ml"))
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		names = append(names, filepath.Base(file))
	}
	assert.ElementsMatch(t, []string{linux, windows, publish}, names)
}

func TestActionlint(t *testing.T) {
	for _, fault := range lint(t, ours(t), "") {
		t.Errorf("%v", fault)
	}

	// It is there, and it looks: an input that the called workflow lacks.
	texts := ours(t)
	texts[linux] = []byte(strings.ReplaceAll(string(texts[linux]), "expect_dirty:", "expected_dirty:"))
	assert.NotEmpty(t, lint(t, texts, ""))
}

func TestShellcheck(t *testing.T) {
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("SKIPPED: no shellcheck: the workflows' scripts were not checked by it")
	}
	for _, fault := range lint(t, ours(t), shellcheck) {
		t.Errorf("%v", fault)
	}
	texts := ours(t)
	texts[linux] = []byte(strings.ReplaceAll(string(texts[linux]), `> "$RUNNER_TEMP/status.txt"`, `> $RUNNER_TEMP/status.txt`))
	assert.NotEmpty(t, lint(t, texts, shellcheck))
}

// pinned is an action at a commit, or a workflow of the same repository.
var pinned = regexp.MustCompile(`^([\w.-]+/[\w./-]+@[0-9a-f]{40}|\./\.github/workflows/[\w.-]+)$`)

// What no linter asks: actions are pinned, scripts stop at a fault and take no
// text from expressions, and a job may do what it must and nothing else.
func TestHouseRules(t *testing.T) {
	heads := map[string]string{
		"bash": "set -euo pipefail\n",
		"pwsh": "$ErrorActionPreference = 'Stop'\n$PSNativeCommandUseErrorActionPreference = $true\n",
	}
	rights := map[string]map[string]string{
		"build":   {"contents": "read"},
		"publish": {"attestations": "write", "id-token": "write"},
	}
	for name, text := range ours(t) {
		workflow := parse(t, name)
		require.NotNil(t, workflow.Permissions, name)
		assert.Empty(t, workflow.Permissions.Scopes, name)
		assert.Nil(t, workflow.Permissions.All, name)
		assert.NotContains(t, string(text), "secrets", name)
		if name != publish {
			require.NotNil(t, workflow.Concurrency, name)
			assert.Equal(t, "false", boolean(workflow.Concurrency.CancelInProgress), "%s: it may be publishing", name)
		}
		for id, job := range workflow.Jobs {
			got := map[string]string{}
			for scope, permission := range job.Permissions.Scopes {
				got[scope] = permission.Value.Value
			}
			assert.Equal(t, rights[id], got, "%s: %s", name, id)
			for _, step := range job.Steps {
				switch exec := step.Exec.(type) {
				case *actionlint.ExecAction:
					assert.Regexp(t, pinned, exec.Uses.Value, name)
				case *actionlint.ExecRun:
					assert.NotContains(t, exec.Run.Value, "${{", "%s: %s", name, step.Name.Value)
					assert.True(t, strings.HasPrefix(exec.Run.Value, heads[job.Defaults.Run.Shell.Value]), "%s: %s", name, step.Name.Value)
				}
			}
			if job.WorkflowCall != nil {
				assert.Regexp(t, pinned, job.WorkflowCall.Uses.Value, name)
			}
		}
	}
}

func boolean(b *actionlint.Bool) string {
	if b == nil || b.Expression != nil {
		return "an expression"
	}
	if b.Value {
		return "true"
	}
	return "false"
}

// Both builds end in the same steps, in this order: nothing writes to a wheel
// after the manifest.
func TestTheManifestComesAfterTheWheels(t *testing.T) {
	want := []string{"Check out the sources", "Build the wheels", "Split the device code from the wheels", "Read the facts of git and CI",
		"Write the manifest", "Judge the set by its manifest", "Verify the wheels", "Name the artifact", "Keep the wheels and the manifest"}
	for _, name := range []string{linux, windows} {
		var got []string
		for _, step := range parse(t, name).Jobs["build"].Steps {
			got = append(got, step.Name.Value)
		}
		require.GreaterOrEqual(t, len(got), len(want), name)
		assert.Equal(t, want, got[len(got)-len(want):], name)
	}
}
