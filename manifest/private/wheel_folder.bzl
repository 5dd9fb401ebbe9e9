"""The repository rule behind the `wheel_folders` extension: a folder of wheels as targets."""

# On each wheel's filegroup: the target's name is the wheel's path below the
# imported folder.
IMPORTED_TAG = "wheel_folders"

# How many folders below the imported one are read.
MAX_DEPTH = 8

# https://bazel.build/concepts/labels#target-names, plus the folder separator.
_LABEL_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !%-@^_\"#$&'()*+,;<=>?[]{|}~/."

_UNAVAILABLE = """\
load({bzl}, "unavailable_wheels")

unavailable_wheels(
    name = "all",
    message = {message},
    visibility = ["//visibility:public"],
)
"""

_WHEEL = """\
filegroup(
    name = {name},
    srcs = [{file}],
    tags = [{tag}],
    visibility = ["//visibility:public"],
)
"""

_ALL = """\
filegroup(
    name = "all",
    srcs = {names},
    visibility = ["//visibility:public"],
)
"""

def _wheel_folder_impl(rctx):
    setting, path = _configured(rctx)
    if path == None:
        rctx.file("BUILD.bazel", _UNAVAILABLE.format(
            bzl = repr(str(Label(":unavailable_wheels.bzl"))),
            message = repr("{} is not set: set it to the folder that holds the wheels".format(setting)),
        ))
        return

    # `a/b` below the workspace, or absolute. get_child keeps an absolute path.
    folder = rctx.workspace_root.get_child(path) if not _is_absolute(path) else rctx.path(path)
    where = "{} ({})".format(setting, repr(path))
    if not folder.exists:
        fail("{}: no such folder".format(where))
    if not folder.is_dir:
        fail("{}: is a file, want a folder that holds wheels".format(where))

    wheels, faults = _find(folder)
    if faults:
        fail("{}:\n{}".format(where, "\n".join(["  " + fault for fault in faults])))
    if not wheels:
        rctx.file("BUILD.bazel", _UNAVAILABLE.format(
            bzl = repr(str(Label(":unavailable_wheels.bzl"))),
            message = repr("{} holds no wheel, nor does a folder below it".format(where)),
        ))
        return

    # A filegroup cannot be named like the file it holds, nor may a file be
    # named like the filegroup of a wheel in a folder below.
    files = "_files"
    for _ in wheels:
        if any([name.startswith(files + "/") for name in wheels]):
            files = "_" + files

    for name, wheel in wheels.items():
        rctx.symlink(wheel, files + "/" + name)
        if rctx.os.name.lower().startswith("windows"):
            # Where links are not allowed this is a copy, which nothing watches.
            rctx.watch(wheel)
    rctx.file("BUILD.bazel", "\n".join([
        _WHEEL.format(name = repr(name), file = repr(files + "/" + name), tag = repr(IMPORTED_TAG))
        for name in sorted(wheels)
    ] + [_ALL.format(names = repr([":" + name for name in sorted(wheels)]))]))

def _configured(rctx):
    """What names the folder, for messages, and the path, or None where it is unset."""
    if rctx.attr.path:
        return "path", rctx.attr.path
    value = rctx.getenv(rctx.attr.env)
    return "environment variable " + rctx.attr.env, value or None

def _is_absolute(path):
    # A drive letter makes a Windows path absolute.
    return path.startswith("/") or path.startswith("\\") or path[1:2] == ":"

def _find(folder):
    """The wheels in a folder and those below it.

    Returns:
        `(wheels, faults)`: relative path with `/` to `path`, and one line for
        each thing that could not be taken as it is: nothing is skipped.
    """
    wheels = {}
    faults = []
    level = [("", folder)]
    for depth in range(MAX_DEPTH + 1):
        below = []
        for prefix, parent in level:
            # "yes": a wheel that is added or removed fetches anew; "no" would
            # miss it, and watching the whole tree would fetch for changed bytes.
            for child in parent.readdir(watch = "yes"):
                name = prefix + child.basename
                is_wheel = child.basename.lower().endswith(".whl")
                if not child.exists:
                    if is_wheel:
                        faults.append("{}: is a link to nothing".format(name))
                elif child.is_dir:
                    if is_wheel:
                        faults.append("{}: is a folder named like a wheel".format(name))
                    elif str(child.realpath) != str(parent.realpath.get_child(child.basename)):
                        faults.append("{}: is a link to a folder; want a folder, or name the other one".format(name))
                    else:
                        below.append((name + "/", child))
                elif is_wheel and name.strip(_LABEL_CHARACTERS):
                    # strip() stops at a character that is not allowed.
                    faults.append("{}: has a character that no Bazel label can hold".format(repr(name)))
                elif is_wheel:
                    wheels[name] = child
        level = below
        if depth == MAX_DEPTH:
            faults.extend(["{}: lies more than {} folders deep".format(name, MAX_DEPTH) for name, _ in level])
    return wheels, faults

wheel_folder = repository_rule(
    implementation = _wheel_folder_impl,
    doc = "A public filegroup for each wheel in a folder and those below it, named by its path, and `:all` over them.",
    attrs = {
        "env": attr.string(doc = "Environment variable that names the folder."),
        "path": attr.string(doc = "The folder; a relative path counts from the workspace."),
    },
    # The folder can change between any two builds.
    local = True,
)
