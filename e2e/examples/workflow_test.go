// Package examples runs what stands in examples/: the scripts of the workflows
// as a runner of GitHub does, the folder's script, and the two modules.
package examples

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
)

const (
	linux   = "linux-pytorch-wheels.yml"
	windows = "windows-pytorch-wheels.yml"
	publish = "publish-pytorch-wheels.yml"
)

func workflowText(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(bazel.Root(t), "examples", "github-actions", name))
	require.NoError(t, err)
	return text
}

func parse(t *testing.T, name string) *actionlint.Workflow {
	t.Helper()
	workflow, faults := actionlint.Parse(workflowText(t, name))
	require.Empty(t, faults, name)
	return workflow
}

// tools is a folder with the built program alone.
func tools(t *testing.T) string {
	t.Helper()
	return filepath.Dir(binary.Of(t, "wheelmanifest"))
}

// runner runs scripts of one job in one folder.
type runner struct {
	// dir is the workspace, temp RUNNER_TEMP.
	dir, temp string
	// env is what the job's environment has beside what the workflow says.
	env []string
	// values are those of the expressions in the environment: `inputs.pointer`.
	values map[string]string
	job    *actionlint.Job
	t      *testing.T
}

// said is what a script left.
type said struct {
	exit         int
	log, summary string
	// outputs and variables are what it wrote to GITHUB_OUTPUT and GITHUB_ENV.
	outputs, variables map[string]string
}

func newRunner(t *testing.T, file, job string, values map[string]string) *runner {
	t.Helper()
	r := &runner{dir: t.TempDir(), temp: t.TempDir(), values: values, job: parse(t, file).Jobs[job], t: t}
	require.NotNil(t, r.job, "%s: job %s", file, job)
	r.env = []string{"PATH=" + tools(t) + ":" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "RUNNER_TEMP=" + r.temp}
	return r
}

var expression = regexp.MustCompile(`\$\{\{ (\S+) \}\}`)

// variables puts a workflow's environment into the form of a process's.
func (r *runner) variables(env *actionlint.Env) []string {
	r.t.Helper()
	var list []string
	if env == nil {
		return nil
	}
	for _, v := range env.Vars {
		list = append(list, v.Name.Value+"="+expression.ReplaceAllStringFunc(v.Value.Value, func(text string) string {
			name := expression.FindStringSubmatch(text)[1]
			value, ok := r.values[name]
			require.True(r.t, ok, "%s: the test has no value for %s", v.Name.Value, name)
			return value
		}))
	}
	return list
}

// step is the job's step of that name.
func (r *runner) step(name string) *actionlint.Step {
	r.t.Helper()
	for _, step := range r.job.Steps {
		if step.Name != nil && step.Name.Value == name {
			return step
		}
	}
	require.Fail(r.t, "no step", name)
	return nil
}

// run runs the very script of a step, by the command line that GitHub has for
// `shell: bash`.
func (r *runner) run(name string) said {
	r.t.Helper()
	step := r.step(name)
	require.IsType(r.t, &actionlint.ExecRun{}, step.Exec, name)
	aside := r.t.TempDir()
	file := func(name string) string { return filepath.Join(aside, name) }
	require.NoError(r.t, os.WriteFile(file("script"), []byte(step.Exec.(*actionlint.ExecRun).Run.Value), 0o644))
	command := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", file("script"))
	command.Dir = r.dir
	command.Env = append(append(append([]string{}, r.variables(r.job.Env)...), r.variables(step.Env)...), r.env...)
	command.Env = append(command.Env, "GITHUB_OUTPUT="+file("output"), "GITHUB_ENV="+file("env"), "GITHUB_STEP_SUMMARY="+file("summary"))
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(r.t, err, name)
	}
	return said{command.ProcessState.ExitCode(), log.String(), r.read(file("summary")), r.pairs(file("output")), r.pairs(file("env"))}
}

// read reads a file that may be absent.
func (r *runner) read(path string) string {
	r.t.Helper()
	text, err := os.ReadFile(path)
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(r.t, err)
	}
	return string(text)
}

// pairs reads lines of the form name=value.
func (r *runner) pairs(path string) map[string]string {
	r.t.Helper()
	pairs := map[string]string{}
	for line := range strings.Lines(r.read(path)) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		require.True(r.t, ok, line)
		pairs[name] = value
	}
	return pairs
}

// done runs a step that must succeed.
func (r *runner) done(name string) said {
	r.t.Helper()
	s := r.run(name)
	require.Zero(r.t, s.exit, "%s:\n%s", name, s.log)
	return s
}

// write writes a file of the workspace.
func (r *runner) write(path string, data []byte) {
	r.t.Helper()
	full := filepath.Join(r.dir, path)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(full), 0o755))
	require.NoError(r.t, os.WriteFile(full, data, 0o755))
}
