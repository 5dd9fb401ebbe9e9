"""What the aspect declares, seen by a second aspect that comes after it.

analysistest shows the actions of a target, not those of an aspect on it.
"""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//manifest:providers.bzl", "WheelEntryInfo")
load("//manifest/private:wheel_entry.bzl", "wheel_entry_aspect")

_SeenInfo = provider(
    doc = "What an aspect declared on one target.",
    fields = {
        "inputs": "`list[str]`: basenames of the inputs of all WheelEntry and WheelContents actions.",
        "wheels": "`list[str]`: basenames of the wheels, in order.",
        "written": "`dict[str, int]`: how many actions of each mnemonic this target declares.",
    },
)

def _seeing_aspect_impl(target, ctx):  # buildifier: disable=unused-variable
    actions = {
        mnemonic: [action for action in target.actions if action.mnemonic == mnemonic]
        for mnemonic in ["WheelContents", "WheelEntry"]
    }
    return [_SeenInfo(
        inputs = [file.basename for all in actions.values() for action in all for file in action.inputs.to_list()],
        wheels = [entry.wheel.basename for entry in target[WheelEntryInfo].entries],
        written = {mnemonic: len(all) for mnemonic, all in actions.items()},
    )]

_seeing_aspect = aspect(
    implementation = _seeing_aspect_impl,
    requires = [wheel_entry_aspect],
)

def _see_impl(ctx):
    return [ctx.attr.target[_SeenInfo]]

_see = rule(
    implementation = _see_impl,
    attrs = {"target": attr.label(aspects = [_seeing_aspect])},
)

def _aspect_test_impl(ctx):
    env = analysistest.begin(ctx)
    seen = analysistest.target_under_test(env)[_SeenInfo]
    asserts.equals(env, ctx.attr.wheels, seen.wheels)
    for mnemonic, written in seen.written.items():
        asserts.equals(env, ctx.attr.written, written, mnemonic)
    for name in seen.inputs:
        asserts.false(env, name.endswith("status.txt") or name.endswith(".json"), "an action of a wheel reads " + name)
    for name in ctx.attr.inputs:
        asserts.equals(env, 2, len([other for other in seen.inputs if other == name]), "both actions of a wheel read " + name)
    return analysistest.end(env)

_aspect_test = analysistest.make(
    _aspect_test_impl,
    attrs = {
        "inputs": attr.string_list(),
        "wheels": attr.string_list(),
        "written": attr.int(),
    },
    # Stamping must not reach an entry.
    config_settings = {"//command_line_option:stamp": True},
)

_TORCH = "torch-2.9.1+rocm7.11.0a20251124-cp312-cp312-linux_x86_64.whl"

def aspect_test_suite(name):
    """Declares the tests.

    Args:
        name: `str`
    """
    native.filegroup(name = name + "_group", srcs = ["//testdata:torch"])
    native.filegroup(name = name + "_nothing")
    native.alias(name = name + "_alias", actual = "//testdata:torch")
    native.genrule(
        name = name + "_repacked",
        srcs = ["//testdata:torch"],
        outs = ["repacked/" + _TORCH],
        cmd = "cp $< $@",
    )
    cases = {
        # The target that makes the wheel declares the action.
        "//testdata:torch": dict(wheels = [_TORCH], written = 1, inputs = [_TORCH]),
        # Those that hand it on use the same.
        name + "_alias": dict(wheels = [_TORCH], written = 1),
        name + "_group": dict(wheels = [_TORCH], written = 0),
        name + "_nothing": dict(wheels = [], written = 0),
        # Its own, and not the one it takes in.
        name + "_repacked": dict(wheels = [_TORCH], written = 1),
        # The real name is in name_file.
        "//testdata:named": dict(wheels = ["named-_VERSION_-py3-none-any.whl"], written = 1, inputs = ["named.name"]),
    }
    tests = []
    for i, (target, want) in enumerate(cases.items()):
        _see(name = "{}_{}_subject".format(name, i), tags = ["manual"], target = target)
        tests.append("{}_{}_test".format(name, i))
        _aspect_test(name = tests[-1], target_under_test = "{}_{}_subject".format(name, i), **want)
    native.test_suite(name = name, tests = tests)
