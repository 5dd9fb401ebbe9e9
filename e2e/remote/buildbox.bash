#!/usr/bin/env bash
# buildbox.bash FOLDER unpacks Debian's buildbox, a Remote Execution API server, and the libraries that it needs into
# FOLDER, which must be empty. It finds Debian as the launcher does, and leaves the machine alone. The shell and coreutils
# come along: they are all that a remote action finds beside its inputs.
set -Eeuo pipefail
# The launcher's parts work in these.
cache=$(cd -- "$1" && pwd -P)
tools=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../tools" && pwd -P)
aside=$cache/aside
mkdir -- "$aside"
trap 'rm -rf -- "$aside"' EXIT
# shellcheck source=../../tools/launcher/say.bash
. "$tools/launcher/say.bash"
# shellcheck source=../../tools/launcher/cache.bash
. "$tools/launcher/cache.bash"
# shellcheck source=../../tools/launcher/apt.bash
. "$tools/launcher/apt.bash"

debian_lists
say "fetching Debian's buildbox"
apt_in release apt-get install --download-only buildbox base-files bash coreutils dash >"$aside/fetch.log" 2>&1 ||
  debian_fail "$aside/fetch.log" "apt cannot fetch Debian's buildbox" "check the network and /etc/apt, then call again"
debian_unpack "$cache" "$aside"/release/archives/*.deb >"$aside/unpack.log" 2>&1 ||
  debian_fail "$aside/unpack.log" "Debian's buildbox cannot be unpacked" "call again"
# Where it is there, inputs of actions are staged through /dev/fuse, which containers rarely have; else by links.
rm -f -- "$cache/usr/bin/buildbox-fuse"
rm -rf -- "$cache"/usr/share/{doc,info,locale,man}
