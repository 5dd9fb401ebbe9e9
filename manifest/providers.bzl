"""Providers of rules_pytorch_manifest."""

load("//manifest/private:wheel_entry_info.bzl", _WheelEntryInfo = "WheelEntryInfo")
load("//manifest/private:wheel_manifest_info.bzl", _WheelManifestInfo = "WheelManifestInfo")

WheelEntryInfo = _WheelEntryInfo
WheelManifestInfo = _WheelManifestInfo
