"""A rule that makes small, correct wheels for the demonstration and the tests."""

load("@rules_python//python:packaging.bzl", "PyWheelInfo")

def _wheel_impl(ctx):
    # py_wheel leaves placeholders in the file's own name when it stamps, and the
    # real name in name_file; `out` lets a test do the same.
    wheel = ctx.actions.declare_file(ctx.attr.out or ctx.attr.filename)
    outputs = [wheel]
    providers = []
    args = ctx.actions.args()
    args.add("--filename", ctx.attr.filename)
    args.add("--out", wheel)
    if ctx.attr.purelib:
        args.add("--purelib")
    args.add_all(ctx.attr.requires, before_each = "--requires")
    strip = ctx.label.package + "/" if ctx.label.package else ""
    for src in ctx.files.srcs:
        args.add("--file", src, format = src.short_path.removeprefix(strip).replace("%", "%%") + "=%s")
    if ctx.attr.out:
        name_file = ctx.actions.declare_file(ctx.label.name + ".name")
        args.add("--name-file", name_file)
        outputs.append(name_file)
        providers.append(PyWheelInfo(wheel = wheel, name_file = name_file))
    ctx.actions.run(
        mnemonic = "MakeTestWheel",
        executable = ctx.executable._wheelmaker,
        arguments = [args],
        inputs = ctx.files.srcs,
        outputs = outputs,
    )
    return [DefaultInfo(files = depset([wheel]))] + providers

wheel = rule(
    implementation = _wheel_impl,
    doc = "Makes a wheel of the files in `srcs`, named as in this package.",
    attrs = {
        "filename": attr.string(mandatory = True, doc = "The wheel's file name."),
        "out": attr.string(doc = "The output's name where it is not `filename`; the target then has PyWheelInfo."),
        "purelib": attr.bool(doc = "Root-Is-Purelib."),
        "requires": attr.string_list(doc = "Requires-Dist lines."),
        "srcs": attr.label_list(allow_files = True, doc = "The wheel's files."),
        "_wheelmaker": attr.label(
            cfg = "exec",
            default = "//tools/wheelmaker",
            executable = True,
        ),
    },
)
