package status_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfiguredFolderThatIsNoCheckout(t *testing.T) {
	tests := []struct {
		name string
		make func(w *world)
		said []string
	}{
		{"missing", func(*world) {}, []string{
			"git: fatal: cannot change to 'src/pytorch': No such file or directory",
			"remedy: set pytorch=... in PYTORCH_MANIFEST_SOURCES to the root of a git checkout"}},
		{"a file", func(w *world) { w.write("workspace/src/pytorch", "x") }, []string{"git: fatal: cannot change to 'src/pytorch': Not a directory"}},
		{"a folder of the workspace's checkout", func(w *world) { w.write("workspace/src/pytorch/x", "x") }, []string{
			"src/pytorch is no checkout itself: it lies inside the checkout at ../.. above it", "remedy: set pytorch=..."}},
		{"a tracked folder of the workspace's checkout", func(w *world) { w.commit("workspace", "src/pytorch/x", "x") }, []string{
			"src/pytorch is no checkout itself"}},
		{"a dangling .git file", func(w *world) { w.write("workspace/src/pytorch/.git", "gitdir: ../nowhere\n") }, []string{
			"git: fatal: not a git repository: "}},
		{"bare", func(w *world) {
			require.NoError(w.t, os.MkdirAll(w.path("workspace/src/pytorch"), 0o755))
			w.git("workspace/src/pytorch", "init", "-q", "--bare")
		}, []string{"source pytorch: "}},
		{"git's own folder", func(w *world) {
			w.checkout("workspace/src/x", pytorch)
			require.NoError(w.t, os.Symlink("x/.git", w.path("workspace/src/pytorch")))
		}, []string{"source pytorch: "}},
		{"no commit and no origin", func(w *world) {
			require.NoError(w.t, os.MkdirAll(w.path("workspace/src/pytorch"), 0o755))
			w.git("workspace/src/pytorch", "init", "-q", "-b", "main")
		}, []string{
			"git: fatal: your current branch 'main' does not have any commits yet", "remedy: make a commit",
			"src/pytorch has no origin", "git: error: No such remote 'origin'", "remedy: git remote add origin URL", "(2)"}},
		{"no origin", func(w *world) { w.checkout("workspace/src/pytorch", "") }, []string{
			"src/pytorch has no origin", "git: error: No such remote 'origin'", "(1)"}},
		{"another remote only", func(w *world) {
			w.checkout("workspace/src/pytorch", "")
			w.git("workspace/src/pytorch", "remote", "add", "upstream", pytorch)
		}, []string{"has no origin"}},
		{"an origin without an address", func(w *world) {
			w.checkout("workspace/src/pytorch", "")
			w.git("workspace/src/pytorch", "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
		}, []string{"has no origin"}},
		{"damaged configuration", func(w *world) {
			w.checkout("workspace/src/pytorch", pytorch)
			w.write("workspace/src/pytorch/.git/config", "[remote \"origin\"\nurl = https://user:hunter2@host/a\n")
		}, []string{"git: fatal: bad config line 2"}},
		{"damaged commit", func(w *world) {
			w.checkout("workspace/src/pytorch", pytorch)
			w.write("workspace/src/pytorch/.git/refs/heads/main", strings.Repeat("1", 40)+"\n")
		}, []string{"source pytorch: cannot read the commit", "git: fatal: "}},
		{"damaged index", func(w *world) {
			w.checkout("workspace/src/pytorch", pytorch)
			w.write("workspace/src/pytorch/.git/index", "not an index at all, but long enough to be looked at")
		}, []string{"source pytorch: cannot read the state", "git: "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.make(w)
			r := w.run("PYTORCH_MANIFEST_SOURCES=pytorch=src/pytorch").bad(tt.said...)
			assert.NotContains(t, r.stderr, "hunter2")
		})
	}
}

func TestEveryFaultIsListed(t *testing.T) {
	w, _ := sourceWorld(t)
	w.checkout("one", "")
	require.NoError(t, os.Mkdir(w.path("two"), 0o755))
	r := w.run("PYTORCH_MANIFEST_SOURCES=pytorch=src/pytorch;one=../one;two=../two;three=nowhere;Four=x;;five;six=;pytorch=x;a_upstream=x",
		"PYTORCH_MANIFEST_THEROCK=nowhere", "BUILD_STARTED_AT=now", "GITHUB_ACTIONS=true", "GITHUB_RUN_ID=1",
		"GITHUB_REPOSITORY=a/b", "GITHUB_SERVER_URL=https://user:hunter2@host").bad(
		"source one: ../one has no origin", "source two: git: fatal: not a git repository", "source three: git: fatal: cannot change to",
		`member 5 has the name "Four", want [a-z][a-z0-9_]* that does not end in _upstream`, `member 6 is ""`, `member 7 is "five", want name=folder`,
		`member 8 is "six="`, "member 9 names pytorch again", `member 10 has the name "a_upstream"`,
		"therock: git: fatal: cannot change to 'nowhere'", "set PYTORCH_MANIFEST_THEROCK to the root",
		`BUILD_STARTED_AT: got "now", want a time in UTC`, "GITHUB_SERVER_URL: want https://HOST", "faults above (12)")
	assert.NotContains(t, r.stderr, "hunter2")
	assert.NotContains(t, r.stderr, "source pytorch:")
}

func TestGitAbsent(t *testing.T) {
	w, _ := sourceWorld(t)
	w.run("PATH="+w.tools(), "SOURCE_DATE_EPOCH=x").bad(
		"git: there is no git on PATH; remedy: install git", `SOURCE_DATE_EPOCH: got "x"`, "(2)")
}

func TestGitThatFails(t *testing.T) {
	for _, verb := range []string{"rev-parse", "log", "symbolic-ref", "describe", "for-each-ref", "status", "config"} {
		t.Run(verb, func(t *testing.T) {
			w, _ := sourceWorld(t)
			path := w.wrapGit(`for a in "$@"; do
  if [ "$a" = ` + verb + ` ]; then
    echo "fatal: cannot reach 'https://user:hunter2@host/a'" >&2
    echo "fatal: nor tok3n@host:path" >&2
    echo 'partial answer'
    exit 3
  fi
done
exec "$git" "$@"
`)
			r := w.run(path).bad(
				"source pytorch: git: fatal: cannot reach 'https://host/a'", "source pytorch: git: fatal: nor host:path", "source pytorch: remedy: ",
				"therock: git: fatal: ")
			assert.NotContains(t, r.stderr, "hunter2")
			assert.NotContains(t, r.stderr, "tok3n")
		})
	}
}

func TestGitThatWarns(t *testing.T) {
	w, want := sourceWorld(t)
	path := w.wrapGit(`printf '::error::look here\n\033[31mred \342\200\256olleh\ndirty 1\nno end' >&2
exec "$git" "$@"
`)
	r := w.run(path)
	require.Zero(t, r.exit, r.stderr)
	assert.Equal(t, want, r.source("pytorch"))
	assert.Equal(t, w.run().stdout, r.stdout, "only what git prints on stdout is a value")
	assert.Contains(t, r.stderr, "workspace_status: warning: source pytorch: git: ::error::look here\n")
	assert.Contains(t, r.stderr, "workspace_status: warning: therock: git: ?[31mred ?olleh\n")
	assert.Contains(t, r.stderr, ": git: no end\n")
}

func TestNoTemporaryFolder(t *testing.T) {
	w, _ := sourceWorld(t)
	w.run("TMPDIR="+w.path("nowhere")).bad("workspace_status: error: TMPDIR: cannot make a temporary folder", "remedy: ")
}

func TestNothingStaysBehind(t *testing.T) {
	w, _ := sourceWorld(t)
	require.NoError(t, os.Mkdir(w.path("tmp"), 0o755))
	w.run("TMPDIR=" + w.path("tmp")).good()
	w.run("TMPDIR="+w.path("tmp"), "PYTORCH_MANIFEST_SOURCES=x=y").bad()
	left, err := os.ReadDir(w.path("tmp"))
	require.NoError(t, err)
	assert.Empty(t, left)
}
