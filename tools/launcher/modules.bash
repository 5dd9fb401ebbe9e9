# The folder of modules for machines that cannot reach the central registry: Go modules, Debian's rules, the substitutes
# of tools/launcher/modules, and the bazelrc that names them all.

# The rules that this module's dependencies and Bazel's own tools need, as Debian's packages.
rules_packages=(
  bazel-platforms bazel-rules-cc bazel-rules-java bazel-rules-license bazel-rules-proto bazel-rules-python
  bazel-rules-shell bazel-skylib
)

# modules_make makes the folder of modules and their bazelrc.
modules_make() {
  # shellcheck source=tools/launcher/apt.bash
  . "$tools/launcher/apt.bash"
  # shellcheck source=tools/launcher/gomodules.bash
  . "$tools/launcher/gomodules.bash"
  local final=$modules
  cache_lock
  [[ ! -f $modules_rc ]] || return 0 # Another call was faster.
  disk_want 1000
  modules=$aside/modules
  mkdir -p -- "$modules" || die_disk
  modules_debian "$modules"
  modules_go "$modules"
  cp -R -- "$tools/launcher/modules/." "$modules" || die_disk
  modules_bazelrc "$final" >"$modules/bazelrc" || die_disk
  modules=$final
  cache_keep "$aside/modules" "${final##*/}"
}

# modules_debian FOLDER fetches the rules that Debian has.
modules_debian() {
  debian_lists
  say "fetching Debian's Bazel rules"
  mkdir -p -- "$aside/rules" || die_disk
  (cd -- "$aside/rules" && apt_in release apt-get download "${rules_packages[@]}") >"$aside/rules.log" 2>&1 ||
    debian_fail "$aside/rules.log" "apt cannot fetch Debian's Bazel rules" "check the network and /etc/apt, then call again"
  debian_unpack "$1/debian" "$aside"/rules/*.deb >"$aside/rules.log" 2>&1 ||
    debian_fail "$aside/rules.log" "Debian's Bazel rules cannot be unpacked" "call again"
}

# modules_bazelrc FOLDER prints the bazelrc. Debian's rules_shell is not in the overrides of its own bazelrc.
modules_bazelrc() {
  local folder=$1 name
  cat <<'COMMENT'
# Written by tools/bazel. The WORKSPACE suffix would fetch rules_cc, and a lock file would name what no registry has.
common --enable_workspace=false
common --lockfile_mode=off
COMMENT
  printf 'common "--distdir=%s"\n' "$folder/distdir"
  for name in rules_go gazelle; do
    printf 'common "--override_module=%s=%s"\n' "$name" "$folder/$name"
  done
  for name in "$tools"/launcher/modules/*/; do
    name=$(basename -- "$name")
    printf 'common "--override_module=%s=%s"\n' "$name" "$folder/$name"
  done
  for name in cc java license proto python shell; do
    printf 'common "--override_module=rules_%s=%s"\n' "$name" "$folder/debian/usr/share/bazel/rules/$name"
  done
  printf 'common "--override_module=platforms=%s"\n' "$folder/debian/usr/share/bazel/tools/platforms"
  printf 'common "--override_module=bazel_skylib=%s"\n' "$folder/debian/usr/share/bazel/tools/skylib"
}
