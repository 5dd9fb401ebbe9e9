package rule

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// count is how many actions of this module's rules a build executed.
type count struct{ entry, contents, status, manifest, validate int }

func counted(ran map[string]int) count {
	return count{ran["WheelEntry"], ran["WheelContents"], ran["WheelManifestStatus"], ran["WheelManifest"], ran["ValidateWheelManifest"]}
}

// commit is one that no cache of an earlier run knows.
func commit() string {
	digest := sha1.Sum([]byte(rand.Text()))
	return hex.EncodeToString(digest[:])
}

// stamp gives the workspace a status command that says what a stamped build
// needs: one source, a key that nothing names and a volatile one.
func stamp(w *bazel.Workspace, commit, other, volatile string) {
	w.Write("status.txt", fmt.Sprintf(`STABLE_BUILD_STARTED_AT 2026-01-02T03:04:05Z
STABLE_OTHER %s
STABLE_PROJECT TheRock
STABLE_SOURCE_PYTORCH_BRANCH `+`
STABLE_SOURCE_PYTORCH_COMMIT %s
STABLE_SOURCE_PYTORCH_COMMIT_TIME 2026-01-02T03:04:05Z
STABLE_SOURCE_PYTORCH_DESCRIBE v2.9.1
STABLE_SOURCE_PYTORCH_DIR src/pytorch
STABLE_SOURCE_PYTORCH_DIRTY false
STABLE_SOURCE_PYTORCH_REMOTE https://github.com/pytorch/pytorch
STABLE_SOURCE_PYTORCH_UPSTREAM_COMMIT `+`
STABLE_THEROCK_COMMIT %s
STABLE_THEROCK_COMMIT_TIME 2026-01-02T03:04:05Z
STABLE_THEROCK_DIRTY false
STABLE_THEROCK_REF `+`
STABLE_THEROCK_REPO https://github.com/ROCm/TheRock
VOLATILE_RUN %s
`, other, commit, commit, volatile))
	w.Write(".bazelrc", "build --workspace_status_command='cat status.txt'\n")
}

// ofOtherBytes finds the digest of an artifact.
var ofOtherBytes = regexp.MustCompile(`(?m)^(      "sha256": ")[0-9a-f]{64}`)

// TestWhatRunsAgain counts the actions that each kind of change runs. Wheels
// and status carry text of this run, for the same reason.
func TestWhatRunsAgain(t *testing.T) {
	w := bazel.New(t, "rule")
	nonce := rand.Text()
	a, b := commit(), commit()
	status := func(commit, other, volatile string) { stamp(w, commit, other, volatile) }
	w.Write(torch, string(wheel.Make(t, torch, "torch"+nonce)))
	w.Write(triton, string(wheel.Make(t, triton, "triton"+nonce)))
	rules := func(previous string) {
		w.Write("BUILD.bazel", `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")
filegroup(name = "torch", srcs = ["`+torch+`"])
filegroup(name = "triton", srcs = ["`+triton+`"])
[pytorch_manifest(
    name = name,
    previous = `+previous+`,
    rocm_sdk_version = "7.11.0",
    wheels = [":torch", ":triton"],
) for name in ["m", "second"]]
`)
	}
	rules("None")
	setting := "--@rules_pytorch_manifest//manifest/settings:"
	arch := setting + "pytorch_rocm_arch="

	status(a, nonce+"1", "1")
	steps := []struct {
		what   string
		change func()
		args   []string
		want   count
	}{
		{"first build", func() {}, []string{"//:m", "--stamp", arch + "gfx942"}, count{2, 2, 1, 1, 1}},
		{"nothing changed", func() {}, []string{"//:m", "--stamp", arch + "gfx942"}, count{}},
		{"a second manifest over the same wheels", func() {}, []string{"//:m", "//:second", "--stamp", arch + "gfx942"}, count{0, 0, 1, 1, 1}},
		{"a new commit", func() { status(b, nonce+"1", "1") }, []string{"//:m", "--stamp", arch + "gfx942"}, count{0, 0, 1, 1, 1}},
		{"a stable key that nothing names", func() { status(b, nonce+"2", "1") }, []string{"//:m", "--stamp", arch + "gfx942"}, count{0, 0, 1, 0, 0}},
		{"volatile values alone", func() { status(b, nonce+"2", "2") }, []string{"//:m", "--stamp", arch + "gfx942"}, count{}},
		{"one wheel changed", func() { w.Write(torch, string(wheel.Make(t, torch, "changed"+nonce))) },
			[]string{"//:m", "--stamp", arch + "gfx942"}, count{1, 1, 0, 1, 1}},
		{"an earlier manifest", func() { w.Write("old.json", w.Read("bazel-bin/m.json")); rules(`"old.json"`) },
			[]string{"//:m", "--stamp", arch + "gfx942"}, count{0, 0, 0, 1, 1}},
		// Nothing is reused: the manifest is that of two steps before, and judged.
		{"another earlier manifest", func() {
			w.Write("old.json", ofOtherBytes.ReplaceAllString(w.Read("old.json"), "${1}"+strings.Repeat("0", 64)))
		},
			[]string{"//:m", "--stamp", arch + "gfx942"}, count{0, 0, 0, 1, 0}},
		{"a build setting changed", func() {}, []string{"//:m", "--stamp", arch + "gfx942;gfx1100"}, count{0, 0, 0, 1, 1}},
		{"stamping switched off", func() {}, []string{"//:m", arch + "gfx942;gfx1100", "--nostamp"}, count{0, 0, 0, 1, 1}},
	}
	t.Logf("%-40s %s", "change", "WheelEntry, WheelContents, WheelManifestStatus, WheelManifest, ValidateWheelManifest")
	for _, step := range steps {
		step.change()
		got := counted(w.Build(step.args...).Ran)
		t.Logf("%-40s %d %d %d %d %d", step.what, got.entry, got.contents, got.status, got.manifest, got.validate)
		assert.Equal(t, step.want, got, step.what)
		switch m := read(t, w, "bazel-bin/m.json"); step.what {
		case "a new commit":
			assert.Equal(t, b, m.Sources["pytorch"].Commit)
		case "an earlier manifest":
			assert.Equal(t, "reused", m.Artifacts[0].Build.Status)
		case "another earlier manifest":
			assert.Equal(t, "rebuilt", m.Artifacts[0].Build.Status)
		}
	}
	assert.False(t, read(t, w, "bazel-bin/m.json").Stamped)
}

// TestContentsOff: what nobody asks for does not run.
func TestContentsOff(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write(torch, string(wheel.Make(t, torch, "torch"+rand.Text())))
	w.Write("BUILD.bazel", `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")
pytorch_manifest(
    name = "m",
    contents = False,
    pytorch_rocm_arch = "gfx942",
    rocm_sdk_version = "7.11.0",
    wheels = ["`+torch+`"],
)
`)
	ran := w.Build("//:m").Ran
	assert.Equal(t, 1, ran["WheelEntry"])
	assert.Zero(t, ran["WheelContents"])
	assert.Nil(t, read(t, w, "bazel-bin/m.json").Artifacts[0].Contents)
}
