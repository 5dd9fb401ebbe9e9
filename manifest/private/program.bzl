"""Targets that are the command line tool, started with arguments of their own.

No script stands between: the executable is a link to the tool, and a variable of
its environment names the file that holds the arguments. So `bazel run` and
`bazel test` need no shell, on any system.
"""

RUN_TOOLCHAIN_TYPE = "//manifest:run_toolchain_type"

_HOST_PLATFORM = "//command_line_option:host_platform"
_PLATFORMS = "//command_line_option:platforms"

def _host_transition_impl(settings, _attr):
    return {_PLATFORMS: [settings[_HOST_PLATFORM]]}

# Wheels for one system are built on another: what `bazel run` starts is of the
# machine where Bazel was called, whatever `--platforms` says.
host_transition = transition(
    implementation = _host_transition_impl,
    inputs = [_HOST_PLATFORM],
    outputs = [_PLATFORMS],
)

def _program_impl(ctx):
    return [ctx.toolchains[RUN_TOOLCHAIN_TYPE]]

program = rule(
    implementation = _program_impl,
    doc = """Resolves the run toolchain in the configuration that asks for it.

A rule resolves its toolchains before the transitions of its attributes, so the
transition needs a target of its own to end at.""",
    toolchains = [RUN_TOOLCHAIN_TYPE],
)

def program_attr(cfg):
    """The private attribute `_program` of a rule that calls `start`.

    Args:
        cfg: the configuration in which the program is to run.

    Returns:
        `Attribute`
    """
    return attr.label(
        default = Label("//manifest/private:program"),
        cfg = cfg,
        providers = [platform_common.ToolchainInfo],
    )

def runfile(ctx, file):
    """A file as an element of the arguments: where it lies is known when they are read.

    Args:
        ctx: of the rule.
        file: `File`, one of the target's runfiles.

    Returns:
        `dict`
    """
    return {"runfile": _rlocation(ctx, file)}

def _rlocation(ctx, file):
    if file.short_path.startswith("../"):
        return file.short_path.removeprefix("../")
    return ctx.workspace_name + "/" + file.short_path

def start(ctx, args, files, verdict = None):
    """The providers of an executable target that starts the tool.

    Args:
        ctx: of a rule with the attribute `_program`.
        args: `list`: what stands on the command line. `str`; `runfile(...)`;
            `{"arguments": True}`, which is what the user adds;
            `{"default": {"unless": "--NAME", "args": [...]}}`, which is left out
            where the user names that flag (or `FILE`: any argument that is no
            flag); and `{"require": "--NAME", "message": "..."}`, which ends the
            call with that message where the user does not.
        files: `list[File]`: those that the arguments name.
        verdict: `File`, or `None`: that of a manifest, which must say pass. As a
            runfile it is asked for, so that the action that judges runs, and
            fails the build, under `--norun_validations` too; and the program
            reads it before it does anything.

    Returns:
        `list[provider]`
    """
    target = ctx.attr._program

    # A list, where the attribute has a Starlark transition.
    tool = (target[0] if type(target) == "list" else target)[platform_common.ToolchainInfo].run
    spec = ctx.actions.declare_file(ctx.label.name + ".args.json")
    content = {"args": args}
    if verdict:
        content["verdict"] = _rlocation(ctx, verdict)
        files = files + [verdict]
    ctx.actions.write(spec, json.encode_indent(content, indent = "  ") + "\n")

    program = tool.files_to_run.executable
    executable = ctx.actions.declare_file(ctx.label.name + (".exe" if program.extension == "exe" else ""))
    ctx.actions.symlink(output = executable, target_file = program, is_executable = True)
    return [
        DefaultInfo(
            executable = executable,
            files = depset([executable]),
            runfiles = ctx.runfiles(files + [spec]).merge(tool.default_runfiles),
        ),
        RunEnvironmentInfo(environment = {"WHEELMANIFEST_RUN": _rlocation(ctx, spec)}),
    ]
