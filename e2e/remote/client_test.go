// Package remote runs the repository's own build on a real Remote Execution API
// server, from two clients, and holds their outputs against those of local builds.
package remote

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

const manifest = "bazel-bin/pytorch_manifest.json"

// demonstration are the folders of testdata/ that wheels are made of.
var demonstration = []string{"apex", "torch", "torchaudio", "torchvision", "triton"}

// client is a user's machine: a checkout of the repository at a place of its own,
// with an output base and a disk cache of its own.
type client struct {
	*bazel.Workspace
	// outputs is the output base.
	outputs string
}

// newClient makes a checkout of the files of this one. Its place is the same in
// every run, since a new one costs Bazel minutes; what the wheels hold is not.
func newClient(t *testing.T, name string) *client {
	t.Helper()
	dir := filepath.Join(bazel.Cache(t), name)
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.MkdirAll(dir, 0o755))
	c := &client{Workspace: bazel.At(t, dir), outputs: filepath.Join(bazel.Cache(t), name+".output")}
	c.Startup = []string{"--output_base=" + c.outputs}

	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".", ":!e2e", ":!docs", ":!examples")
	list.Dir = bazel.Root(t)
	names, err := list.Output()
	require.NoError(t, err)
	for _, name := range strings.Split(strings.TrimRight(string(names), "\x00"), "\x00") {
		from, to := filepath.Join(bazel.Root(t), name), filepath.Join(dir, name)
		text, err := os.ReadFile(from)
		if os.IsNotExist(err) {
			continue // removed, and not yet committed
		}
		require.NoError(t, err)
		info, err := os.Stat(from)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
		require.NoError(t, os.WriteFile(to, text, info.Mode()))
	}
	c.git(t, "init", "--quiet", "--initial-branch=main")
	c.git(t, "remote", "add", "origin", "https://github.com/ROCm/TheRock")
	return c
}

// commit gives the checkout new wheels, where wheels says what they hold, and a
// commit; the same steps in two checkouts make the same commit.
func (c *client) commit(t *testing.T, wheels, message string) string {
	t.Helper()
	if wheels != "" {
		for _, folder := range demonstration {
			c.Write("testdata/"+folder+"/nonce.txt", wheels)
		}
	}
	c.git(t, "add", "--all")
	c.git(t, "commit", "--quiet", "--allow-empty", "--message", message)
	return c.git(t, "rev-parse", "HEAD")
}

func (c *client) git(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.Command("git", args...)
	command.Dir = c.Dir
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=somebody", "GIT_AUTHOR_EMAIL=somebody@example.com", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
		"GIT_COMMITTER_NAME=somebody", "GIT_COMMITTER_EMAIL=somebody@example.com", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "git %s: %s", strings.Join(args, " "), output)
	return strings.TrimSpace(string(output))
}

// stamped is a build of //:pytorch_manifest at the checkout's commit.
func (c *client) stamped(args ...string) bazel.Result {
	return c.Bazel("build", append([]string{"--config=release", "//:pytorch_manifest"}, args...)...)
}

// cold forgets all that was built here, but not what came from the network.
func (c *client) cold(t *testing.T) {
	t.Helper()
	require.Zero(t, c.Bazel("clean").Exit)
	require.Zero(t, c.Bazel("shutdown").Exit)
	assert.False(t, c.Has(manifest))
}

// lend gives another client what this one fetched, so that the network is asked
// once. Nothing that was built is among it.
func (c *client) lend(t *testing.T, other *client) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(other.outputs, "external")); err == nil {
		return
	}
	require.NoError(t, os.MkdirAll(other.outputs, 0o755))
	output, err := exec.Command("cp", "-a", filepath.Join(c.outputs, "external"), other.outputs).CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// nonce is what no cache of an earlier run has seen.
func nonce() string { return fmt.Sprintf("%s\n", rand.Text()) }

// of is the same client, whose failures are those of another test.
func (c *client) of(t *testing.T) *client {
	return &client{c.For(t), c.outputs}
}

// newClients makes two of them. Programs are compiled in each: the second one's
// disk cache is its own.
func newClients(t *testing.T) (first, second *client) {
	t.Helper()
	first, second = newClient(t, "remote"), newClient(t, "remote-second")
	second.DiskCache = filepath.Join(bazel.Cache(t), "remote-second.disk_cache")
	warm := first.Bazel("build", "--nobuild", "//:pytorch_manifest")
	require.Zero(t, warm.Exit, warm.Stderr)
	first.lend(t, second)
	return first, second
}

// both gives the two checkouts the same wheels, which no cache has seen, and the
// same commit.
func both(t *testing.T, first, second *client) (commit string) {
	t.Helper()
	wheels := nonce()
	commit = first.commit(t, wheels, "one")
	require.Equal(t, commit, second.commit(t, wheels, "one"))
	return commit
}
