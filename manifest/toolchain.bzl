"""The toolchain rule, for those who bring the programs themselves."""

load("//manifest/private:toolchain.bzl", _wheel_manifest_toolchain = "wheel_manifest_toolchain")

wheel_manifest_toolchain = _wheel_manifest_toolchain
