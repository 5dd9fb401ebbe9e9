"""Public rules of rules_pytorch_manifest."""

load("//manifest/private:pytorch_manifest.bzl", _pytorch_manifest = "pytorch_manifest")
load("//manifest/private:wheel_dist.bzl", _wheel_dist = "wheel_dist")
load("//manifest/private:wheel_manifest.bzl", _wheel_manifest = "wheel_manifest")
load("//manifest/private:wheel_manifest_test.bzl", _wheel_manifest_test = "wheel_manifest_test")

pytorch_manifest = _pytorch_manifest
wheel_dist = _wheel_dist
wheel_manifest = _wheel_manifest
wheel_manifest_test = _wheel_manifest_test
