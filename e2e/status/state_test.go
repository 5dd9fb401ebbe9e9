package status_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sourceWorld has one source checkout, in the workspace.
func sourceWorld(t *testing.T) (*world, map[string]string) {
	w := newWorld(t)
	w.checkout("workspace/src/pytorch", pytorch)
	w.env["PYTORCH_MANIFEST_SOURCES"] = "pytorch=src/pytorch"
	head := w.git("workspace/src/pytorch", "rev-parse", "HEAD")
	require.Regexp(t, full, head)
	return w, map[string]string{
		"COMMIT": head, "UPSTREAM_COMMIT": "", "COMMIT_TIME": committed, "DESCRIBE": head[:12],
		"REMOTE": pytorch, "BRANCH": "main", "DIRTY": "false", "DIR": "src/pytorch",
	}
}

func TestOrdinaryCheckout(t *testing.T) {
	w, want := sourceWorld(t)
	r := w.run().good()
	assert.Equal(t, want, r.source("pytorch"))
	assert.Equal(t, map[string]string{
		"REPO": theRock, "COMMIT": w.git("workspace", "rev-parse", "HEAD"), "COMMIT_TIME": committed,
		"REF": "refs/heads/main", "DIRTY": "false",
	}, r.group("STABLE_THEROCK_"))
	assert.Empty(t, r.group("STABLE_CI_"))
	assert.Equal(t, "", r.values["STABLE_BUILD_STARTED_AT"])
	assert.Len(t, r.values, 8+5+1)
	assert.Equal(t, r.stdout, w.run().stdout, "equal states give equal bytes")
}

func TestDetachedHead(t *testing.T) {
	w, want := sourceWorld(t)
	w.git("workspace/src/pytorch", "checkout", "-q", "--detach")
	w.git("workspace", "checkout", "-q", "--detach")
	r := w.run().good()
	assert.Equal(t, with(want, "BRANCH", ""), r.source("pytorch"))
	assert.Equal(t, "", r.values["STABLE_THEROCK_REF"])
}

func TestFetchHead(t *testing.T) {
	w, want := sourceWorld(t)
	w.checkout("other", "")
	head := w.commit("other", "file", "two\n")
	w.git("workspace/src/pytorch", "fetch", "-q", w.path("other"), "main")
	w.git("workspace/src/pytorch", "checkout", "-q", "FETCH_HEAD")
	assert.Equal(t, with(want, "COMMIT", head, "DESCRIBE", head[:12], "BRANCH", ""), w.run().good().source("pytorch"))
}

func TestBranchNames(t *testing.T) {
	w, want := sourceWorld(t)
	for _, branch := range []string{"release/2.9", "(detached)", "users/x/heads", "HEADS"} {
		w.git("workspace/src/pytorch", "checkout", "-q", "-b", branch)
		assert.Equal(t, with(want, "BRANCH", branch), w.run().good().source("pytorch"))
	}
}

func TestTags(t *testing.T) {
	w, want := sourceWorld(t)
	dir := "workspace/src/pytorch"
	first := want["COMMIT"]
	w.git(dir, "tag", "v2.9.1")
	assert.Equal(t, with(want, "DESCRIBE", "v2.9.1"), w.run().good().source("pytorch"))

	// TheRock tags the upstream commit and commits its own changes upon it.
	w.git(dir, "tag", "THEROCK_UPSTREAM_DIFFBASE")
	head := w.commit(dir, "file", "hipified\n")
	want = with(want, "COMMIT", head, "DESCRIBE", "v2.9.1-1-g"+head[:12], "UPSTREAM_COMMIT", first)
	assert.Equal(t, want, w.run().good().source("pytorch"))

	// Annotated, and a tag of a tag.
	w.git(dir, "tag", "-f", "-a", "-m", "x", "inner", first)
	w.git(dir, "tag", "-f", "-a", "-m", "x", "THEROCK_UPSTREAM_DIFFBASE", "inner")
	w.git(dir, "tag", "-d", "v2.9.1", "inner")
	want["DESCRIBE"] = head[:12]
	assert.Equal(t, want, w.run().good().source("pytorch"), "the marker is no version to describe by")

	// Another tag below that name is not it.
	w.git(dir, "tag", "-d", "THEROCK_UPSTREAM_DIFFBASE")
	w.git(dir, "tag", "THEROCK_UPSTREAM_DIFFBASE/old", first)
	assert.Equal(t, "", w.run().good().source("pytorch")["UPSTREAM_COMMIT"])
}

func TestTagThatIsNoCommit(t *testing.T) {
	w, _ := sourceWorld(t)
	w.git("workspace/src/pytorch", "tag", "THEROCK_UPSTREAM_DIFFBASE", "HEAD^{tree}")
	w.run().bad("source pytorch: cannot read the commit of tag THEROCK_UPSTREAM_DIFFBASE", "git: ")
}

func TestWorktree(t *testing.T) {
	w, want := sourceWorld(t)
	w.git("workspace/src/pytorch", "worktree", "add", "-q", "-b", "wt", w.path("trees/pytorch tree"))
	w.env["PYTORCH_MANIFEST_SOURCES"] = "pytorch=../trees/pytorch tree"
	assert.Equal(t, with(want, "BRANCH", "wt", "DIR", "pytorch tree"), w.run().good().source("pytorch"))
}

func TestSubmodule(t *testing.T) {
	w := newWorld(t)
	w.checkout("upstream", "")
	w.git("workspace", "submodule", "--quiet", "add", w.path("upstream"), "src/pytorch")
	w.git("workspace", "commit", "-q", "-m", "submodule")
	w.git("workspace/src/pytorch", "remote", "set-url", "origin", pytorch)
	info, err := os.Stat(w.path("workspace/src/pytorch/.git"))
	require.NoError(t, err)
	require.True(t, info.Mode().IsRegular())
	w.env["PYTORCH_MANIFEST_SOURCES"] = "pytorch=src/pytorch"

	r := w.run().good()
	assert.Equal(t, w.git("upstream", "rev-parse", "HEAD"), r.source("pytorch")["COMMIT"])
	assert.Equal(t, "false", r.source("pytorch")["DIRTY"])
	assert.Equal(t, "false", r.values["STABLE_THEROCK_DIRTY"])

	w.write("workspace/src/pytorch/untracked", "x")
	assert.Equal(t, "false", w.run().good().values["STABLE_THEROCK_DIRTY"], "untracked files count in no checkout")

	w.git("workspace", "config", "submodule.src/pytorch.ignore", "all")
	w.write("workspace/src/pytorch/file", "changed\n")
	r = w.run().good()
	assert.Equal(t, "true", r.source("pytorch")["DIRTY"])
	assert.Equal(t, "true", r.values["STABLE_THEROCK_DIRTY"])

	w.commit("workspace/src/pytorch", "file", "two\n")
	r = w.run().good()
	assert.Equal(t, "false", r.source("pytorch")["DIRTY"])
	assert.Equal(t, "true", r.values["STABLE_THEROCK_DIRTY"], "the submodule is at another commit")
}

func TestShallowClone(t *testing.T) {
	w, want := sourceWorld(t)
	w.checkout("upstream", "")
	w.git("upstream", "tag", "v1")
	head := w.commit("upstream", "file", "two\n")
	w.git(".", "clone", "-q", "--depth=1", "file://"+w.path("upstream"), "shallow")
	w.git("shallow", "remote", "set-url", "origin", pytorch)
	w.env["PYTORCH_MANIFEST_SOURCES"] = "pytorch=../shallow"
	assert.Equal(t, with(want, "COMMIT", head, "DESCRIBE", head[:12], "DIR", "shallow"), w.run().good().source("pytorch"))
}

func TestSHA256Repository(t *testing.T) {
	w, _ := sourceWorld(t)
	require.NoError(t, os.Mkdir(w.path("wide"), 0o755))
	w.git("wide", "init", "-q", "-b", "main", "--object-format=sha256")
	head := w.commit("wide", "file", "one\n")
	w.git("wide", "remote", "add", "origin", pytorch)
	w.env["PYTORCH_MANIFEST_SOURCES"] = "pytorch=../wide"
	assert.Len(t, head, 64)
	assert.Equal(t, head, w.run().good().source("pytorch")["COMMIT"])
}

func TestFolders(t *testing.T) {
	w, want := sourceWorld(t)
	w.checkout("beside/a=b c", pytorch)
	require.NoError(t, os.Symlink(w.path("beside/a=b c"), w.path("workspace/link")))
	require.NoError(t, os.Symlink(w.workspace, w.path("door")))
	w.checkout("workspace/-C", pytorch)
	for folder, dir := range map[string]string{
		"src/pytorch":                   "src/pytorch",
		"./src//pytorch/":               "src/pytorch",
		"../workspace/src/pytorch":      "src/pytorch",
		w.path("workspace/src/pytorch"): "src/pytorch",
		w.path("door/src/pytorch"):      "src/pytorch",
		"../beside/a=b c":               "a=b c",
		w.path("beside/a=b c") + "/.":   "a=b c",
		"link":                          "link",
		"-C":                            "-C",
	} {
		w.env["PYTORCH_MANIFEST_SOURCES"] = "pytorch=" + folder
		assert.Equal(t, with(want, "DIR", dir), w.run().good().source("pytorch"), folder)
	}
	w.env["PYTORCH_MANIFEST_SOURCES"] = "self=."
	assert.Equal(t, ".", w.run().good().source("self")["DIR"])
}

func TestSeveralSources(t *testing.T) {
	w, want := sourceWorld(t)
	w.checkout("audio", "git@github.com:pytorch/audio.git")
	w.env["PYTORCH_MANIFEST_SOURCES"] = "pytorch=src/pytorch;pytorch_audio=../audio"
	r := w.run().good()
	for part, value := range want {
		assert.Equal(t, value, r.values["STABLE_SOURCE_PYTORCH_"+part])
	}
	assert.Equal(t, with(want, "REMOTE", "git@github.com:pytorch/audio.git", "DIR", "audio",
		"COMMIT", w.git("audio", "rev-parse", "HEAD")), r.source("pytorch_audio"))
}
