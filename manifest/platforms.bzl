"""The platforms that a release has programs for, named as in a manifest's `platform`."""

PLATFORMS = {
    "linux-aarch64": struct(
        constraints = ["@platforms//os:linux", "@platforms//cpu:aarch64"],
        suffix = "",
    ),
    "linux-x86_64": struct(
        constraints = ["@platforms//os:linux", "@platforms//cpu:x86_64"],
        suffix = "",
    ),
    "windows-amd64": struct(
        constraints = ["@platforms//os:windows", "@platforms//cpu:x86_64"],
        suffix = ".exe",
    ),
}

PROGRAMS = ["wheelcontents", "wheelentry", "wheelmanifest"]

def program_file(program, platform):
    """The name of a released program, which no other one has.

    Args:
        program: `str`, one of `PROGRAMS`.
        platform: `str`, a key of `PLATFORMS`.

    Returns:
        `str`
    """
    return "{}-{}{}".format(program, platform, PLATFORMS[platform].suffix)
