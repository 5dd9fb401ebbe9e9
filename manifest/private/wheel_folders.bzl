"""The module extension that imports folders of wheels."""

load(":wheel_folder.bzl", "wheel_folder")

_folder = tag_class(
    doc = "One folder of wheels, and those below it, as a repository.",
    attrs = {
        "env": attr.string(doc = "Environment variable that names the folder. Unset, only building `@{name}//:all` fails."),
        "name": attr.string(doc = "Name of the repository.", mandatory = True),
        "path": attr.string(doc = "The folder, instead of `env`; a relative path counts from the workspace."),
    },
)

def _wheel_folders_impl(mctx):
    owners = {}
    faults = []
    for module in mctx.modules:
        for tag in module.tags.folder:
            where = "wheel_folders.folder(name = {}) of module {}".format(repr(tag.name), repr(module.name))
            if bool(tag.env) == bool(tag.path):
                faults.append("{}: got env = {} and path = {}, want exactly one of them".format(where, repr(tag.env), repr(tag.path)))
            if tag.name in owners:
                faults.append("{}: the name is taken by module {}, want another".format(where, repr(owners[tag.name])))
            owners[tag.name] = module.name
    if faults:
        fail("\n".join(faults))
    for module in mctx.modules:
        for tag in module.tags.folder:
            wheel_folder(name = tag.name, env = tag.env, path = tag.path)

    # The tags alone say which repositories there are; what is in a folder is
    # the repository rule's to watch.
    return mctx.extension_metadata(reproducible = True)

wheel_folders = module_extension(
    implementation = _wheel_folders_impl,
    doc = """Imports folders of wheels that were built outside Bazel.

    wheel_folders = use_extension("@rules_pytorch_manifest//manifest:extensions.bzl", "wheel_folders")
    wheel_folders.folder(name = "dist", env = "PYTORCH_DIST_DIR")
    use_repo(wheel_folders, "dist")

`@dist//:all` is every wheel; `@dist//:sub/x.whl` one. Links to folders, folders more
than eight deep and names that no label can hold are errors.""",
    tag_classes = {"folder": _folder},
)
