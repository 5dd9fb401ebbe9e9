"""The rule that Gazelle writes into each Go repository."""

load("//providers:package_metadata_info.bzl", "PackageMetadataInfo")

def _package_metadata_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".package-metadata.json")
    ctx.actions.write(out, json.encode({"label": str(ctx.label), "purl": ctx.attr.purl}))
    return [
        DefaultInfo(files = depset([out])),
        PackageMetadataInfo(attributes = depset(), metadata = out),
    ]

_package_metadata = rule(
    implementation = _package_metadata_impl,
    attrs = {"purl": attr.string(doc = "The package URL.", mandatory = True)},
)

def package_metadata(name, purl, visibility = None, **kwargs):
    """Declares a package's metadata.

    Args:
        name: name of the target
        purl: package URL
        visibility: as for any rule
        **kwargs: further common attributes
    """
    _package_metadata(
        name = name,
        purl = purl,
        # The repository's default metadata is this very target: it would depend on itself.
        applicable_licenses = [],
        visibility = visibility,
        **kwargs
    )
