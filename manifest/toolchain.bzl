"""The toolchain rules, for those who bring the programs themselves."""

load(
    "//manifest/private:toolchain.bzl",
    _wheel_manifest_run_toolchain = "wheel_manifest_run_toolchain",
    _wheel_manifest_toolchain = "wheel_manifest_toolchain",
)

wheel_manifest_run_toolchain = _wheel_manifest_run_toolchain
wheel_manifest_toolchain = _wheel_manifest_toolchain
