"""What can be asked of a manifest by `bazel run`."""

load(":pairs.bzl", "pairs")
load(":program.bzl", "runfile", "start")
load(":releases.bzl", "MANIFEST_ATTRS", "manifest_attest", "manifest_index", "manifest_publish")
load(":wheel_manifest_info.bzl", "WheelManifestInfo")

def _manifest_verify_impl(ctx):
    info = ctx.attr.manifest[WheelManifestInfo]
    words, files = pairs(ctx, info.entries)
    return start(
        ctx,
        args = [
            "verify",
            runfile(ctx, info.manifest),
            # For people, also where the output goes to a log.
            "--format=text",
            {"default": {"args": words, "unless": "--wheels"}},
            {"arguments": True},
        ],
        files = [info.manifest] + files,
    )

manifest_verify = rule(
    implementation = _manifest_verify_impl,
    doc = "Runs `wheelmanifest verify` on a manifest and its own wheels, or on those that `--wheels` names.",
    attrs = MANIFEST_ATTRS,
    executable = True,
)

def _manifest_diff_impl(ctx):
    manifest = ctx.attr.manifest[WheelManifestInfo].manifest
    previous = ctx.files.previous
    if previous:
        older = {"default": {"args": [runfile(ctx, previous[0])], "unless": "FILE"}}
    else:
        label = str(ctx.label)
        if label.startswith("@@//"):
            label = label.removeprefix("@@")
        older = {
            "message": "name the older manifest: bazel run {} -- OLD, or set previous".format(label),
            "require": "FILE",
        }
    return start(
        ctx,
        args = ["diff", older, {"arguments": True}, runfile(ctx, manifest)],
        files = [manifest] + previous,
    )

manifest_diff = rule(
    implementation = _manifest_diff_impl,
    doc = "Runs `wheelmanifest diff`: an older manifest against this one.",
    attrs = MANIFEST_ATTRS | {
        "previous": attr.label(
            doc = "The older manifest where the user names none.",
            allow_single_file = [".json"],
        ),
    },
    executable = True,
)

# What a sibling is told like the manifest itself.
_INHERITED = ["compatible_with", "deprecation", "restricted_to", "target_compatible_with", "testonly", "visibility"]

def siblings(name, attributes):
    """Declares `{name}.verify` and the others, which only those build who ask for them.

    Args:
        name: `str`: of the `wheel_manifest`.
        attributes: `dict`: those of the `wheel_manifest`.
    """
    common = {key: attributes[key] for key in _INHERITED if key in attributes}
    tags = attributes.get("tags") or []
    common["tags"] = tags if "manual" in tags else tags + ["manual"]
    manifest_verify(
        name = name + ".verify",
        manifest = ":" + name,
        **common
    )
    manifest_diff(
        name = name + ".diff",
        manifest = ":" + name,
        previous = attributes.get("previous"),
        **common
    )
    for verb, release in {"attest": manifest_attest, "index": manifest_index, "publish": manifest_publish}.items():
        release(
            name = name + "." + verb,
            manifest = ":" + name,
            **common
        )
