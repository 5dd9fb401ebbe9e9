"""The wheels of a target as arguments of the verbs that read wheels."""

load(":program.bzl", "runfile")

def pairs(ctx, entries):
    """Names each wheel, or folder of wheels, and the facts that tell its real name.

    Args:
        ctx: of the rule.
        entries: `list[struct]`, as in `WheelEntryInfo.entries`.

    Returns:
        `(args, files)`: for `start`.
    """
    args = []
    files = []
    for entry in entries:
        args.extend(["--wheel", runfile(ctx, entry.wheel), "--entry", runfile(ctx, entry.entry)])
        files.extend([entry.wheel, entry.entry])
    return args, files
