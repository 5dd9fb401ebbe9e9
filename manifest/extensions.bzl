"""Module extensions of rules_pytorch_manifest."""

load("//manifest/private:wheel_folders.bzl", _wheel_folders = "wheel_folders")

wheel_folders = _wheel_folders
