"""The provider that carries a package's metadata file."""

PackageMetadataInfo = provider(
    doc = "Metadata of a package.",
    fields = {
        "attributes": "depset of files with further attributes; empty here",
        "metadata": "File, JSON; rules_go hands it to its linker, so it must be a File",
    },
)
