package status_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheRockElsewhere(t *testing.T) {
	w := newWorld(t)
	w.checkout("rock", "https://github.com/ROCm/fork.git")
	head := w.commit("rock", "file", "two\n")
	r := w.run("PYTORCH_MANIFEST_THEROCK=../rock").good()
	assert.Equal(t, head, r.values["STABLE_THEROCK_COMMIT"])
	assert.Equal(t, "https://github.com/ROCm/fork.git", r.values["STABLE_THEROCK_REPO"])
	w.git("rock", "remote", "remove", "origin")
	w.run("PYTORCH_MANIFEST_THEROCK=../rock").bad("therock: ../rock has no origin")
}

func TestWorkspaceWithoutOrigin(t *testing.T) {
	w := newWorld(t)
	w.git("workspace", "remote", "remove", "origin")
	r := w.run("PYTORCH_MANIFEST_THEROCK=")
	require.Zero(t, r.exit)
	assert.Equal(t, "", r.values["STABLE_THEROCK_REPO"])
	assert.Equal(t, "workspace_status: warning: therock: the workspace has no remote named origin: the address stays empty\n", r.stderr)
}

func TestWorkspaceThatIsNoCheckout(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, os.RemoveAll(w.path("workspace/.git")))
	w.run().bad("therock: git: fatal: not a git repository", "remedy: set PYTORCH_MANIFEST_THEROCK to the root of a git checkout")
}

// A module in a folder of its repository is that repository's commit; an
// archive unpacked inside somebody's repository is not.
func TestWorkspaceInsideACheckout(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, os.RemoveAll(w.path("workspace/.git")))
	w.git(".", "init", "-q", "-b", "main")
	w.commit(".", "outside", "x")
	w.git(".", "remote", "add", "origin", theRock)
	w.run().bad("therock: . is no checkout itself: it lies inside the checkout at .. above it")

	head := w.commit(".", "workspace/file", "x")
	r := w.run().good()
	assert.Equal(t, head, r.values["STABLE_THEROCK_COMMIT"])
	assert.Equal(t, "false", r.values["STABLE_THEROCK_DIRTY"])
}

func TestRef(t *testing.T) {
	w := newWorld(t)
	head := w.git("workspace", "rev-parse", "HEAD")
	other := strings.Repeat("1", 40)
	for _, tt := range []struct {
		name, sha, ref, want string
		detached             bool
	}{
		{"the commit of this run", head, "refs/pull/7/merge", "refs/pull/7/merge", false},
		{"a tag", head, "refs/tags/v1", "refs/tags/v1", true},
		{"the caller's commit", other, "refs/heads/caller", "refs/heads/main", false},
		{"the caller's commit, detached", other, "refs/heads/caller", "", true},
		{"no ref", head, "", "refs/heads/main", false},
		{"no commit", "", "refs/heads/caller", "refs/heads/main", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.t = t
			w.git("workspace", "checkout", "-q", "main")
			if tt.detached {
				w.git("workspace", "checkout", "-q", "--detach")
			}
			r := w.run("GITHUB_SHA="+tt.sha, "GITHUB_REF="+tt.ref, "GITHUB_REPOSITORY=other/repo").good()
			assert.Equal(t, tt.want, r.values["STABLE_THEROCK_REF"])
			assert.Equal(t, head, r.values["STABLE_THEROCK_COMMIT"], "never GITHUB_SHA")
			assert.Equal(t, theRock, r.values["STABLE_THEROCK_REPO"], "never GITHUB_REPOSITORY")
		})
	}
}

func TestCI(t *testing.T) {
	w := newWorld(t)
	env := []string{"GITHUB_RUN_ID=123", "GITHUB_RUN_ATTEMPT=2", "GITHUB_JOB=build", "GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=ROCm/TheRock"}
	for _, actions := range []string{"", "false", "1", "TRUE"} {
		assert.Empty(t, w.run(append(env, "GITHUB_ACTIONS="+actions)...).good().group("STABLE_CI_"))
	}
	env = append(env, "GITHUB_ACTIONS=true")
	want := map[string]string{"RUN_ID": "123", "RUN_ATTEMPT": "2", "JOB_ID": "build",
		"RUN_URL": "https://github.com/ROCm/TheRock/actions/runs/123/attempts/2"}
	assert.Equal(t, want, w.run(env...).good().group("STABLE_CI_"))
	assert.Equal(t, with(want, "RUN_ATTEMPT", "", "RUN_URL", "https://github.com/ROCm/TheRock/actions/runs/123"),
		w.run(append(env, "GITHUB_RUN_ATTEMPT=")...).good().group("STABLE_CI_"))

	r := w.run(append(env, "GITHUB_REPOSITORY=")...)
	require.Zero(t, r.exit)
	assert.Equal(t, with(want, "RUN_URL", ""), r.group("STABLE_CI_"))
	assert.Contains(t, r.stderr, "warning: CI: ")

	w.run(append(env, "GITHUB_JOB=a\nSTABLE_THEROCK_COMMIT x")...).bad("STABLE_CI_JOB_ID: the value has a control character")
	w.run(append(env, "GITHUB_JOB=a ")...).bad("STABLE_CI_JOB_ID: the value has")
}

func TestBuildStartedAt(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct{ variable, value, want string }{
		{"BUILD_STARTED_AT", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"},
		{"BUILD_STARTED_AT", "1769860800", "2026-01-31T12:00:00Z"},
		{"BUILD_STARTED_AT", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"},
		{"BUILD_STARTED_AT", "2000-02-29T08:09:08Z", "2000-02-29T08:09:08Z"},
		{"BUILD_STARTED_AT", "2025-02-29T00:00:00Z", ""},
		{"BUILD_STARTED_AT", "2100-02-29T00:00:00Z", ""},
		{"BUILD_STARTED_AT", "2026-04-31T00:00:00Z", ""},
		{"BUILD_STARTED_AT", "2026-01-00T00:00:00Z", ""},
		{"BUILD_STARTED_AT", "2026-01-31T24:00:00Z", ""},
		{"BUILD_STARTED_AT", "2026-01-31T12:00:00+01:00", ""},
		{"BUILD_STARTED_AT", "2026-01-31", ""},
		{"SOURCE_DATE_EPOCH", "0", "1970-01-01T00:00:00Z"},
		{"SOURCE_DATE_EPOCH", "951827696", "2000-02-29T12:34:56Z"},
		{"SOURCE_DATE_EPOCH", "4107542399", "2100-02-28T23:59:59Z"},
		{"SOURCE_DATE_EPOCH", "253402300799", "9999-12-31T23:59:59Z"},
		{"SOURCE_DATE_EPOCH", "253402300800", ""},
		{"SOURCE_DATE_EPOCH", "-1", ""},
		{"SOURCE_DATE_EPOCH", "017", ""},
		{"SOURCE_DATE_EPOCH", "99999999999999999999999", ""},
		{"SOURCE_DATE_EPOCH", "2026-01-31T12:00:00Z", ""},
		{"SOURCE_DATE_EPOCH", "a[$(touch x)]", ""},
	} {
		r := w.run(tt.variable + "=" + tt.value)
		if tt.want == "" {
			r.bad(tt.variable+": got ", "seconds since 1970")
			continue
		}
		assert.Equal(t, tt.want, r.good().values["STABLE_BUILD_STARTED_AT"], tt.value)
	}
	r := w.run("BUILD_STARTED_AT=2026-01-31T12:00:00Z", "SOURCE_DATE_EPOCH=1").good()
	assert.Equal(t, "2026-01-31T12:00:00Z", r.values["STABLE_BUILD_STARTED_AT"])
	assert.NoFileExists(t, w.path("workspace/x"))
}

// A hook, or `git rebase --exec`, runs with these set.
func TestGitVariablesDoNotDivert(t *testing.T) {
	w, want := sourceWorld(t)
	w.checkout("other", "")
	other := w.path("other")
	r := w.run("GIT_DIR="+other+"/.git", "GIT_WORK_TREE="+other, "GIT_INDEX_FILE="+other+"/.git/nothing", "GIT_PREFIX=x/", "GIT_NAMESPACE=x",
		"GIT_OBJECT_DIRECTORY="+other, "GIT_COMMON_DIR="+other+"/.git", "GIT_TRACE=1", "GIT_CEILING_DIRECTORIES=/", "CDPATH=/:/usr",
		"GIT_CONFIG="+other+"/.git/config", "LANGUAGE=de", "TZ=Asia/Tokyo", "GREP_OPTIONS=-v").good()
	assert.Equal(t, want, r.source("pytorch"))
}

func TestRunsByItselfFromAnywhere(t *testing.T) {
	w, want := sourceWorld(t)
	copied := w.path("elsewhere.sh")
	data, err := os.ReadFile(script)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(copied, data, 0o755))
	r := w.start(func(cmd *exec.Cmd) { cmd.Path = copied; cmd.Args = []string{copied} }).good()
	assert.Equal(t, want, r.source("pytorch"))
}

// The last line must not be empty behind its key: some readers trim the whole.
func TestLastLineHasAValue(t *testing.T) {
	w := newWorld(t)
	assert.Regexp(t, `\nSTABLE_THEROCK_DIRTY false\n$`, w.run().good().stdout)
}
