"""What leaves a build by `bazel run`: nothing of it starts without a verdict."""

load(":pairs.bzl", "pairs")
load(":program.bzl", "host_transition", "program_attr", "runfile", "start")
load(":wheel_manifest_info.bzl", "WheelManifestInfo")

# Of a rule that starts something with a manifest.
MANIFEST_ATTRS = {
    "manifest": attr.label(
        doc = "The `wheel_manifest` target.",
        mandatory = True,
        providers = [WheelManifestInfo],
    ),
    "_program": program_attr(host_transition),
}

def _policy(info):
    """The policy of the rule, for verbs that judge the document again."""
    args = []
    for code, severity in sorted(info.policy.items()):
        args.extend(["--policy", code + "=" + severity])
    return args

def _manifest_attest_impl(ctx):
    info = ctx.attr.manifest[WheelManifestInfo]
    return start(
        ctx,
        args = ["attest", runfile(ctx, info.manifest)] + _policy(info) + [{"arguments": True}],
        files = [info.manifest],
        verdict = info.validation,
    )

manifest_attest = rule(
    implementation = _manifest_attest_impl,
    doc = "Runs `wheelmanifest attest` on a manifest.",
    attrs = MANIFEST_ATTRS,
    executable = True,
)

def _manifest_index_impl(ctx):
    info = ctx.attr.manifest[WheelManifestInfo]

    # METADATA is all that the pages need of a wheel: none is fetched for them.
    folders = [entry.metadata for entry in info.entries]
    args = ["index", runfile(ctx, info.manifest)]
    for folder in folders:
        args.extend(["--wheels", runfile(ctx, folder)])
    return start(
        ctx,
        args = args + [{"arguments": True}],
        files = [info.manifest] + folders,
        verdict = info.validation,
    )

manifest_index = rule(
    implementation = _manifest_index_impl,
    doc = "Runs `wheelmanifest index` on a manifest, and on those that the user adds.",
    attrs = MANIFEST_ATTRS,
    executable = True,
)

def _manifest_publish_impl(ctx):
    info = ctx.attr.manifest[WheelManifestInfo]
    words, files = pairs(ctx, info.entries)
    return start(
        ctx,
        args = ["publish", runfile(ctx, info.manifest)] + _policy(info) + [
            {"default": {"args": words, "unless": "--wheels"}},
            {"arguments": True},
        ],
        files = [info.manifest] + files,
        verdict = info.validation,
    )

manifest_publish = rule(
    implementation = _manifest_publish_impl,
    doc = "Runs `wheelmanifest publish` on a manifest and its own wheels, or on those that `--wheels` names.",
    attrs = MANIFEST_ATTRS,
    executable = True,
)
