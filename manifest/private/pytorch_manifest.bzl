"""The PyTorch face of `wheel_manifest`."""

load(":siblings.bzl", "siblings")
load(":wheel_manifest.bzl", "wheel_manifest")

# Which source each distribution is built from. `*` ends a prefix.
PYTORCH_SOURCE_OF = {
    "amd-torch-*": "pytorch",
    "amd-torchaudio-*": "pytorch_audio",
    "amd-torchvision-*": "pytorch_vision",
    "apex": "apex",
    "torch": "pytorch",
    "torchaudio": "pytorch_audio",
    "torchvision": "pytorch_vision",
    "triton": "triton",
}

def pytorch_manifest(name, wheels, source_of = PYTORCH_SOURCE_OF, **kwargs):
    """Writes `{name}.json`: what every wheel of a PyTorch build is and where it came from.

    Beside it, made only where they are asked for: `{name}.verify`, `{name}.diff`,
    `{name}.attest`, `{name}.index` and `{name}.publish`, for `bazel run`.

    Args:
        name: `str`: the target's name, and the document's without `.json`.
        wheels: `list[label]`: see `wheel_manifest.wheels`.
        source_of: `dict[str, str]`: see `wheel_manifest.source_of`; by default
            PyTorch's own distributions.
        **kwargs: every other attribute of `wheel_manifest`: `sources`,
            `expected`, `prefix`, `contents`, `allow_record_defects`, `policy`, `previous`, `stamp`,
            the declared values, and those that all rules have.
    """
    wheel_manifest(
        name = name,
        wheels = wheels,
        source_of = source_of,
        **kwargs
    )
    siblings(name, kwargs)
