"""WheelManifestInfo: a manifest, its wheels and its verdict."""

def _init(*, manifest, entries, validation, policy = {}):
    if type(entries) != "list":
        fail("WheelManifestInfo: entries: got {}, want a list".format(type(entries)))
    return {"entries": entries, "manifest": manifest, "policy": policy, "validation": validation}

WheelManifestInfo, _new_wheel_manifest_info = provider(
    doc = "What a `wheel_manifest` target made.",
    fields = {
        "entries": "`list[struct]`: the wheels of the manifest, as in `WheelEntryInfo.entries`.",
        "manifest": "`File`: the JSON document.",
        "policy": "`dict[str, str]`: code of a finding to the severity that the verdict gave it; " +
                  "what judges the document again takes it too.",
        "validation": "`File`: the verdict on the document; what must not run without a verdict takes it as an input.",
    },
    init = _init,
)
