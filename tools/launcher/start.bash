# Starting Bazel, in the private root where that is the answer.

# find_workspace sets `workspace`: the folder that Bazel will take for it, else the current one.
find_workspace() {
  local folder name
  folder=$(pwd -P)
  workspace=$folder
  while [[ $folder == /?* ]]; do
    for name in MODULE.bazel REPO.bazel WORKSPACE.bazel WORKSPACE; do
      if [[ -f $folder/$name ]]; then
        workspace=$folder
        return
      fi
    done
    folder=${folder%/*}
  done
}

# start_prepare sets the private root up for this call.
start_prepare() {
  [[ $bazel_kind == root ]] || return 0
  root=$bazel_path
  cache_use "$root"
  bubblewrap_find
  [[ -x $bwrap ]] || die "bubblewrap is gone from $(quoted "$cache"): remove $(quoted "$cache") and call again"
  bubblewrap_try
  paths_check
}

# paths_check refuses what the private root cannot serve.
paths_check() {
  path_check "the cache folder" "$cache" "set XDG_CACHE_HOME to another folder"
  path_check "the workspace" "$workspace" "move it"
  if [[ -n ${PYTORCH_DIST_DIR:-} ]]; then
    dist_check
  fi
}

# bubblewrap_find sets `bwrap`: the machine's, else that of the cache.
bubblewrap_find() {
  bwrap=$(type -P bwrap || true)
  [[ -n $bwrap ]] || bwrap=$cache/bubblewrap/bwrap
}

bubblewrap_try() {
  local why
  why=$("$bwrap" --dev-bind / / true 2>&1) ||
    die "bubblewrap cannot make namespaces here ($(tr -cd '[:print:]' <<<"$why")): allow user namespaces, run as root (in a container: --privileged), or install Bazelisk"
}

# path_check WHAT PATH REMEDY refuses a path that Debian's Bazel cannot read.
path_check() {
  local LC_ALL=C
  # Debian's Bazel finds no workspace of such a name, and crashes on such a name in a folder that it lists.
  [[ $2 != *[^\ -~]* ]] || die "$1 $(quoted "$2") has a path that is not ASCII, which Debian's Bazel cannot read: $3, or install Bazelisk"
  case $2/ in
    /usr/local/*) ;;
    /usr/*) die "$1 $(quoted "$2") lies under /usr, which the private root hides: $3, or install Bazelisk" ;;
  esac
}

dist_check() {
  local folder name
  # A relative path counts from the workspace; one that is not there is for the rule to refuse.
  folder=$(cd -- "$workspace" && cd -- "$PYTORCH_DIST_DIR" 2>/dev/null && pwd -P) || return 0
  path_check "PYTORCH_DIST_DIR" "$folder" "name another folder"
  name=$(LC_ALL=C find "$folder" -maxdepth 9 -name '*[! -~]*' -print -quit 2>/dev/null) || true
  [[ -z $name ]] || die "PYTORCH_DIST_DIR holds $(quoted "$name"), whose name is not ASCII, which Debian's Bazel cannot read: rename it, or install Bazelisk"
}

# root_command sets `inside`: the root's /usr over the machine's, and all else as it is, so that paths stay what they
# are, the server lives on between calls, and linux-sandbox finds the /proc that it can mount over.
root_command() {
  inside=("$bwrap" --dev-bind / / --ro-bind "$root/usr" /usr)
  [[ ! -d /usr/local ]] || inside+=(--bind /usr/local /usr/local)
  # Java is the root's, and so is the C compiler.
  inside+=(--unsetenv JAVA_HOME --unsetenv CC --unsetenv BAZEL_COMPILER)
  if certificates_missing; then
    root_etc
  fi
}

# certificates_missing is true where programs find no certificates to check a server by.
certificates_missing() {
  [[ ! -e /etc/ssl/certs/ca-certificates.crt ]]
}

# root_etc adds the root's certificates to `inside`. A variable would not do: Gazelle starts Go with an environment of
# its own. A folder that is not there cannot be mounted over, so all of /etc is put together anew.
root_etc() {
  local entry
  inside+=(--tmpfs /etc)
  for entry in /etc/* /etc/.[!.]*; do
    if [[ -L $entry ]]; then
      inside+=(--symlink "$(readlink -- "$entry")" "$entry")
    elif [[ -e $entry && $entry != /etc/ssl ]]; then
      inside+=(--bind "$entry" "$entry")
    fi
  done
  inside+=(--ro-bind "$root/usr/share/etc/ssl" /etc/ssl)
}

# start_command sets `command`: Bazel and its startup options.
start_command() {
  local made
  case $bazel_kind in
    root)
      root_command
      # Each start of a server leaves a folder there. A server whose root was made anew has other startup options than
      # the call, and Bazel restarts it.
      { read -r _ made <"$root/version"; } 2>/dev/null || made=try
      [[ -d $cache/jvm/$made ]] || mkdir -p -- "$cache/jvm/$made"
      command=(
        "${inside[@]}" /usr/bin/bazel
        "--install_base=$root/usr/share/bazel" --trust_install_base
        --server_javabase=/usr/lib/jvm/default-java
        "--host_jvm_args=-Djava.io.tmpdir=$cache/jvm/$made"
        --nosystem_rc # Debian's overrides rules_go's dependencies, and floods the log with sandbox_debug.
      )
      ;;
    *)
      command=("$bazel_path")
      export BAZELISK_SKIP_WRAPPER=true
      ;;
  esac
}

# start ARGUMENT... starts Bazel. What `run` builds runs outside of the private root: that has neither the user's
# programs nor what lies under the machine's /usr.
start() {
  start_command
  [[ -z $modules_rc ]] || command+=("--bazelrc=$modules_rc")
  if [[ $bazel_kind == root ]] && run_at "$@"; then
    start_run "$@"
  fi
  exec "${command[@]}" "$@"
}

# run_at ARGUMENT... sets `run_index`, how many arguments stand before the command `run`; false for other commands, and
# where the user asks for the script.
run_at() {
  local argument
  run_index=0
  for argument in "$@"; do
    [[ $argument != -- ]] || break
    [[ $argument != --script_path* ]] || return 1
  done
  while (($# > 0)); do
    case $1 in
      run) return 0 ;;
      # The startup options that may have their value apart.
      --bazelrc | --connect_timeout_secs | --digest_function | --failure_detail_out | --host_jvm_args | --host_jvm_profile | \
        --install_base | --install_md5 | --invocation_policy | --io_nice_level | --local_startup_timeout_secs | --macos_qos_class | \
        --max_idle_secs | --output_base | --output_user_root | --server_javabase | --server_jvm_out)
        (($# > 1)) || return 1
        shift
        run_index=$((run_index + 1))
        ;;
      -*) ;;
      *) return 1 ;;
    esac
    shift
    run_index=$((run_index + 1))
  done
  return 1
}

# start_run has Bazel write the script that it would start, arguments included, and becomes that script.
start_run() {
  local script=$cache/run.$$
  trap 'rm -f -- "$script"' EXIT
  "${command[@]}" "${@:1:run_index}" run "--script_path=$script" "${@:run_index + 2}" || exit
  [[ -f $script ]] || exit 0 # `run --help`, for one.
  exec bash -c 'script=$(<"$1") && rm -f -- "$1" && set -- && eval "$script"' bash "$script"
}
