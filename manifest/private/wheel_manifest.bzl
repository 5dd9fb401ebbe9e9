"""The rule that gathers the facts of wheels, status and settings into one document."""

load(":declared.bzl", "declared_attrs", "read_declared")
load(":gather.bzl", "WHEELS_ATTR", "fail_with", "gather")
load(":stamping.bzl", "STAMP_ATTRS", "is_stamped")
load(":wheel_entry.bzl", "TOOLCHAIN_TYPE")
load(":wheel_manifest_info.bzl", "WheelManifestInfo")

def _status(ctx, tool, keys):
    """Declares the projection of the stable status to the keys in use.

    The whole file also carries the host and the user, and the keys of others:
    with it the merge would run anew for each, and share no cache.
    """
    status = ctx.actions.declare_file(ctx.label.name + ".status.json")
    args = ctx.actions.args()
    args.add("status")
    args.add("--stable-status", ctx.info_file)
    args.add_all(keys, before_each = "--key")
    args.add("--out", status)
    ctx.actions.run(
        mnemonic = "WheelManifestStatus",
        executable = tool,
        toolchain = TOOLCHAIN_TYPE,
        arguments = [args],
        inputs = [ctx.info_file],
        outputs = [status],
        progress_message = "Reading workspace status for %{label}",
    )
    return status

def _config(ctx, declared, wheels, stamped):
    """Writes what the rule was told, so that a changed setting re-runs the merge alone."""
    config = ctx.actions.declare_file(ctx.label.name + ".config.json")
    ctx.actions.write(config, json.encode_indent({
        "allow_record_defects": ctx.attr.allow_record_defects,
        "contents": ctx.attr.contents,
        "declared": declared,
        "expected": ctx.attr.expected,
        "prefix": ctx.attr.prefix,
        "source_of": ctx.attr.source_of,
        "sources": ctx.attr.sources,
        "stamped": stamped,
        "wheels": [
            {"folder": wheel.entry.folder, "label": wheel.label, "path": wheel.entry.wheel.short_path}
            for wheel in wheels
        ],
    }, indent = "  ") + "\n")
    return config

def _manifest(ctx, tool, wheels, config, status):
    manifest = ctx.actions.declare_file(ctx.label.name + ".json")
    entries = [wheel.entry.entry for wheel in wheels]

    # Left out, the contents are nobody's input: their actions do not run.
    contents = [wheel.entry.contents for wheel in wheels] if ctx.attr.contents else []
    previous = ctx.files.previous
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("generate")
    if not previous:
        # With one, the log tells how many wheels are new.
        args.add("--quiet")
    args.add("--config", config)
    if status:
        args.add("--status", status)
    args.add_all(entries, before_each = "--entry")
    args.add_all(contents, before_each = "--contents-of")
    args.add_all(previous, before_each = "--previous")
    args.add("--out", manifest)
    ctx.actions.run(
        mnemonic = "WheelManifest",
        executable = tool,
        toolchain = TOOLCHAIN_TYPE,
        arguments = [args],
        inputs = entries + contents + previous + [config] + ([status] if status else []),
        outputs = [manifest],
        progress_message = "Writing wheel manifest %{output}",
        execution_requirements = {"supports-path-mapping": "1"},
    )
    return manifest

def _validation(ctx, tool, manifest):
    """Declares the verdict on the finished document, apart from the action that made it.

    A judge of its own can be skipped (`--norun_validations`) or asked again
    without a new manifest: nothing else sees the policy.
    """
    verdict = ctx.actions.declare_file(ctx.label.name + ".validation.json")
    args = ctx.actions.args()
    args.add("validate")
    args.add("--quiet")
    args.add("--format", "json")
    for code, severity in sorted(ctx.attr.policy.items()):
        args.add("--policy", code + "=" + severity)
    args.add("--out", verdict)
    args.add(manifest)
    ctx.actions.run(
        mnemonic = "ValidateWheelManifest",
        executable = tool,
        toolchain = TOOLCHAIN_TYPE,
        arguments = [args],
        inputs = [manifest],
        outputs = [verdict],
        progress_message = "Validating wheel manifest %{input}",
    )
    return verdict

def _policy_faults(policy):
    # Which codes there are, only the tool knows.
    return [
        "policy = {{{}: {}}}: want 'error', 'warn' or 'off'".format(repr(code), repr(severity))
        for code, severity in policy.items()
        if severity not in ["error", "warn", "off"]
    ]

def _wheel_manifest_impl(ctx):
    declared, keys, faults = read_declared(ctx)
    wheels, wheel_faults = gather(ctx)
    faults.extend(wheel_faults)
    faults.extend(_policy_faults(ctx.attr.policy))
    fail_with(ctx, faults)

    tool = ctx.toolchains[TOOLCHAIN_TYPE].wheelmanifest.wheelmanifest
    stamped = is_stamped(ctx)
    status = _status(ctx, tool, keys) if stamped else None
    config = _config(ctx, declared, wheels, stamped)
    manifest = _manifest(ctx, tool, wheels, config, status)
    verdict = _validation(ctx, tool, manifest)
    entries = [wheel.entry for wheel in wheels]

    return [
        DefaultInfo(
            files = depset([manifest]),
            runfiles = ctx.runfiles([manifest]),
        ),
        WheelManifestInfo(
            manifest = manifest,
            entries = entries,
            policy = ctx.attr.policy,
            validation = verdict,
        ),
        OutputGroupInfo(
            wheel_contents = depset([entry.contents for entry in entries] if ctx.attr.contents else []),
            wheel_entries = depset([entry.entry for entry in entries]),
            wheel_metadata = depset([entry.metadata for entry in entries]),
            wheels = depset([entry.wheel for entry in entries]),
            _validation = depset([verdict]),
        ),
    ]

wheel_manifest = rule(
    implementation = _wheel_manifest_impl,
    doc = """Writes `{name}.json`: what every wheel is, its exact bytes, and where it came from.

Each wheel is read by two cached actions, one for its directories and one for its
members, that know neither the commit nor this rule; a new commit gathers their
results anew and reads no wheel. The document is described in
docs/manifest-format.md. A fault in any wheel, in the status or in what is
declared fails the build with all faults, and leaves no manifest.

Output groups: `wheels`, `wheel_entries` (facts, JSON), `wheel_contents` (what the
members hold, JSON), `wheel_metadata` (METADATA, byte for byte), `_validation`
(the verdict).""",
    attrs = {
        "allow_record_defects": attr.string_list(
            doc = "Classes of defects that a wheel's RECORD may have, such as `padded_digest`; " +
                  "a wheel with any other fails the build. docs/manifest-format.md lists them.",
        ),
        "contents": attr.bool(
            doc = "Read every member of every wheel: hold it against RECORD and look for GPU code. " +
                  "False: digests and metadata only; then no WheelContents action runs.",
            default = True,
        ),
        "expected": attr.string_list(
            doc = "Distributions that must be there, each once a Python, build tag and platform; " +
                  "one that is missing or doubled fails the build.",
        ),
        "policy": attr.string_dict(
            doc = "Code of a finding to `error`, `warn` or `off`: what the verdict makes of it. " +
                  "docs/gpu-code.md lists the codes.",
        ),
        "prefix": attr.string(
            doc = "Folders put before every wheel's relative_path, such as `gfx94X-dcgpu/`.",
        ),
        "previous": attr.label(
            doc = "The manifest of an earlier build, a file or another `wheel_manifest`: a wheel with the same " +
                  "path and bytes is `reused` and keeps its build record.",
            allow_single_file = [".json"],
        ),
        "source_of": attr.string_dict(
            doc = "Distribution to source: whose commit is an artifact's `build.commit`. " +
                  "A name that ends in `*` is a prefix.",
        ),
        "sources": attr.string_list(
            doc = "Sources that the stamp must have, by name, such as `pytorch`; " +
                  "empty: every source that it has.",
        ),
        "wheels": WHEELS_ATTR,
    } | declared_attrs() | STAMP_ATTRS,
    provides = [WheelManifestInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
