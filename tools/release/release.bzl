"""The rule that makes a release: the programs, the archive of the module, and the digests of both."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//manifest:platforms.bzl", "PLATFORMS", "program_file")

# The version in the repository: of no release.
UNRELEASED = "0.0.0"

def _variables_impl(ctx):
    version = ctx.attr.version[BuildSettingInfo].value
    return [platform_common.TemplateVariableInfo({
        "RELEASE": "" if version == UNRELEASED else version,
    })]

variables = rule(
    implementation = _variables_impl,
    doc = "The Make variable `RELEASE`: the version of the release, empty where none is made.",
    attrs = {"version": attr.label(
        doc = "The build setting.",
        mandatory = True,
        providers = [BuildSettingInfo],
    )},
)

def _platforms_transition_impl(_settings, _attr):
    return {
        name: {
            "//command_line_option:compilation_mode": "opt",
            "//command_line_option:platforms": [str(Label("//tools/release:" + name))],
            "//command_line_option:strip": "always",
        }
        for name in PLATFORMS
    }

_platforms_transition = transition(
    implementation = _platforms_transition_impl,
    inputs = [],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:platforms",
        "//command_line_option:strip",
    ],
)

def _archived(file):
    # ../REPOSITORY/PATH.file
    return file.short_path.split("/", 2)[2].removesuffix(".file") + "=" + file.path

def _release_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    args.add("--version", ctx.attr.version[BuildSettingInfo].value)
    args.add("--url", ctx.attr.url[BuildSettingInfo].value)
    args.add("--out", out.path)

    programs = []
    for platform, targets in ctx.split_attr.programs.items():
        for target in targets:
            program = target[DefaultInfo].files_to_run.executable
            programs.append(program)
            args.add("--program", "{}={}".format(program_file(target.label.name, platform), program.path))
    args.add_all(ctx.files.files, before_each = "--file", map_each = _archived)
    ctx.actions.run(
        mnemonic = "Release",
        progress_message = "Packing release %{label}",
        executable = ctx.executable._pack,
        arguments = [args],
        inputs = depset(programs, transitive = [depset(ctx.files.files)]),
        outputs = [out],
    )
    return [DefaultInfo(files = depset([out]))]

release = rule(
    implementation = _release_impl,
    doc = """Makes a folder with all files of a release, and nothing else.

Static, stripped programs for every platform of `PLATFORMS`, the archive of the
module that downloads them, and SHA256SUMS. Equal sources give equal bytes.""",
    attrs = {
        "files": attr.label(
            doc = "The files of the archive, named as the repository rule `checkout` does.",
            mandatory = True,
        ),
        "programs": attr.label_list(
            doc = "The programs, named as they are released.",
            cfg = _platforms_transition,
            mandatory = True,
        ),
        "url": attr.label(
            doc = "The build setting: where the files of a release will lie, `{version}` in it.",
            mandatory = True,
            providers = [BuildSettingInfo],
        ),
        "version": attr.label(
            doc = "The build setting.",
            mandatory = True,
            providers = [BuildSettingInfo],
        ),
        "_pack": attr.label(
            cfg = "exec",
            default = "//tools/release/pack",
            executable = True,
        ),
    },
)
