package rule

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// in is the workspace, called from a folder below it.
func in(w *bazel.Workspace, folder string) *bazel.Workspace {
	below := *w
	below.Dir = filepath.Join(w.Dir, folder)
	return &below
}

// asked is a BUILD file with a manifest, of which each test asks something.
func asked(previous, more string) string {
	return `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest", "wheel_manifest_test")

WHEELS = ["a b/` + torch + `", "` + triton + `"]

pytorch_manifest(
    name = "m",
    prefix = "gfx942/",
    previous = ` + previous + `,
    pytorch_rocm_arch = "gfx942",
    rocm_sdk_version = "7.11.0",
    wheels = WHEELS,
)
` + more
}

const together = `
wheel_manifest_test(
    name = "together_test",
    size = "small",
    manifest = ":m",
    wheels = WHEELS,
)
`

const others = `
wheel_manifest_test(
    name = "other_bytes_test",
    size = "small",
    manifest = "//sub:old.json",
    wheels = WHEELS,
)

wheel_manifest_test(
    name = "missing_test",
    size = "small",
    contents = False,
    manifest = ":m",
    wheels = WHEELS[1:],
)

pytorch_manifest(
    name = "alone",
    pytorch_rocm_arch = "gfx942",
    rocm_sdk_version = "7.11.0",
    wheels = WHEELS[1:],
)

wheel_manifest_test(
    name = "unlisted_test",
    size = "small",
    manifest = ":alone",
    wheels = WHEELS,
)
`

func TestRunTargets(t *testing.T) {
	w := bazel.New(t, "rule")
	require.Zero(t, w.Bazel("clean").Exit)
	torchBytes := string(wheel.Make(t, torch, "torch"+rand.Text()))
	w.Write("a b/"+torch, torchBytes)
	w.Write(triton, string(wheel.Make(t, triton, "triton")))
	w.Write("BUILD.bazel", asked("None", together))

	w.Build("//...")
	assert.True(t, w.Has("bazel-bin/m.json"))
	for _, sibling := range []string{"m.verify", "m.diff", "m.attest", "m.index", "m.publish"} {
		assert.False(t, w.Has("bazel-bin/"+sibling), "nobody asked for it")
	}
	query := w.Bazel("query", "//:all")
	assert.Contains(t, query.Stdout, "//:m.verify\n//:together_test\n")

	// The rule's own wheels; those of a folder that counts from where the user is.
	verified := w.Bazel("run", "//:m.verify")
	assert.Zero(t, verified.Exit, verified.Stderr)
	assert.Contains(t, verified.Stderr, "PASSED: ")
	old := w.Read("bazel-bin/m.json")
	w.Write("sub/old.json", old)
	w.Write("sub/dist/gfx942/"+triton, w.Read(triton))
	missing := in(w, "sub").Bazel("run", "//:m.verify", "--", "--wheels=dist")
	assert.Equal(t, 1, missing.Exit, missing.Stderr)
	assert.Contains(t, missing.Stdout, torch)
	assert.Contains(t, missing.Stdout, "[artifact_missing]")
	assert.Contains(t, missing.Stderr, "FAILED: ")
	asJSON := in(w, "sub").Bazel("run", "//:m.verify", "--", "--wheels=dist", "--format=json")
	assert.Contains(t, asJSON.Stdout, `"code": "artifact_missing"`, "the user's flag is the later one")
	w.Write("sub/dist/gfx942/"+torch, torchBytes)
	there := in(w, "sub").Bazel("run", "//:m.verify", "--", "--wheels", "dist", "--contents")
	assert.Zero(t, there.Exit, there.Stderr)
	w.Write("sub/dist/gfx942/"+torch, torchBytes[:len(torchBytes)-1]+"x")
	tampered := in(w, "sub").Bazel("run", "//:m.verify", "--", "--wheels=dist", "--format=text")
	assert.Equal(t, 1, tampered.Exit)
	assert.Contains(t, tampered.Stdout, "[artifact_digest_differs]")

	// An older manifest of the user's folder.
	same := in(w, "sub").Bazel("run", "//:m.diff", "--", "old.json")
	assert.Zero(t, same.Exit, same.Stderr)
	w.Write("a b/"+torch, string(wheel.Make(t, torch, "changed"+rand.Text())))
	differs := in(w, "sub").Bazel("run", "//:m.diff", "--", "old.json", "--format=markdown")
	assert.Equal(t, 1, differs.Exit, differs.Stderr)
	assert.Contains(t, differs.Stdout, "torch")
	assert.Zero(t, in(w, "sub").Bazel("run", "//:m.diff", "--", "--fail-on=none", "old.json").Exit)
	nothing := w.Bazel("run", "//:m.diff")
	assert.Equal(t, 2, nothing.Exit)
	assert.Contains(t, nothing.Stderr, "name the older manifest: bazel run //:m.diff -- OLD, or set previous")
	assert.Zero(t, w.Bazel("run", "//:m.diff", "--", "--help").Exit)

	// The manifest of before, unless the user names another.
	w.Write("sub/BUILD.bazel", `exports_files(["old.json"])`)
	w.Write("BUILD.bazel", asked(`"//sub:old.json"`, together))
	built := w.Build("//:m")
	assert.Contains(t, built.Stderr, "1 reused, 1 rebuilt")
	m := read(t, w, "bazel-bin/m.json")
	assert.Equal(t, []string{"rebuilt", "reused"}, []string{m.Artifacts[0].Build.Status, m.Artifacts[1].Build.Status})
	before := w.Bazel("run", "//:m.diff", "--", "--format=markdown")
	assert.Equal(t, 1, before.Exit)
	assert.Contains(t, strings.ReplaceAll(before.Stdout, "&#95;", "_"), "<code>_main/sub/old.json</code>", "the same on every machine")
	assert.Contains(t, before.Stdout, "torch")
	w.Write("now.json", w.Read("bazel-bin/m.json"))
	assert.Zero(t, w.Bazel("run", "//:m.diff", "--", "now.json").Exit)

	// An earlier manifest that is none stops the build.
	w.Write("sub/old.json", `{"schema_version": "2.0"}`)
	w.Refuse([]string{"sub/old.json", "schema_version", "2.0"}, "//:m")
	assert.False(t, w.Has("bazel-bin/m.json"))
	w.Write("sub/old.json", old)
}

func TestManifestAndWheelsBelongTogether(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write("a b/"+torch, string(wheel.Make(t, torch, "torch"+rand.Text())))
	w.Write(triton, string(wheel.Make(t, triton, "triton")))
	w.Write("BUILD.bazel", asked("None", together))
	result := w.Bazel("test", "//...")
	require.Zero(t, result.Exit, result.Stdout+result.Stderr)
	assert.Contains(t, w.Read("bazel-testlogs/together_test/test.log"), "PASSED: ")

	w.Write("sub/old.json", w.Read("bazel-bin/m.json"))
	w.Write("sub/BUILD.bazel", `exports_files(["old.json"])`)
	w.Write("a b/"+torch, string(wheel.Make(t, torch, "changed"+rand.Text())))
	w.Write("BUILD.bazel", asked("None", together+others))
	result = w.Bazel("test", "--keep_going", "//...")
	require.Equal(t, 3, result.Exit, result.Stdout+result.Stderr)
	for test, words := range map[string][]string{
		"together":    {"PASSED: "},
		"other_bytes": {"FAILED: ", "error: gfx942/" + torch, "_differs]\n"},
		"missing":     {"FAILED: ", "error: gfx942/" + torch, "[artifact_missing]\n"},
		"unlisted":    {"FAILED: ", "error: " + torch, "[unlisted_wheel]\n"},
	} {
		log := w.Read("bazel-testlogs/" + test + "_test/test.log")
		for _, word := range words {
			assert.Contains(t, log, word, test)
		}
	}
}

// fake is a run toolchain of the user's own, whose program tells its name.
const fake = `
load("@rules_pytorch_manifest//manifest:toolchain.bzl", "wheel_manifest_run_toolchain")

def _tool_impl(ctx):
    tool = ctx.actions.declare_file(ctx.label.name + "/tool")
    ctx.actions.write(tool, "#!/bin/sh\necho %s $WHEELMANIFEST_RUN $*\n" % ctx.label.name, is_executable = True)
    return [DefaultInfo(executable = tool)]

tool = rule(implementation = _tool_impl, executable = True)

def toolchains(systems):
    for system in systems:
        tool(name = "for_" + system)
        wheel_manifest_run_toolchain(name = system + "_programs", wheelmanifest = ":for_" + system)
        native.toolchain(
            name = system + "_toolchain",
            target_compatible_with = ["@platforms//os:" + system],
            toolchain = ":" + system + "_programs",
            toolchain_type = "@rules_pytorch_manifest//manifest:run_toolchain_type",
        )
        native.platform(name = system, constraint_values = ["@platforms//os:" + system, "@platforms//cpu:arm64"])
`

// TestRunsOnTheHost builds for another system: what is run is of this one, and
// a user's own program is taken.
func TestRunsOnTheHost(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write("MODULE.bazel", w.Read("MODULE.bazel")+`
bazel_dep(name = "platforms", version = "1.1.0")
register_toolchains("//:linux_toolchain", "//:macos_toolchain", "//:windows_toolchain")
`)
	w.Write("fake.bzl", fake)
	w.Write("a b/"+torch, string(wheel.Make(t, torch, "torch")))
	w.Write(triton, string(wheel.Make(t, triton, "triton")))
	w.Write("BUILD.bazel", `load(":fake.bzl", "toolchains")
toolchains(["linux", "macos", "windows"])
`+asked("None", together))
	for _, target := range []string{"linux", "macos", "windows"} {
		result := w.Bazel("run", "--platforms=//:"+target, "//:m.verify", "--", "--user")
		require.Zero(t, result.Exit, result.Stderr)
		assert.Equal(t, "for_linux _main/m.verify.args.json --user\n", result.Stdout, "for "+target)
	}

	// A test's program is of the platform where it runs.
	result := w.Bazel("test", "--platforms=//:windows", "--test_output=all", "//:together_test")
	require.Zero(t, result.Exit, result.Stderr)
	assert.Contains(t, result.Stdout+w.Read("bazel-testlogs/together_test/test.log"), "for_linux _main/together_test.args.json")
	_, err := os.Stat(filepath.Join(w.Dir, "bazel-bin", "together_test.exe"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
