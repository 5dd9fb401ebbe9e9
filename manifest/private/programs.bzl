"""The repository rule that downloads the programs of a release."""

load("//manifest:platforms.bzl", "PLATFORMS", "PROGRAMS", "program_file")
load(":released.bzl", "RELEASE")

_BUILD = """\
load({bzl}, "wheel_manifest_run_toolchain", "wheel_manifest_toolchain")

package(default_visibility = ["//visibility:public"])

wheel_manifest_toolchain(
    name = "toolchain",
    wheelcontents = "wheelcontents{suffix}",
    wheelentry = "wheelentry{suffix}",
    wheelmanifest = "wheelmanifest{suffix}",
)

wheel_manifest_run_toolchain(
    name = "run_toolchain",
    wheelmanifest = "wheelmanifest{suffix}",
)
"""

def _programs_impl(rctx):
    platform = rctx.attr.platform
    if platform not in PLATFORMS:
        fail("programs: platform: got {}, want one of {}".format(repr(platform), ", ".join(PLATFORMS)))
    if RELEASE == None:
        fail("programs: manifest/private/released.bzl: got no release, want the archive of one: this copy of the module compiles its programs")
    suffix = PLATFORMS[platform].suffix
    for program in PROGRAMS:
        name = program_file(program, platform)
        rctx.download(
            url = RELEASE.url + "/" + name,
            output = program + suffix,
            sha256 = RELEASE.sha256[name],
            executable = True,
        )
    rctx.file("BUILD.bazel", _BUILD.format(
        bzl = repr(str(Label("//manifest:toolchain.bzl"))),
        suffix = suffix,
    ))

    # Bazel before 8.3 cannot be told that the digests say it all.
    return rctx.repo_metadata(reproducible = True) if hasattr(rctx, "repo_metadata") else None

programs = repository_rule(
    implementation = _programs_impl,
    doc = """The released programs for one platform, held against the digests of the release, and toolchains of them.

Nothing is fetched until a build runs them on that platform. Where the address of
the release cannot be reached, `--distdir` names a folder that has the files.""",
    attrs = {"platform": attr.string(
        doc = "A platform that the release has programs for.",
        mandatory = True,
    )},
)
