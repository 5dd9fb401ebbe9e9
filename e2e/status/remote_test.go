package status_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The same table holds tools/internal/status to the same rules.
const remotes = "../../tools/internal/status/testdata/remotes.txt"

func TestRemotes(t *testing.T) {
	w, _ := sourceWorld(t)
	data, err := os.ReadFile(remotes)
	require.NoError(t, err)
	var raw, want, sources []string
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		from, to, found := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, found, line)
		name := fmt.Sprintf("s%d", len(raw))
		require.NoError(t, os.CopyFS(w.path(name), os.DirFS(w.path("workspace/src/pytorch"))))
		w.git(name, "config", "remote.origin.url", from)
		raw, want, sources = append(raw, from), append(want, strings.TrimPrefix(to, "-")), append(sources, name+"=../"+name)
	}
	r := w.run("PYTORCH_MANIFEST_SOURCES=" + strings.Join(sources, ";"))
	require.Zero(t, r.exit, r.stderr)
	for i := range raw {
		name := fmt.Sprintf("s%d", i)
		assert.Equal(t, want[i], r.source(name)["REMOTE"], raw[i])
		warned := strings.Contains(r.stderr, "warning: source "+name+": the origin is no https, ssh or scp-like address")
		assert.Equal(t, want[i] == "", warned, raw[i])
	}
	assert.NotContains(t, r.stdout+r.stderr, "tok")
	assert.NotContains(t, r.stderr, "user")
}

func TestRemoteIsWhatTheCheckoutSays(t *testing.T) {
	w, want := sourceWorld(t)
	// How CI hands a token to git: an address of the machine, not of the checkout.
	w.write("home/.gitconfig", "[url \"https://x-access-token:hunter2@github.com/\"]\n\tinsteadOf = https://github.com/\n")
	assert.Equal(t, want, w.run().good().source("pytorch"))

	dir := "workspace/src/pytorch"
	w.git(dir, "remote", "set-url", "--add", "origin", "https://user:hunter2@mirror/b")
	w.git(dir, "config", "remote.origin.pushurl", "https://user:hunter2@mirror/c")
	w.git(dir, "config", "remote.upstream.url", "https://user:hunter2@mirror/d")
	r := w.run().good()
	assert.Equal(t, want, r.source("pytorch"), "the first address is the one that git fetches from")
}

// A line break in an address must not make a second value, nor let a part of
// a token through.
func TestRemoteWithALineBreak(t *testing.T) {
	w, _ := sourceWorld(t)
	for _, url := range []string{"https://hunter\n2@github.com/a/b", "https://github.com/a\nSTABLE_X hunter", "hunter\n:x", "hunter:x\ny"} {
		w.git("workspace/src/pytorch", "config", "remote.origin.url", url)
		r := w.run()
		require.Zero(t, r.exit, r.stderr)
		assert.NotContains(t, r.stdout+r.stderr, "hunter", "%q", url)
	}
}

func TestLocalOriginOfTheWorkspace(t *testing.T) {
	w := newWorld(t)
	w.git("workspace", "remote", "set-url", "origin", "/home/hunter/TheRock")
	r := w.run()
	require.Zero(t, r.exit)
	assert.Equal(t, "", r.values["STABLE_THEROCK_REPO"])
	assert.Contains(t, r.stderr, "warning: therock: the origin is no https, ssh or scp-like address")
	assert.NotContains(t, r.stderr, "hunter")
}
