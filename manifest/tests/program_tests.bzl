"""What the targets are that `bazel run` and `bazel test` start."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//manifest:defs.bzl", "pytorch_manifest", "wheel_dist", "wheel_manifest", "wheel_manifest_test")

_DIR = "_main/manifest/tests/"
_NAMED = "named-_VERSION_-py3-none-any.whl"
_PAIR = [
    "--wheel",
    {"runfile": "_main/testdata/" + _NAMED},
    "--entry",
    {"runfile": "_main/testdata/_wheelentry/named/testdata/%s.entry.json" % _NAMED},
]
_USER = {"arguments": True}

def _args_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    name = target.label.name
    executable = target[DefaultInfo].files_to_run.executable
    writes = {
        action.outputs.to_list()[0].basename: action
        for action in analysistest.target_actions(env)
        if action.mnemonic == "FileWrite"
    }
    content = json.decode(writes[name + ".args.json"].content)
    args = content.pop("args")
    asserts.equals(env, json.decode(ctx.attr.args_json), args)
    asserts.equals(env, {"verdict": _DIR + ctx.attr.verdict} if ctx.attr.verdict else {}, content)
    asserts.equals(env, {"WHEELMANIFEST_RUN": _DIR + name + ".args.json"}, target[RunEnvironmentInfo].environment)

    # Whatever an argument names is there when the program runs.
    runfiles = {"_main/" + file.short_path: file for file in target[DefaultInfo].default_runfiles.files.to_list()}
    asserts.true(env, _DIR + name + ".args.json" in runfiles)
    if ctx.attr.verdict:
        # Asked for like any input: validations that are off do not skip it.
        asserts.true(env, _DIR + ctx.attr.verdict in runfiles)
    for default in [arg["default"]["args"] for arg in args if "default" in arg]:
        args = args + default
    for arg in args:
        if type(arg) == "dict" and "runfile" in arg:
            asserts.true(env, arg["runfile"] in runfiles, "no {} in runfiles".format(arg["runfile"]))

    # A link to the program, no script.
    links = [action for action in analysistest.target_actions(env) if executable in action.outputs.to_list()]
    asserts.equals(env, 1, len(links))
    program = links[0].inputs.to_list()[0]
    asserts.equals(env, "wheelmanifest", program.basename.removesuffix(".exe"))
    asserts.equals(env, program.extension == "exe", executable.extension == "exe")
    return analysistest.end(env)

_args_test = analysistest.make(
    _args_test_impl,
    # Not `args`, which every test has.
    attrs = {
        "args_json": attr.string(),
        "verdict": attr.string(),
    },
)

def _host_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    runfiles = {file.basename: file for file in target[DefaultInfo].default_runfiles.files.to_list()}
    executable = target[DefaultInfo].files_to_run.executable
    asserts.true(env, executable.extension != "exe", "built for the target: {}".format(executable))

    # Manifest and wheels stay as the target platform has them.
    wheels = [file for name, file in runfiles.items() if name.endswith(".whl")]
    asserts.equals(env, 1, len(wheels))
    asserts.equals(env, executable.root, wheels[0].root)
    asserts.equals(env, executable.root, runfiles["program_subject.json"].root)
    links = [action for action in analysistest.target_actions(env) if executable in action.outputs.to_list()]
    program = links[0].inputs.to_list()[0]
    asserts.true(env, program.root != executable.root, "the program was built with the wheels' configuration")
    return analysistest.end(env)

# Windows, and a host that is not.
_host_test = analysistest.make(
    _host_test_impl,
    config_settings = {"//command_line_option:platforms": str(Label("//manifest/tests:windows"))},
)

def _siblings_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, ["manual", "no-cache"], sorted(ctx.attr.tags_got))
    asserts.true(env, ctx.attr.testonly_got)
    asserts.equals(env, ["//manifest:__subpackages__"], ctx.attr.visibility_got)
    asserts.equals(env, [str(Label("@platforms//os:linux"))], ctx.attr.compatible_got)
    return unittest.end(env)

_siblings_test = unittest.make(
    _siblings_test_impl,
    attrs = {
        "compatible_got": attr.string_list(),
        "tags_got": attr.string_list(),
        "testonly_got": attr.bool(),
        "visibility_got": attr.string_list(),
    },
)

def program_test_suite(name):
    """Declares the tests.

    Args:
        name: `str`
    """
    native.platform(
        name = "windows",
        constraint_values = ["@platforms//os:windows", "@platforms//cpu:arm64"],
    )
    subject = name + "_subject"
    wheel_manifest(name = name + "_old", tags = ["manual"], wheels = ["//testdata:torch"])
    pytorch_manifest(name = subject, tags = ["manual"], wheels = ["//testdata:named"])
    pytorch_manifest(
        name = name + "_second",
        previous = name + "_old",
        tags = ["manual"],
        wheels = ["//testdata:named"],
    )
    for test, attributes in {"contents": {}, "digests": {"contents": False}}.items():
        wheel_manifest_test(
            name = "{}_{}_subject_test".format(name, test),
            manifest = name + "_old",
            tags = ["manual"],
            wheels = ["//testdata:named"],
            **attributes
        )

    pytorch_manifest(
        name = name + "_judged",
        policy = {"rocm_version_differs": "off", "code_not_declared": "warn"},
        tags = ["manual"],
        wheels = ["//testdata:named"],
    )
    wheel_dist(name = name + "_dist", manifest = subject, tags = ["manual"])
    wheel_dist(name = name + "_bare_dist", manifest = subject, tags = ["manual"], write_manifest = False)

    manifest = {"runfile": _DIR + subject + ".json"}
    judged = {"runfile": _DIR + name + "_judged.json"}
    policy = ["--policy", "code_not_declared=warn", "--policy", "rocm_version_differs=off"]
    metadata = {"runfile": "_main/testdata/_wheelentry/named/testdata/%s.metadata" % _NAMED}
    second = {"runfile": _DIR + name + "_second.json"}
    old = {"runfile": _DIR + name + "_old.json"}
    cases = {
        "bare_dist": ["dist", manifest, "--write-manifest=false"] + _PAIR + [_USER],
        "contents_subject_test": ["verify", old, "--fail-on-unlisted", "--format=text", "--contents"] + _PAIR + [_USER],
        "digests_subject_test": ["verify", old, "--fail-on-unlisted", "--format=text"] + _PAIR + [_USER],
        "dist": ["dist", manifest] + _PAIR + [_USER],
        "judged.attest": ["attest", judged] + policy + [_USER],
        "judged.publish": ["publish", judged] + policy + [{"default": {"args": _PAIR, "unless": "--wheels"}}, _USER],
        "second.diff": ["diff", {"default": {"args": [old], "unless": "FILE"}}, _USER, second],
        "subject.attest": ["attest", manifest, _USER],
        "subject.diff": [
            "diff",
            {
                "message": "name the older manifest: bazel run //manifest/tests:{}.diff -- OLD, or set previous".format(subject),
                "require": "FILE",
            },
            _USER,
            manifest,
        ],
        "subject.index": ["index", manifest, "--wheels", metadata, _USER],
        "subject.publish": ["publish", manifest, {"default": {"args": _PAIR, "unless": "--wheels"}}, _USER],
        "subject.verify": ["verify", manifest, "--format=text", {"default": {"args": _PAIR, "unless": "--wheels"}}, _USER],
    }
    tests = []
    for target, args in cases.items():
        # What leaves the build has passed; what only looks at it need not.
        leaves = args[0] in ["attest", "dist", "index", "publish"]
        tests.append("{}_args_{}_test".format(name, target.replace(".", "_")))
        _args_test(
            name = tests[-1],
            args_json = json.encode(args),
            target_under_test = "{}_{}".format(name, target),
            verdict = args[1]["runfile"].removeprefix(_DIR).replace(".json", ".validation.json") if leaves else "",
        )
    for target in [subject + ".verify", subject + ".publish", name + "_dist"]:
        tests.append("{}_host_{}_test".format(name, target.replace(".", "_")))
        _host_test(name = tests[-1], target_under_test = target)

    pytorch_manifest(
        name = name + "_inherited",
        tags = ["no-cache"],
        target_compatible_with = ["@platforms//os:linux"],
        testonly = True,
        visibility = ["//manifest:__subpackages__"],
        wheels = ["//testdata:named"],
    )
    for sibling in ["verify", "diff", "attest", "index", "publish"]:
        rule = native.existing_rule("{}_inherited.{}".format(name, sibling))
        tests.append("{}_inherited_{}_test".format(name, sibling))
        _siblings_test(
            name = tests[-1],
            compatible_got = [str(label) for label in rule["target_compatible_with"]],
            tags_got = rule["tags"],
            testonly_got = rule["testonly"],
            visibility_got = [str(label) for label in rule["visibility"]],
        )
    native.test_suite(name = name, tests = tests)
