"""Every error that the rule and its parts raise at analysis."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//manifest:defs.bzl", "pytorch_manifest", "wheel_manifest", "wheel_manifest_test")
load("//manifest/private:unavailable_wheels.bzl", "unavailable_wheels")

def _failure_test_impl(ctx):
    env = analysistest.begin(ctx)
    for message in ctx.attr.messages:
        asserts.expect_failure(env, message)
    return analysistest.end(env)

_failure_test = analysistest.make(
    _failure_test_impl,
    attrs = {"messages": attr.string_list(mandatory = True)},
    expect_failure = True,
)

_setting_failure_test = analysistest.make(
    _failure_test_impl,
    attrs = {"messages": attr.string_list(mandatory = True)},
    config_settings = {str(Label("//manifest/settings:version_suffix")): "+{BUILD_TIMESTAMP}"},
    expect_failure = True,
)

def failure_test_suite(name):
    """Declares the tests.

    Args:
        name: `str`
    """
    native.filegroup(name = name + "_empty", tags = ["manual"])
    native.filegroup(name = name + "_text", srcs = ["BUILD.bazel"], tags = ["manual"])

    cases = {
        "empty_list": (dict(wheels = []), ["wheels = []: want at least one target that holds a wheel"]),
        "empty_target": (dict(wheels = [name + "_empty"]), ["//manifest/tests:failure_empty holds no file; want at least one wheel"]),
        "everything": (
            dict(
                wheels = [name + "_empty", name + "_text"],
                project = "{X}",
                component = "{STABLE_Y",
            ),
            # All of them at once.
            ["failure_empty holds no file", "failure_text holds manifest/tests/BUILD.bazel", "'{X}'", "component = \"{STABLE_Y\""],
        ),
        "host_key": (dict(wheels = ["//testdata:torch"], project = "{BUILD_HOST}"), ["names '{BUILD_HOST}'; want a stable key"]),
        "no_wheel": (dict(wheels = [name + "_text"]), ["want files that end in '.whl', or folders of them"]),
        "open_brace": (dict(wheels = ["//testdata:torch"], project = "{STABLE_X"), ["an opening brace that nothing closes"]),
        "policy": (
            dict(wheels = ["//testdata:torch"], policy = {"device_not_served": "warn", "kpack_unresolved": "maybe"}),
            ["policy = {\"kpack_unresolved\": \"maybe\"}: want 'error', 'warn' or 'off'"],
        ),
        "spoilt_key": (dict(wheels = ["//testdata:torch"], project = "{STABLE_x}"), ["names '{STABLE_x}'; want a stable key"]),
        "volatile_key": (dict(wheels = ["//testdata:torch"], version_suffix = "+{BUILD_TIMESTAMP}"), ["version_suffix", "names '{BUILD_TIMESTAMP}'; want a stable key"]),
    }
    tests = []
    for case, (attributes, messages) in cases.items():
        subject = "{}_{}_subject".format(name, case)
        pytorch_manifest(name = subject, tags = ["manual"], **attributes)
        tests.append("{}_{}_test".format(name, case))
        _failure_test(name = tests[-1], messages = messages, target_under_test = subject)

    wheel_manifest(name = name + "_setting_subject", tags = ["manual"], wheels = ["//testdata:torch"])
    tests.append(name + "_setting_test")
    _setting_failure_test(
        name = tests[-1],
        messages = ["version_suffix = \"+{BUILD_TIMESTAMP}\""],
        target_under_test = name + "_setting_subject",
    )

    wheel_manifest_test(
        name = name + "_together_subject_test",
        manifest = name + "_setting_subject",
        tags = ["manual"],
        wheels = [name + "_empty", name + "_text"],
    )
    tests.append(name + "_together_test")
    _failure_test(
        name = tests[-1],
        messages = ["failure_together_subject_test cannot be made", "failure_empty holds no file", "failure_text holds manifest/tests/BUILD.bazel"],
        target_under_test = name + "_together_subject_test",
    )

    unavailable_wheels(name = name + "_unavailable_subject", message = "DIST is not set", tags = ["manual"])
    tests.append(name + "_unavailable_test")
    _failure_test(
        name = tests[-1],
        messages = ["DIST is not set"],
        target_under_test = name + "_unavailable_subject",
    )

    native.test_suite(name = name, tests = tests)
