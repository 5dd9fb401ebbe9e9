// Package bazel runs real Bazel, through this repository's tools/bazel, in
// scratch workspaces that use rules_pytorch_manifest as a user's would.
package bazel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Workspace is a folder with a MODULE.bazel of its own.
type Workspace struct {
	// Dir is absolute. Env is what is added to the environment of every call,
	// KEY=VALUE. Startup options come before Bazel's command.
	Dir     string
	Env     []string
	Startup []string
	// Inside is a command that starts the one after it, such as one that enters
	// a namespace. DiskCache is a folder; empty: that of all end-to-end tests.
	Inside    []string
	DiskCache string
	t         *testing.T
}

// Result is what one call of Bazel said.
type Result struct {
	Exit           int
	Stdout, Stderr string
	// Ran counts the actions that were executed, by mnemonic: neither up to
	// date nor answered by a cache.
	Ran map[string]int
	// Spawns are all actions that were not up to date.
	Spawns []Spawn
}

// Spawn is one action in the execution log.
type Spawn struct {
	Mnemonic string
	// Runner is Bazel's word for what executed it or knew its result: "remote",
	// "remote cache hit", "disk cache hit", "linux-sandbox".
	Runner   string
	CacheHit bool
}

// Runners counts the actions of one mnemonic by their runner.
func (r Result) Runners(mnemonic string) map[string]int {
	counts := map[string]int{}
	for _, spawn := range r.Spawns {
		if spawn.Mnemonic == mnemonic {
			counts[spawn.Runner]++
		}
	}
	return counts
}

// Root is the repository's own folder.
func Root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if text, err := os.ReadFile(filepath.Join(dir, "MODULE.bazel")); err == nil &&
			bytes.Contains(text, []byte(`name = "rules_pytorch_manifest",`)) && !bytes.Contains(text, []byte("bazel_dep(name = \"rules_pytorch_manifest\"")) {
			return dir
		}
	}
	t.Fatal("no folder above the test is rules_pytorch_manifest's own")
	return ""
}

// Cache is a folder that stays between test runs, for what is dear to make.
func Cache(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	dir := filepath.Join(cache, "rules_pytorch_manifest", "e2e")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	return dir
}

// New makes an empty workspace that depends on this repository. Its folder is
// the same in every test and run of one name, since a new one costs Bazel more
// than a minute; its server is stopped when the test ends.
func New(t *testing.T, name string) *Workspace {
	t.Helper()
	w := &Workspace{Dir: filepath.Join(Cache(t), name), t: t}
	require.NoError(t, os.RemoveAll(w.Dir))
	w.Write("MODULE.bazel", fmt.Sprintf(`module(name = %q)

bazel_dep(name = "rules_pytorch_manifest")
local_path_override(
    module_name = "rules_pytorch_manifest",
    path = %q,
)

# For the py_wheel provider that the tests' own rules return.
bazel_dep(name = "rules_python", version = "1.9.2")
`, "e2e_"+name, Root(t)))
	w.Write(".bazelrc", "")
	w.Write("BUILD.bazel", "")
	t.Cleanup(func() { w.Bazel("shutdown") })
	return w
}

// At is a workspace that is already there.
func At(t *testing.T, dir string) *Workspace {
	t.Helper()
	w := &Workspace{Dir: dir, t: t}
	t.Cleanup(func() { w.Bazel("shutdown") })
	return w
}

// For is the same workspace, whose failures are those of another test.
func (w *Workspace) For(t *testing.T) *Workspace {
	other := *w
	other.t = t
	return &other
}

// Write writes a file of the workspace, and the folders above it.
func (w *Workspace) Write(path, text string) {
	w.t.Helper()
	full := filepath.Join(w.Dir, path)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(full), 0o755))
	require.NoError(w.t, os.WriteFile(full, []byte(text), 0o644))
}

// Remove removes a file or folder of the workspace.
func (w *Workspace) Remove(path string) {
	w.t.Helper()
	require.NoError(w.t, os.RemoveAll(filepath.Join(w.Dir, path)))
}

// Read reads a file of the workspace.
func (w *Workspace) Read(path string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.Dir, path))
	require.NoError(w.t, err)
	return string(text)
}

// Has says whether the workspace has the file.
func (w *Workspace) Has(path string) bool {
	_, err := os.Stat(filepath.Join(w.Dir, path))
	return err == nil
}

// Bazel runs one command and gives what came of it, whatever that is.
func (w *Workspace) Bazel(command string, args ...string) Result {
	w.t.Helper()
	words := append(append([]string{}, w.Startup...), command)
	log := filepath.Join(w.t.TempDir(), "execution.json")
	if command == "build" || command == "test" || command == "run" {
		cache := w.DiskCache
		if cache == "" {
			cache = filepath.Join(Cache(w.t), "disk_cache")
		}
		words = append(words,
			"--disk_cache="+cache,
			"--execution_log_json_file="+log,
			"--color=no", "--curses=no", "--noshow_progress")
	}
	line := append(append([]string{}, w.Inside...), filepath.Join(Root(w.t), "tools", "bazel"))
	line = append(append(line, words...), args...)
	call := exec.Command(line[0], line[1:]...)
	call.Dir = w.Dir
	call.Env = append(os.Environ(), w.Env...)
	var stdout, stderr bytes.Buffer
	call.Stdout, call.Stderr = &stdout, &stderr
	err := call.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(w.t, err, "bazel %s", command)
	}
	result := Result{Exit: call.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String(), Ran: map[string]int{}, Spawns: w.spawns(log)}
	for _, spawn := range result.Spawns {
		if !spawn.CacheHit {
			result.Ran[spawn.Mnemonic]++
		}
	}
	return result
}

// Build builds targets that must be buildable.
func (w *Workspace) Build(args ...string) Result {
	w.t.Helper()
	result := w.Bazel("build", args...)
	require.Zero(w.t, result.Exit, "bazel build %s:\n%s", strings.Join(args, " "), result.Stderr)
	return result
}

// Refuse builds targets that must not be buildable, with an error that has all
// of the words.
func (w *Workspace) Refuse(words []string, args ...string) Result {
	w.t.Helper()
	result := w.Bazel("build", args...)
	require.Equal(w.t, 1, result.Exit, "bazel build %s: want a failed build\n%s", strings.Join(args, " "), result.Stderr)
	for _, word := range words {
		require.Contains(w.t, result.Stderr, word, "bazel build %s", strings.Join(args, " "))
	}
	return result
}

// spawns reads the execution log: JSON objects one after another. It is absent or
// empty after an analysis that failed.
func (w *Workspace) spawns(log string) []Spawn {
	w.t.Helper()
	file, err := os.Open(log)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	require.NoError(w.t, err)
	defer file.Close()
	var spawns []Spawn
	decoder := json.NewDecoder(file)
	for {
		var spawn Spawn
		err := decoder.Decode(&spawn)
		if errors.Is(err, io.EOF) {
			return spawns
		}
		require.NoError(w.t, err)
		spawns = append(spawns, spawn)
	}
}
