# The second question: where from do modules come?
#
# which_modules sets `modules_rc`: empty where Bazel reads the central registry, else the bazelrc with the overrides.

# An answer "cannot be reached" is asked again after a week: networks change.
modules_ask_again_s=$((7 * 24 * 3600))

which_modules() {
  local name source=''
  modules_rc=
  # Each Bazel has an answer of its own: another one may have other registries, or other certificates.
  name=modules.$(key <<<"$bazel_path")
  case ${PYTORCH_MANIFEST_MODULES:-} in
    registry | go) source=$PYTORCH_MANIFEST_MODULES ;;
    ask) ;;
    '')
      if modules_known "$name"; then
        source=${answer[0]}
      else
        cache_lock
        ! modules_known "$name" || source=${answer[0]} # Another call was faster.
      fi
      ;;
    *) die "PYTORCH_MANIFEST_MODULES is $(quoted "$PYTORCH_MANIFEST_MODULES"), want registry, go or ask" ;;
  esac
  if [[ -z $source ]]; then
    cache_lock
    if registry_serves; then
      source=registry
      say "modules: from the central registry"
    else
      source=go
      say "modules: the central registry cannot be reached, so Go modules and Debian's packages (asked again in a week, or with PYTORCH_MANIFEST_MODULES=ask)"
    fi
    answer_write "$name" "$bazel_path" "$source" "$(date +%s)"
  fi
  [[ $source == go ]] || return 0
  module_go_sdk
  modules=$cache/modules-$(modules_key)
  modules_rc=$modules/bazelrc
  if [[ ! -f $modules_rc ]]; then
    # shellcheck source=tools/launcher/modules.bash
    . "$tools/launcher/modules.bash"
    modules_make
  fi
  cache_use "$modules"
}

# modules_known NAME takes an answer of an earlier call, if it still counts.
modules_known() {
  local now
  answer_read "$1" "$bazel_path" || return 1
  printf -v now '%(%s)T' -1
  [[ ${answer[0]} == registry ]] || ((now - answer[1] < modules_ask_again_s))
}

# registry_serves lets Bazel itself fetch a small module, so that its registries, mirrors and proxies are those asked.
registry_serves() {
  local folder=$aside/probe
  say "asking the central registry"
  module_platforms
  mkdir -p -- "$folder" || die_disk
  printf 'bazel_dep(name = "platforms", version = "%s")\n' "$platforms_version" >"$folder/MODULE.bazel"
  (
    cd -- "$folder" || exit
    start_command
    timeout --kill-after=5 30 "${command[@]}" --batch --output_base="$folder/output" query --lockfile_mode=off @platforms//cpu:all
  ) >"$aside/probe.log" 2>&1 </dev/null 9>&-
}

# modules_key prints a key of all that modules.bash makes the folder from.
modules_key() {
  {
    printf '%s\n' "$sdk $sdk_sha256 $cache"
    cat -- "$tools"/launcher/{go.mod,go.sum,gomodules.bash,modules.bash}
    find "$tools/launcher/modules" -type f -print0 | LC_ALL=C sort -z | xargs -0 cat --
  } | sha256sum | cut -c -16
}
