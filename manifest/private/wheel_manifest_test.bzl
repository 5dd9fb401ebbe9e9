"""The test that a manifest and wheels belong together."""

load(":gather.bzl", "WHEELS_ATTR", "fail_with", "gather")
load(":pairs.bzl", "pairs")
load(":program.bzl", "program_attr", "runfile", "start")
load(":wheel_entry.bzl", "TOOLCHAIN_TYPE")

def _wheel_manifest_test_impl(ctx):
    wheels, faults = gather(ctx)
    fail_with(ctx, faults)
    words, files = pairs(ctx, [wheel.entry for wheel in wheels])
    return start(
        ctx,
        args = ["verify", runfile(ctx, ctx.file.manifest), "--fail-on-unlisted", "--format=text"] +
               (["--contents"] if ctx.attr.contents else []) +
               words + [{"arguments": True}],
        files = [ctx.file.manifest] + files,
    )

wheel_manifest_test = rule(
    implementation = _wheel_manifest_test_impl,
    doc = """Tests that a manifest and wheels belong together.

Every artifact of the manifest is among the wheels, with its size and SHA-256, and no
wheel is there that the manifest does not list. What `wheelmanifest verify` says
is the test's log. The test reads wheels and starts none of their code, so the
program is that of the platform where the test runs, not of the target's.""",
    attrs = {
        "contents": attr.bool(
            doc = "Read every wheel again, too, and hold what it is and holds against the manifest.",
            default = True,
        ),
        "manifest": attr.label(
            doc = "A `wheel_manifest` target, or a manifest's file.",
            allow_single_file = [".json"],
            mandatory = True,
        ),
        "wheels": WHEELS_ATTR,
        # Where the test runs, which need be neither the host nor the target.
        "_program": program_attr(config.exec("test")),
    },
    test = True,
    toolchains = [TOOLCHAIN_TYPE],
)
