package rule

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// manifest is what the tests read of the document.
type manifest struct {
	Stamped   bool
	Artifacts []struct {
		Contents     any
		RelativePath string `json:"relative_path"`
		SHA256       string
		Labels       struct {
			Version string
		}
		Build struct {
			Status string
			Commit *string
		}
	}
	Sources map[string]struct{ Commit string }
}

func read(t *testing.T, w *bazel.Workspace, path string) manifest {
	t.Helper()
	var m manifest
	require.NoError(t, json.Unmarshal([]byte(w.Read(path)), &m))
	return m
}

func paths(m manifest) []string {
	paths := []string{}
	for _, artifact := range m.Artifacts {
		paths = append(paths, artifact.RelativePath)
	}
	return paths
}

// kinds is a rule like py_wheel: its output has another name than the wheel.
const kinds = `
load("@rules_python//python:packaging.bzl", "PyWheelInfo")

def _stamped_impl(ctx):
    wheel = ctx.actions.declare_file(ctx.attr.out)
    name = ctx.actions.declare_file(ctx.label.name + ".name")
    ctx.actions.run_shell(
        inputs = [ctx.file.src],
        outputs = [wheel],
        command = "cp $1 $2",
        arguments = [ctx.file.src.path, wheel.path],
    )
    ctx.actions.write(name, ctx.attr.real_name + "\n")
    return [DefaultInfo(files = depset([wheel])), PyWheelInfo(wheel = wheel, name_file = name)]

stamped = rule(implementation = _stamped_impl, attrs = {
    "src": attr.label(allow_single_file = True),
    "out": attr.string(),
    "real_name": attr.string(),
})

def _forward_impl(ctx):
    return [DefaultInfo(files = ctx.attr.dist[DefaultInfo].files)]

# Hands on a wheel under an attribute that is not srcs.
forward = rule(implementation = _forward_impl, attrs = {"dist": attr.label()})

def _renamed_impl(ctx):
    wheel = ctx.attr.dist[DefaultInfo].files.to_list()[0]
    name = ctx.actions.declare_file(ctx.label.name + ".name")
    ctx.actions.write(name, ctx.attr.real_name + "\n")
    return [DefaultInfo(files = depset([wheel])), PyWheelInfo(wheel = wheel, name_file = name)]

# Gives another target's file a name of its own.
renamed = rule(implementation = _renamed_impl, attrs = {"dist": attr.label(), "real_name": attr.string()})
`

func TestWhatCountsAsAWheel(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write("defs.bzl", defs)
	w.Write("kinds.bzl", kinds)
	name := func(project string) string { return project + "-1.0-cp312-cp312-linux_x86_64.whl" }
	for _, project := range []string{"bare", "grouped", "in_tree_a", "in_tree_b", "stamped", "repacked", "aliased"} {
		w.Write("in/"+name(project), string(wheel.Make(t, name(project), project)))
	}
	w.Write("in/BUILD.bazel", `exports_files(glob(["*.whl"]))`)
	w.Write("BUILD.bazel", `
load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")
load(":defs.bzl", "repack", "tree")
load(":kinds.bzl", "forward", "stamped")

tree(name = "folder", srcs = ["//in:in_tree_a-1.0-cp312-cp312-linux_x86_64.whl", "//in:in_tree_b-1.0-cp312-cp312-linux_x86_64.whl"])
filegroup(name = "group", srcs = ["//in:grouped-1.0-cp312-cp312-linux_x86_64.whl"])
stamped(name = "stamped", src = "//in:stamped-1.0-cp312-cp312-linux_x86_64.whl", out = "stamped-_VERSION_-cp312-cp312-linux_x86_64.whl", real_name = "stamped-1.0-cp312-cp312-linux_x86_64.whl")
forward(name = "forwarded", dist = ":stamped")
repack(name = "packed", src = "//in:repacked-1.0-cp312-cp312-linux_x86_64.whl", out = "out/repacked-1.0-cp312-cp312-linux_x86_64.whl")
filegroup(name = "aliased_group", srcs = ["//in:aliased-1.0-cp312-cp312-linux_x86_64.whl"])
alias(name = "alias", actual = ":aliased_group")

pytorch_manifest(
    name = "m",
    prefix = "gfx94X-dcgpu/",
    rocm_sdk_version = "7.11.0",
    pytorch_rocm_arch = "gfx942",
    wheels = [":alias", ":folder", ":forwarded", ":group", ":packed", ":stamped", "out/repacked-1.0-cp312-cp312-linux_x86_64.whl", "//in:bare-1.0-cp312-cp312-linux_x86_64.whl"],
)
`)
	ran := w.Build("//:m").Ran
	// Seven wheels; the folder is one action for its two. The genrule's own
	// input is not listed, nor is anything listed twice.
	assert.LessOrEqual(t, ran["WheelEntry"], 6)
	assert.Equal(t, ran["WheelEntry"], ran["WheelContents"])
	assert.Equal(t, []string{
		"gfx94X-dcgpu/" + name("aliased"),
		"gfx94X-dcgpu/" + name("bare"),
		"gfx94X-dcgpu/" + name("grouped"),
		"gfx94X-dcgpu/" + name("repacked"),
		"gfx94X-dcgpu/" + name("stamped"),
		"gfx94X-dcgpu/sub/" + name("in_tree_a"),
		"gfx94X-dcgpu/sub/" + name("in_tree_b"),
	}, paths(read(t, w, "bazel-bin/m.json")))
}

// One file under two targets: of another name, or with tags that change how
// its action runs.
func TestOneFileReadInTwoWays(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write("kinds.bzl", kinds)
	const odd = "torch-_VERSION_-cp312-cp312-linux_x86_64.whl"
	w.Write(odd, string(wheel.Make(t, torch, "torch")))
	w.Write(triton, string(wheel.Make(t, triton, "triton")))
	w.Write("BUILD.bazel", `
load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")
load(":kinds.bzl", "renamed")

filegroup(name = "odd", srcs = ["`+odd+`"])
renamed(name = "torch", dist = ":odd", real_name = "`+torch+`")
filegroup(name = "triton", srcs = ["`+triton+`"])
filegroup(name = "uncached", srcs = ["`+triton+`"], tags = ["no-cache"])

[pytorch_manifest(
    name = "m" + str(i),
    rocm_sdk_version = "7.11.0",
    pytorch_rocm_arch = "gfx942",
    tags = tags,
    wheels = wheels,
) for i, (wheels, tags) in enumerate([
    ([":torch", ":triton", ":uncached"], []),
    ([":uncached"], []),
    (["`+triton+`"], ["no-remote"]),
    (["`+triton+`"], []),
])]
`)
	w.Build("//:m0", "//:m1", "//:m2", "//:m3")
	assert.Equal(t, []string{torch, triton}, paths(read(t, w, "bazel-bin/m0.json")))
}

func TestImportedFolder(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write("MODULE.bazel", w.Read("MODULE.bazel")+`
wheel_folders = use_extension("@rules_pytorch_manifest//manifest:extensions.bzl", "wheel_folders")
wheel_folders.folder(name = "dist", env = "E2E_DIST_DIR")
wheel_folders.folder(name = "local", path = "wheels")
use_repo(wheel_folders, "dist", "local")
`)
	text := ""
	for _, name := range []string{"dist", "local"} {
		text += fmt.Sprintf(`
pytorch_manifest(
    name = %q,
    rocm_sdk_version = "7.11.0",
    pytorch_rocm_arch = "gfx942",
    wheels = ["@%s//:all"],
)
`, name+"_manifest", name)
	}
	w.Write("BUILD.bazel", `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")`+text)
	w.Write("wheels/"+torch, string(wheel.Make(t, torch, "torch")))
	w.Write("wheels/sub/deep/"+triton, string(wheel.Make(t, triton, "triton")))
	w.Write("wheels/README.txt", "not a wheel, and no matter")
	// Folders whose names could be taken for the repository's own.
	w.Write("wheels/_files/"+torch, string(wheel.Make(t, torch, "another torch")))
	w.Write("wheels/a b/"+triton, string(wheel.Make(t, triton, "triton")))

	w.Refuse([]string{"E2E_DIST_DIR", "not set"}, "//:dist_manifest")
	w.Build("//:local_manifest")
	m := read(t, w, "bazel-bin/local_manifest.json")
	assert.Equal(t, []string{"_files/" + torch, "a b/" + triton, "sub/deep/" + triton, torch}, paths(m))
	assert.NotEqual(t, m.Artifacts[0].SHA256, m.Artifacts[3].SHA256)
	w.Remove("wheels/_files")
	w.Remove("wheels/a b")

	// Outside the workspace, in the same build's two repositories.
	w.Env = []string{"E2E_DIST_DIR=" + w.Dir + "/wheels"}
	w.Build("//:dist_manifest", "//:local_manifest")
	assert.Equal(t, w.Read("bazel-bin/local_manifest.json"), w.Read("bazel-bin/dist_manifest.json"))

	w.Env = []string{"E2E_DIST_DIR=" + w.Dir + "/nothing"}
	w.Refuse([]string{"E2E_DIST_DIR", "nothing", "no such folder"}, "//:dist_manifest")
	w.Write("empty/README.txt", "")
	w.Env = []string{"E2E_DIST_DIR=" + w.Dir + "/empty"}
	w.Refuse([]string{"E2E_DIST_DIR", "no wheel"}, "//:dist_manifest")

	// A wheel that is added is seen, a folder named like one is refused.
	w.Env = nil
	w.Write("wheels/apex-1.0-py3-none-any.whl", string(wheel.Make(t, "apex-1.0-py3-none-any.whl", "apex", "--purelib")))
	w.Build("//:local_manifest")
	assert.Equal(t, []string{"apex-1.0-py3-none-any.whl", "sub/deep/" + triton, torch}, paths(read(t, w, "bazel-bin/local_manifest.json")))
	w.Write("wheels/b-1.0-py3-none-any.whl/x", "")
	w.Refuse([]string{"b-1.0-py3-none-any.whl", "folder named like a wheel"}, "//:local_manifest")
	w.Remove("wheels/b-1.0-py3-none-any.whl")
	w.Write("wheels/a:b-1.0-py3-none-any.whl", "")
	w.Refuse([]string{"a:b-1.0", "no Bazel label"}, "//:local_manifest")
	w.Remove("wheels/a:b-1.0-py3-none-any.whl")
	w.Write("wheels/@c-1.0-py3-none-any.whl", "")
	w.Refuse([]string{"@c-1.0-py3-none-any.whl: distribution"}, "//:local_manifest")
}
