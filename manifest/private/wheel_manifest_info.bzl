"""WheelManifestInfo: a manifest, its wheels and its verdict."""

def _init(*, manifest, entries, validation):
    if type(entries) != "list":
        fail("WheelManifestInfo: entries: got {}, want a list".format(type(entries)))
    return {"entries": entries, "manifest": manifest, "validation": validation}

WheelManifestInfo, _new_wheel_manifest_info = provider(
    doc = "What a `wheel_manifest` target made.",
    fields = {
        "entries": "`list[struct]`: the wheels of the manifest, as in `WheelEntryInfo.entries`.",
        "manifest": "`File`: the JSON document.",
        "validation": "`File`: the verdict on the document; what must not run without a verdict takes it as an input.",
    },
    init = _init,
)
