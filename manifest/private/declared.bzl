"""The declared values: what no byte and no stamp can tell, in one table.

Each is an attribute of the rule, a build setting and a flag of
`wheelmanifest generate`. The attribute counts before the setting, the setting
before the default that docs/manifest-format.md names.
"""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")

# name -> what it says
DECLARED_VALUES = {
    "accelerator": "`rocm` (the default), `cuda` or `cpu`. `rocm` requires `rocm_sdk_version` and `pytorch_rocm_arch`, `cuda` requires `cuda_version` and `cuda_arch`.",
    "amdgpu_family": "The family of AMD GPUs the build is for, such as `gfx94X-dcgpu`.",
    "artifact_group": "The group of artifacts; by default `pytorch-wheels`.",
    "build_type": "By default `external`.",
    "build_variant": "By default `release`.",
    "component": "By default `pytorch`.",
    "cuda_arch": "CUDA targets the build was told to make, such as `sm_90a;compute_90`, separated by `;`, `,` or spaces.",
    "cuda_version": "The CUDA version the build was made with.",
    "project": "By default `TheRock`.",
    "pytorch_git_ref": "The branch or tag of PyTorch that was built, such as `release/2.9`.",
    "pytorch_rocm_arch": "AMD targets the build was told to make, such as `gfx942;gfx1100`, separated by `;`, `,` or spaces.",
    "rocm_sdk_version": "The ROCm version the build was made with, such as `7.11.0a20251124`.",
    "version_suffix": "The local version added to every wheel, such as `+rocm7.11.0a20251124`.",
}

_KEY_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

def declared_attrs():
    """Attributes for a rule: each value, and the build setting behind it.

    Returns:
        `dict[str, Attribute]`: NAME, and the private `_NAME_setting`.
    """
    attrs = {}
    for name, doc in DECLARED_VALUES.items():
        attrs[name] = attr.string(
            doc = doc + " May carry `{STABLE_KEY}`. Empty: the build setting `//manifest/settings:" + name + "`.",
        )
        attrs["_" + name + "_setting"] = attr.label(
            default = Label("//manifest/settings:" + name),
            providers = [BuildSettingInfo],
        )
    return attrs

def read_declared(ctx):
    """Reads the declared values, attribute before setting.

    Args:
        ctx: of a rule that has `declared_attrs()`.

    Returns:
        `(values, keys, faults)`: `dict[str, str]` with every name, empty where
        nothing was declared; the stable status keys they name, sorted; and what
        is wrong with them, one line each.
    """
    values = {}
    keys = {}
    faults = []
    for name in DECLARED_VALUES:
        value = getattr(ctx.attr, name) or getattr(ctx.attr, "_" + name + "_setting")[BuildSettingInfo].value
        values[name] = value
        named, wrong = _keys_in(value)
        keys.update({key: True for key in named})
        faults.extend(["{} = {}: {}".format(name, repr(value), fault) for fault in wrong])
    return values, sorted(keys.keys()), faults

def _keys_in(value):
    """Splits out the status keys a value names in braces."""
    keys = []
    faults = []
    for part in value.split("{")[1:]:
        key, brace, _ = part.partition("}")
        if not brace:
            faults.append("has an opening brace that nothing closes; want '{STABLE_KEY}'")
        elif not key.startswith("STABLE_") or key.strip(_KEY_CHARACTERS):
            faults.append("names '{%s}'; want a stable key, '{STABLE_...}': the value of a volatile key would go stale in the cache" % key)
        else:
            keys.append(key)
    return keys, faults
