# What the launcher reads of MODULE.bazel, so that it is written in one place: without comments and white space.

module_text=$(sed 's/^[[:space:]]*#.*//' "$project/MODULE.bazel" | tr -d ' \t\n')

# module_compatibility sets `compatibility`: the terms of bazel_compatibility, by spaces.
module_compatibility() {
  [[ $module_text =~ bazel_compatibility=\[([^]]*)\] ]] || die "MODULE.bazel has no bazel_compatibility: the checkout is damaged"
  compatibility=${BASH_REMATCH[1]//\"/}
  compatibility=${compatibility//,/ }
}

# module_platforms sets `platforms_version`.
module_platforms() {
  [[ $module_text =~ bazel_dep\(name=\"platforms\",version=\"([^\"]*)\" ]] || die "MODULE.bazel has no dependency on platforms: the checkout is damaged"
  platforms_version=${BASH_REMATCH[1]}
}

# module_go_sdk sets `sdk` and `sdk_sha256`: version and digest of the Go SDK that is pinned for this machine.
module_go_sdk() {
  local arch
  case $HOSTTYPE in
    x86_64) arch=amd64 ;;
    aarch64) arch=arm64 ;;
    *) die "MODULE.bazel pins no Go SDK for $HOSTTYPE: build on x86_64 or aarch64" ;;
  esac
  [[ $module_text =~ \"(v0\.0\.1-go[0-9.]+\.linux-$arch)\.zip\",\"([0-9a-f]{64})\" ]] ||
    die "MODULE.bazel pins no Go SDK for linux and $arch: the checkout is damaged"
  sdk=${BASH_REMATCH[1]} sdk_sha256=${BASH_REMATCH[2]}
}
