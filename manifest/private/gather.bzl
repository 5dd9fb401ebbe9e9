"""What a rule's `wheels` hold: the files, and the facts read from each."""

load(":wheel_entry.bzl", "declare_entry", "is_wheel", "wheel_entry_aspect")
load(":wheel_entry_info.bzl", "WheelEntryInfo")

WHEELS_ATTR = attr.label_list(
    doc = "Targets that hold wheels: `py_wheel`, filegroups, single files, rules that make a folder of wheels, aliases.",
    allow_files = True,
    aspects = [wheel_entry_aspect],
)

def gather(ctx):
    """The entry of every wheel listed, once a File.

    Args:
        ctx: of a rule with the attribute `wheels`, a `WHEELS_ATTR`, and the
            toolchain.

    Returns:
        `(wheels, faults)`: a list of structs `label` (`str`) and `entry` (as in
        `WheelEntryInfo.entries`), and what is wrong, one line each.
    """
    wheels = {}
    faults = []
    for target in ctx.attr.wheels:
        # A target that several manifests share made its entries in the aspect;
        # a bare source file gets no aspect, so the same action is declared here.
        made = {}
        if WheelEntryInfo in target:
            made = {entry.wheel: entry for entry in target[WheelEntryInfo].entries}
        files = target[DefaultInfo].files.to_list()
        if not files:
            faults.append("wheels: {} holds no file; want at least one wheel".format(display(target.label)))
        for file in files:
            if not is_wheel(file):
                faults.append("wheels: {} holds {}; want files that end in '.whl', or folders of them".format(
                    display(target.label),
                    file.short_path,
                ))
            elif file not in wheels:
                wheels[file] = struct(
                    label = display(target.label),
                    entry = made.get(file) or declare_entry(ctx, ctx.attr, file),
                )
    if not ctx.attr.wheels:
        faults.append("wheels = []: want at least one target that holds a wheel")
    return wheels.values(), faults

def display(label):
    """A label as users write it: the main repository's has no `@@`.

    Args:
        label: `Label`

    Returns:
        `str`
    """
    return str(label) if label.repo_name else str(label).removeprefix("@@").removeprefix("@")

def fail_with(ctx, faults):
    """Fails with all faults at once, where there are any.

    Args:
        ctx: whose label the error names.
        faults: `list[str]`
    """
    if faults:
        fail("\n".join(["{} cannot be made:".format(display(ctx.label))] + ["  " + fault for fault in faults]))
