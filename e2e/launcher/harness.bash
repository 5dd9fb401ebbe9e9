# What the cases share: a project and a workspace of their own, programs that only pretend, and checks.
# shellcheck disable=SC2154 # work, here and checkout are run's.

passed=0 failed=0
as=()            # prefix of commands that an ordinary user runs
case_name=''     # the case under way
faults=()        # what is wrong with it
project=$work/project
workspace=$work/workspace
fakes=$work/fakes
bare=$work/bare
started=$work/started

prepare() {
  mkdir -p "$project" "$workspace" "$fakes" "$bare" "$work/home"
  cp -R "$checkout/tools/bazel" "$checkout/tools/launcher" "$checkout/MODULE.bazel" "$checkout/.bazelversion" "$work/"
  mkdir -p "$project/tools"
  mv "$work/bazel" "$work/launcher" "$project/tools/"
  mv "$work/MODULE.bazel" "$work/.bazelversion" "$project/"
  # The versions that the cases are about are the tests' own.
  sed -i 's/^ *bazel_compatibility = .*/    bazel_compatibility = [">=7.1.0", "<11.0.0", "-9.0.0"],/' "$project/MODULE.bazel"
  # The substitutes stand in for what rules_go brings along, so a workspace of theirs has to name it.
  grep -F 'bazel_dep(name = "rules_go"' "$project/MODULE.bazel" | sed 's/, dev_dependency = IS_RELEASE//' >"$workspace/MODULE.bazel"
  cat >"$workspace/BUILD.bazel" <<'BUILD'
genrule(name = "hello", outs = ["hello.txt"], cmd = "echo hello > $@")
sh_binary(name = "show", srcs = ["show.sh"], args = ["fixed"])
BUILD
  cat >"$workspace/show.sh" <<'SHOW'
#!/bin/bash
printf '[%s]' "$@"
echo " usr=$(stat -c %d:%i /usr) from=$BUILD_WORKING_DIRECTORY"
exit 7
SHOW
  chmod +x "$workspace/show.sh"
  # A machine without Bazel, Bazelisk, Go and bubblewrap, whatever this one has.
  ln -s /usr/bin/* /usr/sbin/* "$bare/" 2>/dev/null
  rm -f "$bare"/{bazel,bazelisk,go,gofmt,bwrap}
  if [[ $(id -u) == 0 ]] && setpriv --reuid=65534 --regid=65534 --clear-groups unshare --user true 2>/dev/null; then
    as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chown -R 65534:65534 "$work"
  fi
  chmod 755 "$work"
}

clean() {
  if [[ -d $work/cache ]]; then
    call_user shutdown
  fi
  if [[ -n ${LAUNCHER_TEST_KEEP:-} ]]; then
    echo "left: $work"
    return
  fi
  chmod -R u+w "$work" 2>/dev/null
  rm -rf "$work"
}

# fake NAME VERSION SERVES makes a program on $fakes that says it is a Bazel, notes how it was started, and exits with 7;
# SERVES is the exit code of `query`, by which the launcher finds out whether the registry can be reached.
fake() {
  cat >"$fakes/$1" <<FAKE
#!/bin/bash
echo "$1 \$*" >>"$started"
case "\$*" in
  --version) [[ -n "$2" ]] && echo "bazel $2" || exit 1 ;;
  *query*) exit $3 ;;
  *) echo "wrapper=\${BAZELISK_SKIP_WRAPPER:-}"; printf '[%s]' "\$@"; exit 7 ;;
esac
FAKE
  chmod +x "$fakes/$1"
}

# call [NAME=VALUE...] -- ARGUMENT... runs the launcher in $in (by default the workspace) with a cache of its own;
# standard output, standard error and exit code are in $work/out, $work/err and $status.
call() {
  local vars=()
  while [[ $1 != -- ]]; do
    vars+=("$1")
    shift
  done
  shift
  (
    cd "${in:-$workspace}" &&
      env -u BAZEL_REAL -u USE_BAZEL_VERSION -u PYTORCH_DIST_DIR -u PYTORCH_MANIFEST_MODULES \
        HOME="$work/home" XDG_CACHE_HOME="$work/quick" PATH="$fakes:$bare" "${vars[@]}" "$project/tools/bazel" "$@"
  ) >"$work/out" 2>"$work/err" </dev/null
  status=$?
}

# call_user ARGUMENT... runs it as the ordinary user, with the cache that the whole set-up filled.
call_user() {
  (cd "${in:-$workspace}" && user_command "$@") >"$work/out" 2>"$work/err" </dev/null
  status=$?
}

user_command() {
  "${as[@]}" env -u BAZEL_REAL -u USE_BAZEL_VERSION -u PYTORCH_MANIFEST_MODULES -u GOROOT -u GOENV -u GOMODCACHE \
    HOME="$work/home" XDG_CACHE_HOME="$work/cache" PATH="$bare" "${user_vars[@]}" "$project/tools/bazel" "$@"
}
user_vars=(LC_ALL=C)

# begin NAME, then checks, then end: one case.
begin() {
  case_name=$1
  faults=()
  rm -f "$started"
}

end() {
  if ((${#faults[@]} == 0)); then
    passed=$((passed + 1))
    echo "PASS $case_name"
    return
  fi
  failed=$((failed + 1))
  echo "FAIL $case_name"
  printf '     %s\n' "${faults[@]}"
  [[ ! -s $work/err ]] || sed 's/^/     stderr: /' "$work/err" | tail -n 12
}

fault() { faults+=("$*"); }

want_status() { [[ $status == "$1" ]] || fault "exit code: got $status, want $1"; }
want_out() { grep -qE -- "$1" "$work/out" || fault "stdout: got $(head -c 300 "$work/out"), want $1"; }
want_err() { grep -qE -- "$1" "$work/err" || fault "stderr: want $1"; }
want_no_err() { ! grep -qE -- "$1" "$work/err" || fault "stderr: want none of $1"; }
want_started() { grep -qE -- "$1" "$started" || fault "programs started: want $1"; }
want_not_started() { [[ ! -e $started ]] || ! grep -qE -- "$1" "$started" || fault "programs started: want none of $1"; }

# want_death PATTERN: the launcher ended with one line that matches, said nothing that is not its own, and left no
# half of a set-up.
want_death() {
  want_status 36
  tail -n 1 "$work/err" | grep -qE -- "^tools/bazel: .*$1" || fault "last line of stderr: want $1"
  ! grep -qv '^tools/bazel: ' "$work/err" || fault "stderr: lines that are not the launcher's"
  want_nothing_left "${2:-$work/quick}"
}

want_nothing_left() {
  local left
  left=$(find "$1" -maxdepth 2 \( -name aside -o -name '*.new' -o -name 'run.*' \) -print -quit 2>/dev/null)
  [[ -z $left ]] || fault "left in the cache: $left"
}
