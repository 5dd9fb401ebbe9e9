package release

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// goes are the actions that compile Go, and those of its modules.
var goes = regexp.MustCompile(`^(Go[A-Z]|Gazelle)`)

// smoke is e2e/smoke of the archive, which uses the archive that it lies in, in
// an output base that is empty at first.
func smoke(t *testing.T) *bazel.Workspace {
	t.Helper()
	w := bazel.At(t, filepath.Join(unpacked(t), "e2e", "smoke"))
	w.Startup = []string{"--output_base=" + filepath.Join(bazel.Cache(t), "release-smoke")}
	w.Startup = append(w.Startup, modules(t, w)...)
	require.Zero(t, w.Bazel("clean", "--expunge").Exit)
	return w
}

// modules are startup options for where the launcher replaces the central
// registry: it overrides rules_go and what that needs, and Bazel refuses to
// override a module that nothing depends on. That refusal is shown on the way:
// neither rules_go nor Gazelle is among the modules of who uses the archive.
func modules(t *testing.T, w *bazel.Workspace) []string {
	t.Helper()
	repository := bazel.At(t, bazel.Root(t))
	said := repository.Bazel("info", "--announce_rc", "release")
	require.Zero(t, said.Exit, said.Stderr)
	rc := regexp.MustCompile(`(?m)(/\S+/modules-[0-9a-f]+/bazelrc)`).FindString(said.Stderr)
	if rc == "" {
		return nil
	}

	text, err := os.ReadFile(rc)
	require.NoError(t, err)
	own := filepath.Join(bazel.Cache(t), "release-bazelrc")
	startup := "--bazelrc=" + own
	w.Env = append(w.Env, "PYTORCH_MANIFEST_MODULES=registry")
	var absent []string
	for refusal := regexp.MustCompile(`overrides on nonexistent module\(s\): (.+)`); ; {
		var lines []string
		for line := range strings.Lines(string(text)) {
			override := regexp.MustCompile(`--override_module=([^=]+)=`).FindStringSubmatch(line)
			if override == nil || !slices.Contains(absent, override[1]) {
				lines = append(lines, line)
			}
		}
		require.NoError(t, os.WriteFile(own, []byte(strings.Join(lines, "")), 0o644))
		try := w.For(t)
		try.Startup = append(slices.Clone(w.Startup), startup)
		said := try.Bazel("build", "--nobuild")
		if said.Exit == 0 {
			break
		}
		found := refusal.FindStringSubmatch(said.Stderr)
		require.Len(t, found, 2, said.Stderr)
		more := strings.Split(strings.TrimSpace(found[1]), ", ")
		require.NotSubset(t, absent, more, said.Stderr)
		absent = append(absent, more...)
	}
	require.Subset(t, absent, []string{"rules_go", "gazelle"}, "what compiles Go must be nothing that the archive depends on")
	return []string{startup}
}

// repositories are the names of the repositories that were fetched.
func repositories(t *testing.T, w *bazel.Workspace) []string {
	t.Helper()
	said := w.Bazel("info", "output_base")
	require.Zero(t, said.Exit, said.Stderr)
	entries, err := os.ReadDir(filepath.Join(strings.TrimSpace(said.Stdout), "external"))
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// No registry has the release: the programs come from a folder.
func TestSmokeWithTheReleasedPrograms(t *testing.T) {
	folder := "--distdir=" + made(t)
	w := smoke(t)
	result := w.Bazel("test", folder, "--disk_cache=", "//...")
	require.Zero(t, result.Exit, result.Stderr+result.Stdout)
	assert.Equal(t, 2, result.Ran["WheelEntry"], result.Ran)
	assert.Equal(t, 2, result.Ran["WheelContents"], result.Ran)
	assert.Equal(t, 2, result.Ran["WheelManifest"], result.Ran)
	for mnemonic := range result.Ran {
		assert.NotRegexp(t, goes, mnemonic)
	}

	// One platform's programs were fetched, and nothing of Go.
	var ours []string
	for _, name := range repositories(t, w) {
		assert.NotRegexp(t, `go_sdk|go_deps|rules_go|gazelle`, name)
		if strings.Contains(name, "programs_") {
			ours = append(ours, name)
		}
	}
	require.Len(t, ours, 1)
	assert.Regexp(t, `programs_linux_x86_64$`, ours[0])

	// What `bazel run` starts is the released program, too.
	verify := w.Bazel("run", folder, "--disk_cache=", "//:pytorch_manifest.verify")
	require.Zero(t, verify.Exit, verify.Stderr+verify.Stdout)
	for mnemonic := range verify.Ran {
		assert.NotRegexp(t, goes, mnemonic)
	}

	t.Run("newer names", func(t *testing.T) {
		w := w.For(t)
		result := w.Bazel("test", folder, "--disk_cache=", "--incompatible_use_plus_in_repo_names", "--incompatible_disable_native_repo_rules", "//...")
		require.Zero(t, result.Exit, result.Stderr+result.Stdout)
	})

	// Other execution platforms take their own programs.
	for platform, suffix := range platforms {
		t.Run(platform, func(t *testing.T) {
			w := w.For(t)
			result := w.Bazel("aquery", folder, "--host_platform=@rules_pytorch_manifest//tools/release:"+platform,
				`mnemonic("WheelEntry", //:unstamped)`)
			require.Zero(t, result.Exit, result.Stderr+result.Stdout)
			assert.Regexp(t, `programs_`+strings.ReplaceAll(platform, "-", "_")+`/wheelentry`+regexp.QuoteMeta(suffix)+`\s`, result.Stdout)
		})
	}
}

// A folder whose program has other bytes than the release does not serve it.
func TestAnotherProgramIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	require.NoError(t, os.CopyFS(dir, os.DirFS(made(t))))
	name := filepath.Join(dir, "wheelentry-linux-x86_64")
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(name, data, 0o755))

	w := smoke(t)
	// Nor may Bazel remember the right one.
	result := w.Bazel("build", "--distdir="+dir, "--repository_cache="+t.TempDir(), "--disk_cache=", "//:unstamped")
	require.NotZero(t, result.Exit, result.Stderr)
	assert.Contains(t, result.Stderr, "wheelentry-linux-x86_64")
	assert.Empty(t, result.Ran["WheelEntry"])
}
