package remote

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// everything are the outputs of the rule, all of them.
const everything = "--output_groups=+wheels,+wheel_entries,+wheel_contents,+wheel_metadata,+_validation"

// as makes a client's calls those of another user: by environment, user ID, umask
// and host name.
func as(t *testing.T, c *client, name, zone, lang, uid, umask string) *client {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home-of-"+name)
	require.NoError(t, os.MkdirAll(filepath.Join(home, "bin"), 0o755))
	other := *c.Workspace
	other.Env = []string{
		"HOME=" + home, "USER=" + name, "LOGNAME=" + name, "HOSTNAME=host-of-" + name, "TZ=" + zone, "LANG=" + lang, "LC_ALL=" + lang,
		"PATH=" + filepath.Join(home, "bin") + ":" + os.Getenv("PATH"),
		// Where the launcher has its Bazel.
		"XDG_CACHE_HOME=" + filepath.Dir(filepath.Dir(bazel.Cache(t))),
	}
	other.Inside = []string{
		bubblewrap(t), "--dev-bind", "/", "/", "--unshare-user", "--uid", uid, "--gid", uid, "--unshare-uts", "--hostname", "host-of-" + name,
		"sh", "-c", "umask " + umask + ` && exec "$@"`, "sh",
	}
	return &client{&other, c.outputs}
}

// outputs are all files that a client's build made, by their paths in bazel-out.
func outputs(t *testing.T, c *client) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	root, err := filepath.EvalSymlinks(filepath.Join(c.Dir, "bazel-out"))
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil || notOurs(name) {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	}))
	return files
}

// notOurs are files that Bazel itself writes, with places and names of the machine
// in them: the workspace status, of which the rule reads the keys in use alone, and
// the lists of runfiles, which belong to who starts a program by hand.
func notOurs(name string) bool {
	switch filepath.Base(name) {
	case "stable-status.txt", "volatile-status.txt", "MANIFEST":
		return true
	}
	return strings.HasSuffix(name, ".runfiles_manifest") || strings.HasPrefix(name, "_tmp/")
}

// testEqualBytes: one commit in two folders, built by two users on two hosts, is
// the same in every byte of every file, programs included; and no file tells where,
// by whom or on which host it was made.
func testEqualBytes(t *testing.T, first, second *client) {
	for _, c := range []*client{first, second} {
		require.Zero(t, c.Bazel("shutdown").Exit)
	}
	commit := both(t, first, second)
	anna := as(t, first, "anna-quux", "Asia/Kathmandu", "C.UTF-8", "4141", "022")
	bob := as(t, second, "bob-quux", "America/St_Johns", "tr_TR.UTF-8", "4242", "077")
	var made []map[string][]byte
	for _, c := range []*client{anna, bob} {
		require.Zero(t, c.Bazel("clean").Exit)
		// Programs may come from the client's own disk cache: it has those that
		// were compiled in this folder.
		result := c.stamped(everything, local, "--remote_download_all")
		require.Zero(t, result.Exit, result.Stderr)
		for mnemonic, count := range ours {
			assert.Equal(t, count, result.Ran[mnemonic], mnemonic)
		}
		assert.Contains(t, c.Read(manifest), commit)
		made = append(made, outputs(t, c))
		require.Zero(t, c.Bazel("shutdown").Exit)
	}

	kinds := map[string]int{}
	for name, text := range made[0] {
		other, found := made[1][name]
		if assert.True(t, found, "only in one folder: %s", name) {
			assert.True(t, bytes.Equal(text, other), "differs: %s", name)
		}
		kinds[kind(name)]++
	}
	assert.Len(t, made[1], len(made[0]))
	assert.Equal(t, map[string]int{
		"wheel": 5, "entry": 5, "METADATA": 5, "contents": 5,
		"config": 1, "status": 1, "manifest": 1, "verdict": 1, "program": 4, "other": kinds["other"],
	}, kinds, "what was compared")
	t.Logf("%d files compared: %v", len(made[0]), kinds)

	words := []string{"quux", bazel.Cache(t), bazel.Root(t), "linux-sandbox/", "execroot/_main"}
	if host, err := os.Hostname(); err == nil && len(host) > 6 {
		words = append(words, host)
	}
	for _, files := range made {
		for name, text := range files {
			for _, word := range words {
				assert.False(t, bytes.Contains(text, []byte(word)), "%s has %q in it", name, word)
			}
		}
	}
}

// kind sorts the outputs by what they are.
func kind(name string) string {
	base := filepath.Base(name)
	for suffix, kind := range map[string]string{
		".whl": "wheel", ".whl.entry.json": "entry", ".whl.contents.json": "contents",
	} {
		if strings.HasSuffix(base, suffix) {
			return kind
		}
	}
	if strings.Contains(name, ".whl.metadata/") {
		return "METADATA"
	}
	switch base {
	case "pytorch_manifest.config.json":
		return "config"
	case "pytorch_manifest.status.json":
		return "status"
	case "pytorch_manifest.json":
		return "manifest"
	case "pytorch_manifest.validation.json":
		return "verdict"
	case "wheelentry", "wheelcontents", "wheelmanifest", "wheelmaker":
		return "program"
	}
	return "other"
}
