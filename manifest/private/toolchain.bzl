"""The toolchains: the programs that the actions of a manifest run, and the one that people do."""

def _wheel_manifest_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(
        wheelmanifest = struct(
            wheelcontents = ctx.attr.wheelcontents[DefaultInfo].files_to_run,
            wheelentry = ctx.attr.wheelentry[DefaultInfo].files_to_run,
            wheelmanifest = ctx.attr.wheelmanifest[DefaultInfo].files_to_run,
        ),
    )]

wheel_manifest_toolchain = rule(
    implementation = _wheel_manifest_toolchain_impl,
    doc = """Names the programs for one execution platform.

Three programs, so that a change to the command line's many verbs does not read
every wheel again, and one to what is sought in members does not read all names.""",
    attrs = {
        "wheelcontents": attr.label(
            doc = "Reads every member of one wheel: RECORD, version, GPU code.",
            allow_files = True,
            cfg = "exec",
            executable = True,
            mandatory = True,
        ),
        "wheelentry": attr.label(
            doc = "Reads the size, digest, name, METADATA and WHEEL of one wheel.",
            allow_files = True,
            cfg = "exec",
            executable = True,
            mandatory = True,
        ),
        "wheelmanifest": attr.label(
            doc = "Projects the status, gathers the wheels and validates the manifest.",
            allow_files = True,
            cfg = "exec",
            executable = True,
            mandatory = True,
        ),
    },
)

def _wheel_manifest_run_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(run = ctx.attr.wheelmanifest[DefaultInfo])]

wheel_manifest_run_toolchain = rule(
    implementation = _wheel_manifest_run_toolchain_impl,
    doc = """Names the program that `bazel run` and `bazel test` start.

A toolchain for `//manifest:run_toolchain_type`. It is resolved with the machine of
the caller as target platform, or for a test the platform that runs it.""",
    attrs = {
        "wheelmanifest": attr.label(
            doc = "The command line.",
            allow_files = True,
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
    },
)
