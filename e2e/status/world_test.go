// Package status_test runs tools/workspace_status.sh, as a user's copy of it,
// over real git repositories in every state that they can be in.
package status_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	script    = "../../tools/workspace_status.sh"
	theRock   = "https://github.com/ROCm/TheRock.git"
	pytorch   = "https://github.com/ROCm/pytorch.git"
	committed = "2026-01-31T12:34:56Z"
)

// world is a folder with a home, a workspace that is a checkout of TheRock,
// and whatever a test puts beside it.
type world struct {
	t         *testing.T
	root      string
	workspace string
	env       map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	// Tests that act as another user must get in.
	require.NoError(t, os.Chmod(root, 0o755))
	require.NoError(t, os.Chmod(filepath.Dir(root), 0o755))
	w := &world{t: t, root: root, workspace: filepath.Join(root, "workspace"), env: map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": filepath.Join(root, "home"), "GIT_CONFIG_NOSYSTEM": "1",
	}}
	require.NoError(t, os.Mkdir(w.env["HOME"], 0o755))
	w.checkout("workspace", theRock)
	data, err := os.ReadFile(script)
	require.NoError(t, err)
	w.write("workspace/tools/workspace_status.sh", string(data))
	require.NoError(t, os.Chmod(filepath.Join(w.workspace, "tools/workspace_status.sh"), 0o755))
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.root, name) }

func (w *world) write(name, text string) {
	w.t.Helper()
	require.NoError(w.t, os.MkdirAll(filepath.Dir(w.path(name)), 0o755))
	require.NoError(w.t, os.WriteFile(w.path(name), []byte(text), 0o644))
}

// git runs git in a folder of the world and returns what it prints.
func (w *world) git(dir string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", w.path(dir), "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Env = append(w.environ(),
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_AUTHOR_DATE=2020-01-01T00:00:00Z",
		"GIT_COMMITTER_NAME=c", "GIT_COMMITTER_EMAIL=c@example.com", "GIT_COMMITTER_DATE=2026-01-31T14:34:56+02:00")
	out, err := cmd.CombinedOutput()
	require.NoError(w.t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

// checkout makes a repository with one commit on main; no origin where the
// address is empty.
func (w *world) checkout(dir, origin string) {
	w.t.Helper()
	require.NoError(w.t, os.MkdirAll(w.path(dir), 0o755))
	w.git(dir, "init", "-q", "-b", "main", "--template=")
	w.commit(dir, "file", "one\n")
	if origin != "" {
		w.git(dir, "remote", "add", "origin", origin)
	}
}

// commit returns the new HEAD.
func (w *world) commit(dir, file, text string) string {
	w.t.Helper()
	w.write(filepath.Join(dir, file), text)
	w.git(dir, "add", file)
	w.git(dir, "commit", "-q", "-m", "change "+file)
	return w.git(dir, "rev-parse", "HEAD")
}

func (w *world) environ() []string {
	var env []string
	for key, value := range w.env {
		env = append(env, key+"="+value)
	}
	return env
}

// result is one run of the script.
type result struct {
	t              *testing.T
	exit           int
	stdout, stderr string
	values         map[string]string
}

// run starts the script in the workspace with more variables, KEY=VALUE.
func (w *world) run(env ...string) result { return w.start(nil, env...) }

func (w *world) start(change func(*exec.Cmd), env ...string) result {
	w.t.Helper()
	cmd := exec.Command("./tools/workspace_status.sh")
	cmd.Dir = w.workspace
	cmd.Env = append(w.environ(), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if change != nil {
		change(cmd)
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(w.t, err)
	}
	r := result{w.t, cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), map[string]string{}}
	for line := range strings.Lines(r.stdout) {
		text, ended := strings.CutSuffix(line, "\n")
		require.True(w.t, ended, "the last line ends")
		key, value, found := strings.Cut(text, " ")
		require.True(w.t, found, line)
		require.NotContains(w.t, r.values, key)
		r.values[key] = value
	}
	for line := range strings.Lines(r.stderr) {
		assert.Regexp(w.t, `^workspace_status: (error|warning): `, line, "no line begins with foreign text")
	}
	return r
}

// good is a run that must succeed without a word.
func (r result) good() result {
	r.t.Helper()
	require.Zero(r.t, r.exit, r.stderr)
	assert.Empty(r.t, r.stderr)
	return r
}

// bad is a run that must fail, write nothing, and say all of these.
func (r result) bad(said ...string) result {
	r.t.Helper()
	assert.Equal(r.t, 1, r.exit)
	assert.Empty(r.t, r.stdout, "no partial status")
	for _, s := range said {
		assert.Contains(r.t, r.stderr, s)
	}
	return r
}

// source returns the values of one source by the last part of their keys.
func (r result) source(name string) map[string]string {
	return r.group("STABLE_SOURCE_" + strings.ToUpper(name) + "_")
}

func (r result) group(prefix string) map[string]string {
	out := map[string]string{}
	for key, value := range r.values {
		if part, ok := strings.CutPrefix(key, prefix); ok {
			out[part] = value
		}
	}
	return out
}

// tools makes a PATH of its own with the programs that the script uses, and
// returns its folder.
func (w *world) tools(names ...string) string {
	w.t.Helper()
	bin := w.path("bin")
	require.NoError(w.t, os.MkdirAll(bin, 0o755))
	for _, name := range append([]string{"env", "bash", "mktemp", "rm", "tr", "sed", "grep"}, names...) {
		found, err := exec.LookPath(name)
		require.NoError(w.t, err)
		require.NoError(w.t, os.Symlink(found, filepath.Join(bin, name)))
	}
	return bin
}

// wrapGit puts a git of bash before the real one, whose path is $git there.
func (w *world) wrapGit(body string) string {
	w.t.Helper()
	git, err := exec.LookPath("git")
	require.NoError(w.t, err)
	w.write("wrap/git", "#!/usr/bin/env bash\ngit="+git+"\n"+body)
	require.NoError(w.t, os.Chmod(w.path("wrap/git"), 0o755))
	return "PATH=" + w.path("wrap") + ":" + w.env["PATH"]
}

var full = regexp.MustCompile(`^[0-9a-f]{40}$`)

func with(base map[string]string, changes ...string) map[string]string {
	out := maps.Clone(base)
	for i := 0; i < len(changes); i += 2 {
		out[changes[i]] = changes[i+1]
	}
	return out
}
