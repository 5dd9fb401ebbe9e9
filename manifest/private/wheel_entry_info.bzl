"""WheelEntryInfo: the wheels a target holds, and the files of facts about each."""

def _init(*, entries):
    """Checks the shape of the entries.

    Args:
        entries: list of structs, as described in the provider's field.

    Returns:
        The provider's fields.
    """
    seen = {}
    for entry in entries:
        for field in ["wheel", "entry", "metadata", "contents", "folder"]:
            if not hasattr(entry, field):
                fail("WheelEntryInfo: entries: got a struct without '{}': {}".format(field, entry))
        if entry.wheel in seen:
            fail("WheelEntryInfo: entries: got {} twice, want one entry a file".format(entry.wheel))
        seen[entry.wheel] = True
    return {"entries": entries}

WheelEntryInfo, _new_wheel_entry_info = provider(
    doc = """The wheels in a target's `DefaultInfo.files`, and the facts read from each.

Made by an aspect, so that every manifest over the same wheel shares one action.""",
    fields = {
        "entries": """`list[struct]`, one for each wheel or folder of wheels:

* `wheel`: `File`, the wheel, or a tree artifact that holds wheels.
* `entry`: `File`, JSON: a list of facts, one element a wheel.
* `metadata`: `File`, a folder with each wheel's METADATA, byte for byte, named `{wheel}.metadata`.
* `contents`: `File`, JSON: a list of what the members hold, one element a wheel. Made only where something asks for it.
* `folder`: `str`, where the wheel lies below the imported folder it came from; empty elsewhere.""",
    },
    init = _init,
)
