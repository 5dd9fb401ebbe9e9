package status_test

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDirty(t *testing.T) {
	const dir = "workspace/src/pytorch"
	tests := []struct {
		name   string
		change func(w *world)
		want   string
	}{
		{"clean", func(*world) {}, "false"},
		{"unstaged", func(w *world) { w.write(dir+"/file", "two\n") }, "true"},
		{"same size", func(w *world) { w.write(dir+"/file", "eno\n") }, "true"},
		{"staged", func(w *world) { w.write(dir+"/file", "two\n"); w.git(dir, "add", "file") }, "true"},
		{"staged and taken back in the folder", func(w *world) {
			w.write(dir+"/file", "two\n")
			w.git(dir, "add", "file")
			w.write(dir+"/file", "one\n")
		}, "true"},
		{"new file staged", func(w *world) { w.write(dir+"/new", "x"); w.git(dir, "add", "new") }, "true"},
		{"mode", func(w *world) { require.NoError(w.t, os.Chmod(w.path(dir+"/file"), 0o755)) }, "true"},
		{"deleted", func(w *world) { require.NoError(w.t, os.Remove(w.path(dir+"/file"))) }, "true"},
		{"untracked", func(w *world) { w.write(dir+"/build/new", "x") }, "false"},
		{"configuration that shows more", func(w *world) {
			w.write(dir+"/new", "x")
			w.git(dir, "config", "status.showUntrackedFiles", "all")
			w.git(dir, "config", "status.branch", "true")
			w.git(dir, "config", "status.showStash", "true")
			w.write(dir+"/file", "two\n")
			w.git(dir, "-c", "user.name=a", "-c", "user.email=a@b", "stash", "-q")
		}, "false"},
		{"touched", func(w *world) {
			now := time.Now().Add(time.Hour)
			require.NoError(w.t, os.Chtimes(w.path(dir+"/file"), now, now))
		}, "false"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, want := sourceWorld(t)
			w.env["HOME"] = w.path("home")
			tt.change(w)
			before, err := os.ReadFile(w.path(dir + "/.git/index"))
			require.NoError(t, err)
			assert.Equal(t, with(want, "DIRTY", tt.want), w.run().good().source("pytorch"))
			after, err := os.ReadFile(w.path(dir + "/.git/index"))
			require.NoError(t, err)
			assert.Equal(t, before, after, "the index is not refreshed")
		})
	}
}

// Containers hold checkouts that belong to another user and cannot be written.
func TestStaleIndexOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("acts as another user, which only root can")
	}
	w, want := sourceWorld(t)
	now := time.Now().Add(time.Hour)
	require.NoError(t, os.Chtimes(w.path("workspace/src/pytorch/file"), now, now))
	nobody := func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	w.start(nobody).bad("source pytorch: git: fatal: detected dubious ownership in repository at '"+w.path("workspace/src/pytorch")+"'",
		"git config --global --add safe.directory "+w.path("workspace/src/pytorch"),
		"therock: git: fatal: detected dubious ownership", "remedy: own the checkout, or let git trust it")

	r := w.start(nobody, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*").good()
	assert.Equal(t, want, r.source("pytorch"))
}

func TestForeignOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("gives a folder away, which only root can")
	}
	w, want := sourceWorld(t)
	for _, name := range []string{"", "/.git"} {
		require.NoError(t, os.Chown(w.path("workspace/src/pytorch"+name), 65534, 65534))
	}
	w.run().bad("source pytorch: git: fatal: detected dubious ownership", "remedy: own the checkout")
	w.write("home/.gitconfig", "[safe]\n\tdirectory = "+w.path("workspace/src/pytorch")+"\n")
	assert.Equal(t, want, w.run().good().source("pytorch"))
}

// A checkout's own configuration names programs; looking at it starts none.
func TestConfiguredProgramsAreNotStarted(t *testing.T) {
	w, want := sourceWorld(t)
	dir := "workspace/src/pytorch"
	w.write("evil", "#!/bin/sh\ntouch "+w.path("started")+"\n")
	require.NoError(t, os.Chmod(w.path("evil"), 0o755))
	for _, key := range []string{"core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.sshCommand"} {
		w.git(dir, "config", key, w.path("evil"))
	}
	w.git(dir, "config", "log.showSignature", "true")
	w.git(dir, "config", "core.hooksPath", w.root)
	w.git(dir, "config", "alias.log", "!"+w.path("evil"))
	require.NoError(t, os.RemoveAll(w.path("started")))
	now := time.Now().Add(time.Hour)
	require.NoError(t, os.Chtimes(w.path(dir+"/file"), now, now))
	assert.Equal(t, want, w.run().good().source("pytorch"))
	assert.NoFileExists(t, w.path("started"))
}
