"""What the rule declares: which actions, with which inputs, and which configuration."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//manifest:defs.bzl", "wheel_manifest")
load("//manifest:providers.bzl", "WheelManifestInfo")

_SETTING = str(Label("//manifest/settings:rocm_sdk_version"))

def _rule_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    actions = {action.mnemonic: action for action in analysistest.target_actions(env)}

    asserts.equals(env, ctx.attr.stamped, "WheelManifestStatus" in actions)
    for mnemonic, action in actions.items():
        names = [file.basename for file in action.inputs.to_list()]
        if mnemonic != "WheelManifestStatus":
            # The whole status also carries the host, the user and everybody
            # else's keys.
            asserts.false(env, "stable-status.txt" in names, mnemonic + " reads stable-status.txt")
        asserts.false(env, "volatile-status.txt" in names, mnemonic + " reads volatile-status.txt")
        asserts.false(env, any([name.endswith(".whl") for name in names]), mnemonic + " reads a wheel")
        if mnemonic == "WheelManifestStatus":
            for key in ctx.attr.keys:
                asserts.true(env, key in action.argv, "no {} in {}".format(key, action.argv))

    # With contents off, no action asks for those of a wheel.
    read = [file.basename for file in actions["WheelManifest"].inputs.to_list() if file.basename.endswith(".contents.json")]
    wheels = len(target[WheelManifestInfo].entries)
    asserts.equals(env, wheels if ctx.attr.contents else 0, len(read))

    # The earlier manifest is an input of nothing else: with another, no wheel
    # is read again.
    for mnemonic, action in actions.items():
        asserts.equals(
            env,
            ctx.attr.previous if mnemonic == "WheelManifest" else "",
            ", ".join([file.basename for file in action.inputs.to_list() if file.basename == "rule_earlier_subject.json"]),
        )

    # The policy is the judge's alone: another one re-runs nothing else.
    for mnemonic, action in actions.items():
        policy = [argument for argument in action.argv or [] if "=warn" in argument or "=off" in argument]
        asserts.equals(env, ctx.attr.policy if mnemonic == "ValidateWheelManifest" else [], policy)

    config = json.decode(actions["FileWrite"].content)
    asserts.equals(env, ctx.attr.rocm_sdk_version, config["declared"]["rocm_sdk_version"])
    asserts.equals(env, ctx.attr.stamped, config["stamped"])
    asserts.equals(env, ctx.attr.contents, config["contents"])
    asserts.equals(env, ctx.attr.allowed, config["allow_record_defects"])
    asserts.equals(env, wheels, len(config["wheels"]))
    asserts.equals(env, [target[WheelManifestInfo].manifest], target[DefaultInfo].files.to_list())

    # Bazel adds those of the targets that it depends on.
    verdicts = [file for file in target[OutputGroupInfo]._validation.to_list() if file.owner == target.label]
    asserts.equals(env, [target[WheelManifestInfo].validation], verdicts)
    return analysistest.end(env)

_ATTRS = {
    "allowed": attr.string_list(),
    "contents": attr.bool(default = True),
    "keys": attr.string_list(),
    "policy": attr.string_list(),
    "previous": attr.string(),
    "rocm_sdk_version": attr.string(),
    "stamped": attr.bool(),
}

_plain_test = analysistest.make(
    _rule_test_impl,
    attrs = _ATTRS,
    config_settings = {"//command_line_option:stamp": False, _SETTING: "set"},
)

_stamped_test = analysistest.make(
    _rule_test_impl,
    attrs = _ATTRS,
    config_settings = {"//command_line_option:stamp": True, _SETTING: "set"},
)

def rule_test_suite(name):
    """Declares the tests.

    Args:
        name: `str`
    """
    subjects = {
        "attribute": dict(rocm_sdk_version = "attribute"),
        "digests": dict(allow_record_defects = ["no_hash"], contents = False),
        "earlier": {},
        "keys": dict(rocm_sdk_version = "{STABLE_ROCM}+{STABLE_X}"),
        "never": dict(stamp = 0),
        "policy": dict(policy = {"record_defective": "off", "code_not_declared": "warn"}),
        "previous": dict(previous = name + "_earlier_subject"),
        "setting": {},
        "stamp": dict(stamp = 1),
    }
    for subject, attributes in subjects.items():
        wheel_manifest(
            name = "{}_{}_subject".format(name, subject),
            tags = ["manual"],
            wheels = ["//testdata:wheels"],
            **attributes
        )
    tests = {
        "attribute_before_setting": (_plain_test, "attribute", dict(rocm_sdk_version = "attribute")),
        "contents_off": (_plain_test, "digests", dict(allowed = ["no_hash"], contents = False, rocm_sdk_version = "set")),
        "keys_are_in_use": (_stamped_test, "keys", dict(
            keys = ["STABLE_ROCM", "STABLE_X"],
            rocm_sdk_version = "{STABLE_ROCM}+{STABLE_X}",
            stamped = True,
        )),
        "policy_is_the_judges": (_plain_test, "policy", dict(
            policy = ["code_not_declared=warn", "record_defective=off"],
            rocm_sdk_version = "set",
        )),
        "previous_is_the_merges": (_stamped_test, "previous", dict(
            previous = "rule_earlier_subject.json",
            rocm_sdk_version = "set",
            stamped = True,
        )),
        "setting_alone": (_plain_test, "setting", dict(rocm_sdk_version = "set")),
        "stamp_0_under_stamp": (_stamped_test, "never", dict(rocm_sdk_version = "set")),
        "stamp_1_under_nostamp": (_plain_test, "stamp", dict(rocm_sdk_version = "set", stamped = True)),
        "stamp_as_the_build_says": (_stamped_test, "setting", dict(rocm_sdk_version = "set", stamped = True)),
    }
    for test, (make, subject, want) in tests.items():
        make(
            name = "{}_{}_test".format(name, test),
            target_under_test = "{}_{}_subject".format(name, subject),
            **want
        )
    native.test_suite(name = name, tests = ["{}_{}_test".format(name, test) for test in tests])
