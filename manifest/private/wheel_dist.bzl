"""The folder that is shipped."""

load(":pairs.bzl", "pairs")
load(":program.bzl", "runfile", "start")
load(":releases.bzl", "MANIFEST_ATTRS")
load(":wheel_manifest_info.bzl", "WheelManifestInfo")

def _wheel_dist_impl(ctx):
    info = ctx.attr.manifest[WheelManifestInfo]
    words, files = pairs(ctx, info.entries)
    return start(
        ctx,
        args = ["dist", runfile(ctx, info.manifest)] +
               ([] if ctx.attr.write_manifest else ["--write-manifest=false"]) +
               words + [{"arguments": True}],
        files = [info.manifest] + files,
        verdict = info.validation,
    )

wheel_dist = rule(
    implementation = _wheel_dist_impl,
    doc = """Puts wheels and their manifest into a folder: `bazel run :NAME -- DIR`.

The wheels lie there under their relative paths, as hard links where that can be and
else as copies, and the manifest as `manifests/{manifest}.json`, last. Every wheel is
held against the manifest before the first one is there, and no file of
other bytes is overwritten. It is no action of the build: none takes both a wheel
and the manifest, so that a new commit makes no wheel anew.""",
    attrs = MANIFEST_ATTRS | {
        "write_manifest": attr.bool(
            doc = "Put the manifest there, too.",
            default = True,
        ),
    },
    executable = True,
)
