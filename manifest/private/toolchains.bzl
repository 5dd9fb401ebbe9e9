"""Where from the programs come: a release, or the source."""

load("//manifest:platforms.bzl", "PLATFORMS")
load(":released.bzl", "RELEASE")

_TYPE = "//manifest:toolchain_type"
_RUN_TYPE = "//manifest:run_toolchain_type"

def programs_repository(platform):
    """The name, in MODULE.bazel, of the repository of a platform's programs.

    Args:
        platform: `str`, a key of `PLATFORMS`.

    Returns:
        `str`
    """
    return "programs_" + platform.replace("-", "_")

# buildifier: disable=unnamed-macro
def toolchains():
    """Declares native toolchain() targets only, so that to load them fetches nothing."""
    if RELEASE == None:
        native.toolchain(
            name = "source",
            toolchain = "//tools:source_toolchain",
            toolchain_type = _TYPE,
        )
        native.toolchain(
            name = "run_source",
            toolchain = "//tools:run_source_toolchain",
            toolchain_type = _RUN_TYPE,
        )
        return

    for platform, meta in PLATFORMS.items():
        native.toolchain(
            name = platform,
            exec_compatible_with = meta.constraints,
            toolchain = "@{}//:toolchain".format(programs_repository(platform)),
            toolchain_type = _TYPE,
        )
        native.toolchain(
            name = "run_" + platform,
            target_compatible_with = meta.constraints,
            toolchain = "@{}//:run_toolchain".format(programs_repository(platform)),
            toolchain_type = _RUN_TYPE,
        )
