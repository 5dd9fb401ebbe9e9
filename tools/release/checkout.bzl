"""The repository rule that lists what the archive of a release holds."""

# What users of the module need, and those who build or test it from the archive:
# all but the end-to-end tests, the examples and what runs our own CI.
_FILES = [
    ".bazelignore",
    ".bazelrc",
    ".bazelversion",
    "BUILD.bazel",
    "CONTRIBUTING.md",
    "LICENSE",
    "MODULE.bazel",
    "README.md",
    "go.mod",
    "go.sum",
]
_FOLDERS = [
    "docs",
    # The test module of the central registry.
    "e2e/smoke",
    "manifest",
    "testdata",
    "tools",
]

# Deeper folders are an error.
_MAX_DEPTH = 12

_BUILD = """\
filegroup(
    name = "files",
    srcs = {files},
    visibility = ["//visibility:public"],
)
"""

def _is_bazels(name):
    # What .gitignore names.
    return name.startswith("bazel-") or name == "MODULE.bazel.lock"

def _checkout_impl(rctx):
    files = {name: rctx.workspace_root.get_child(name) for name in _FILES}
    level = {name: rctx.workspace_root.get_child(name) for name in _FOLDERS}
    for _ in range(_MAX_DEPTH):
        below = {}
        for folder, path in level.items():
            for child in path.readdir(watch = "yes"):
                if _is_bazels(child.basename):
                    continue
                (below if child.is_dir else files)[folder + "/" + child.basename] = child
        level = below
    if level:
        fail("checkout:\n" + "\n".join(["  {}: lies more than {} folders deep".format(name, _MAX_DEPTH) for name in level]))

    # With its own name a BUILD file would begin a package.
    for name, path in files.items():
        rctx.symlink(path, name + ".file")

    # No glob matches a name that begins with a dot.
    rctx.file("BUILD.bazel", _BUILD.format(files = repr([name + ".file" for name in sorted(files)])))

checkout = repository_rule(
    implementation = _checkout_impl,
    doc = """The files of this workspace that a release's archive holds, each named `PATH.file`, as `:files`.

It lists what is there, not what git tracks: git is called nowhere in a build. So a
release is made of a fresh clone.""",
    # Files come and go between any two builds.
    local = True,
)
