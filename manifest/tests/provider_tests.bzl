"""The shapes that the providers refuse."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//manifest:providers.bzl", "WheelEntryInfo", "WheelManifestInfo")

def _bad_provider_impl(ctx):
    entry = struct(contents = None, entry = None, folder = "", metadata = None, wheel = ctx.file.file)
    if ctx.attr.case == "field":
        return [WheelEntryInfo(entries = [struct(wheel = None)])]
    if ctx.attr.case == "twice":
        return [WheelEntryInfo(entries = [entry, entry])]
    return [WheelManifestInfo(manifest = None, entries = depset([entry]), validation = None)]

_bad_provider = rule(
    implementation = _bad_provider_impl,
    attrs = {
        "case": attr.string(),
        "file": attr.label(allow_single_file = True, default = "BUILD.bazel"),
    },
)

def _failure_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.expect_failure(env, ctx.attr.message)
    return analysistest.end(env)

_failure_test = analysistest.make(
    _failure_test_impl,
    attrs = {"message": attr.string()},
    expect_failure = True,
)

def provider_test_suite(name):
    """Declares the tests.

    Args:
        name: `str`
    """
    tests = []
    for case, message in {
        "depset": "WheelManifestInfo: entries: got depset, want a list",
        "field": "WheelEntryInfo: entries: got a struct without 'entry'",
        "twice": "want one entry a file",
    }.items():
        subject = "{}_{}_subject".format(name, case)
        _bad_provider(name = subject, case = case, tags = ["manual"])
        tests.append("{}_{}_test".format(name, case))
        _failure_test(name = tests[-1], message = message, target_under_test = subject)
    native.test_suite(name = name, tests = tests)
