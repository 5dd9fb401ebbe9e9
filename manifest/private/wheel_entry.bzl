"""The aspect that reads each wheel once, whoever asks and however often.

What it declares depends on the wheel's File alone: no label of a manifest, no
setting, no folder, no status. A new commit therefore runs none of it, and an
action whose output nobody asks for does not run either.
"""

load("@rules_python//python:packaging.bzl", "PyWheelInfo")
load(":wheel_entry_info.bzl", "WheelEntryInfo")
load(":wheel_folder.bzl", "IMPORTED_TAG")

TOOLCHAIN_TYPE = "//manifest:toolchain_type"

def is_wheel(file):
    """Whether a file counts as a wheel, or as a folder that may hold wheels.

    Args:
        file: `File`.

    Returns:
        `bool`. Case does not matter here, so that `X.WHL` reaches the parser,
        which refuses it by name.
    """
    return file.is_directory or file.basename.lower().endswith(".whl")

# Tags that Bazel makes part of an action: com.google.devtools.build.lib.packages.TargetUtils.
_EXECUTION_TAGS = ["block-", "cpu:", "disable-", "internal-", "no-", "requires-", "resources:", "supports-"]

def _execution(attributes):
    """What a target says of how its actions run, as a folder's name; empty for nearly all."""
    says = [
        tag
        for tag in attributes.tags
        if tag == "local" or any([tag.startswith(prefix) for prefix in _EXECUTION_TAGS])
    ]
    says += [str(label) for label in getattr(attributes, "exec_compatible_with", [])]
    properties = getattr(attributes, "exec_properties", {})
    if not says and not properties:
        return ""
    return "%x/" % (hash(repr((sorted(says), sorted(properties.items())))) & 0xffffffff)

# How many processors one WheelContents action takes: the largest member of a
# wheel is inflated by one, which takes most of the time, and another does the rest.
_CONTENTS_CPUS = 2

# What it takes at most, in MB, but for a wheel whose device code has windows
# above 64 MiB.
_CONTENTS_MEMORY = 200

def _contents_resources(_os, _inputs):
    return {"cpu": _CONTENTS_CPUS, "memory": _CONTENTS_MEMORY}

def declare_entry(ctx, attributes, wheel, name_file = None, folder = ""):
    """Declares the two actions that read one wheel: its directories, and its members.

    Args:
        ctx: of a rule or an aspect that has the toolchain.
        attributes: those of the target that the action will belong to:
            `ctx.attr` in a rule, `ctx.rule.attr` in an aspect.
        wheel: `File`: a wheel, or a tree artifact that holds wheels.
        name_file: `File` or None: holds the wheel's real file name
            (`PyWheelInfo.name_file`).
        folder: `str`: see `WheelEntryInfo.entries`.

    Returns:
        A struct as in `WheelEntryInfo.entries`.
    """

    # By the File alone: an aspect of another rule and this rule itself then
    # declare one and the same action, which Bazel shares. Where two differ, in
    # the wheel's name or in how they run, their outputs must too.
    stem = "_wheelentry/" + _execution(attributes) + ("named/" if name_file else "") + wheel.short_path.replace("../", "")
    entry = ctx.actions.declare_file(stem + ".entry.json")
    metadata = ctx.actions.declare_directory(stem + ".metadata")
    contents = ctx.actions.declare_file(stem + ".contents.json")

    args = _wheel_args(ctx, wheel, name_file)
    args.add("--out", entry)
    args.add_all("--metadata-dir", [metadata], expand_directories = False)
    ctx.actions.run(
        mnemonic = "WheelEntry",
        executable = ctx.toolchains[TOOLCHAIN_TYPE].wheelmanifest.wheelentry,
        toolchain = TOOLCHAIN_TYPE,
        arguments = [args],
        inputs = [wheel] + ([name_file] if name_file else []),
        outputs = [entry, metadata],
        progress_message = "Reading wheel %{input}",
        execution_requirements = {"supports-path-mapping": "1"},
    )

    args = _wheel_args(ctx, wheel, name_file)
    args.add("--out", contents)
    args.add("--jobs", _CONTENTS_CPUS)
    ctx.actions.run(
        mnemonic = "WheelContents",
        executable = ctx.toolchains[TOOLCHAIN_TYPE].wheelmanifest.wheelcontents,
        toolchain = TOOLCHAIN_TYPE,
        arguments = [args],
        inputs = [wheel] + ([name_file] if name_file else []),
        outputs = [contents],
        progress_message = "Reading contents of wheel %{input}",
        execution_requirements = {"supports-path-mapping": "1"},
        resource_set = _contents_resources,
    )
    return struct(wheel = wheel, entry = entry, metadata = metadata, contents = contents, folder = folder)

def _wheel_args(ctx, wheel, name_file):
    args = ctx.actions.args()
    if wheel.is_directory:
        args.add_all("--tree", [wheel], expand_directories = False)
    else:
        args.add("--wheel", wheel)
    if name_file:
        args.add("--name-file", name_file)
    return args

def _visited(attributes):
    """The entries that the visited dependencies made, by wheel."""
    entries = {}
    for name in dir(attributes):
        value = getattr(attributes, name)
        if type(value) == "dict":
            candidates = value.keys() + value.values()
        else:
            candidates = value if type(value) == "list" else [value]
        for dep in candidates:
            if type(dep) == "Target" and WheelEntryInfo in dep:
                for entry in dep[WheelEntryInfo].entries:
                    entries[entry.wheel] = entry
    return entries

def _wheel_entry_aspect_impl(target, ctx):
    wheels = [file for file in target[DefaultInfo].files.to_list() if is_wheel(file)]
    if not wheels:
        return [WheelEntryInfo(entries = [])]

    # What counts is what this target itself holds: a rule that repacks a wheel
    # takes one in and must not list it.
    visited = _visited(ctx.rule.attr)
    folder = ctx.label.name.rpartition("/")[0] if IMPORTED_TAG in ctx.rule.attr.tags else ""
    name_files = {}
    if PyWheelInfo in target:
        name_files[target[PyWheelInfo].wheel] = target[PyWheelInfo].name_file

    entries = []
    for wheel in wheels:
        # A name of the target's own counts before what others made of the file.
        entry = None if wheel in name_files else visited.get(wheel)
        entries.append(entry or declare_entry(ctx, ctx.rule.attr, wheel, name_files.get(wheel), folder))
    return [WheelEntryInfo(entries = entries)]

wheel_entry_aspect = aspect(
    implementation = _wheel_entry_aspect_impl,
    doc = "Declares one WheelEntry and one WheelContents action for each wheel in a target's files.",
    # Every attribute: a rule that forwards a wheel under another attribute than
    # `srcs` would lose its name_file without a word.
    attr_aspects = ["*"],
    # A generated file's label carries the aspect to the rule that makes it.
    apply_to_generating_rules = True,
    provides = [WheelEntryInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
