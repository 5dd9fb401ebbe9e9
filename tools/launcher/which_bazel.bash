# The first question: which Bazel?
#
# which_bazel sets `bazel_kind` (given, bazelisk, path or root) and `bazel_path` (of the program, or of the root).

# on_path NAME prints the first program of that name on PATH that is not this launcher.
on_path() {
  local folder folders
  IFS=: read -r -a folders <<<"${PATH-}"
  for folder in "${folders[@]}"; do
    if [[ -f $folder/$1 && -x $folder/$1 && ! $folder/$1 -ef $tools/bazel ]]; then
      printf '%s\n' "$folder/$1"
      return
    fi
  done
}

# bazel_elsewhere is which_bazel for systems other than Linux: bash 3.2, and no answer is kept.
bazel_elsewhere() {
  bazel_path=${BAZEL_REAL:-}
  [[ -n $bazel_path ]] || bazel_path=$(on_path bazelisk)
  [[ -n $bazel_path ]] || bazel_path=$(on_path bazel)
  [[ -n $bazel_path ]] || die "no bazelisk and no bazel on PATH: install Bazelisk"
  export BAZELISK_SKIP_WRAPPER=true
}

# version_at_least GOT WANT compares dotted numbers.
version_at_least() {
  local i got want
  IFS=. read -r -a got <<<"$1"
  IFS=. read -r -a want <<<"$2"
  for i in 0 1 2; do
    ((10#${got[i]:-0} == 10#${want[i]:-0})) || {
      ((10#${got[i]:-0} > 10#${want[i]:-0}))
      return
    }
  done
}

# bazel_supported VERSION holds a version against MODULE.bazel's bazel_compatibility. Bazel does so too, but not where it
# calls itself a development version.
bazel_supported() {
  local term version=${1%%[^0-9.]*}
  [[ $version =~ ^[0-9]+\.[0-9]+ ]] || return 1
  module_compatibility
  for term in $compatibility; do
    case $term in
      '>='*) version_at_least "$version" "${term#>=}" || return 1 ;;
      '<='*) version_at_least "${term#<=}" "$version" || return 1 ;;
      '>'*) ! version_at_least "${term#>}" "$version" || return 1 ;;
      '<'*) ! version_at_least "$version" "${term#<}" || return 1 ;;
      '-'*) [[ $version != "${term#-}" ]] || return 1 ;;
      *) die "MODULE.bazel: bazel_compatibility has $term, want a term that begins with >=, <=, >, < or -" ;;
    esac
  done
}

# bazel_version PROGRAM prints the version that a program says it is. Bazelisk may fetch a Bazel first.
bazel_version() {
  BAZELISK_SKIP_WRAPPER=true timeout 300 "$1" --version 2>/dev/null </dev/null | sed -n 's/^bazel //p' | head -n 1
}

which_bazel() {
  local name question program version wanted
  wanted=${USE_BAZEL_VERSION:-}
  [[ -n $wanted || ! -f $workspace/.bazelversion ]] || read -r wanted <"$workspace/.bazelversion" || true
  if [[ -z $wanted ]]; then
    # A module beside this one need not have a .bazelversion of its own.
    read -r wanted <"$project/.bazelversion" || true
    export USE_BAZEL_VERSION=$wanted
  fi
  if [[ -n ${BAZEL_REAL:-} ]]; then
    [[ -x $BAZEL_REAL ]] || die "BAZEL_REAL is $(quoted "$BAZEL_REAL"), which cannot be run: unset it, or name a Bazel"
    bazel_kind=given bazel_path=$BAZEL_REAL
    return
  fi

  # Checkouts with other launchers have answers of their own.
  name=bazel.$(key "$tools/launcher/root.bash" "$project/MODULE.bazel")
  question="$wanted $(program_stamp bazelisk) $(program_stamp bazel)"
  ! bazel_known "$name" "$question" || return 0
  cache_lock
  ! bazel_known "$name" "$question" || return 0 # Another call was faster.
  module_compatibility
  bazel_kind=''
  program=$(on_path bazelisk)
  if [[ -n $program ]]; then
    say "asking $program for Bazel $wanted"
    version=$(bazel_version "$program") || version=''
    if bazel_supported "$version"; then
      bazel_kind=bazelisk bazel_path=$program
    else
      say "$program cannot serve Bazel $wanted here (got ${version:-no version}, want $compatibility)"
    fi
  fi
  program=$(on_path bazel)
  if [[ -z $bazel_kind && -n $program ]]; then
    version=$(bazel_version "$program") || version=''
    if bazel_supported "$version"; then
      bazel_kind=path bazel_path=$program
    else
      say "$program is of a version that this module does not support (got ${version:-no version}, want $compatibility)"
    fi
  fi
  if [[ -z $bazel_kind ]]; then
    # shellcheck source=tools/launcher/apt.bash
    . "$tools/launcher/apt.bash"
    # shellcheck source=tools/launcher/root.bash
    . "$tools/launcher/root.bash"
    root_make
    bazel_kind=root bazel_path=$root
    read -r version _ <"$root/version"
  fi
  case $bazel_kind in
    root) say "Bazel $version: a private root of Debian's packages, $(quoted "$bazel_path")" ;;
    *) say "Bazel $version: $(quoted "$bazel_path")" ;;
  esac
  answer_write "$name" "$question" "$bazel_kind" "$bazel_path"
}

# bazel_known NAME QUESTION takes an answer of an earlier call, if what it names is still there.
bazel_known() {
  answer_read "$1" "$2" || return 1
  bazel_kind=${answer[0]} bazel_path=${answer[1]}
  case $bazel_kind in
    root) [[ -x $bazel_path/usr/bin/bazel ]] ;;
    *) [[ -x $bazel_path ]] ;;
  esac
}

# program_stamp NAME prints path and time of a program on PATH: another one is another question.
program_stamp() {
  local program
  program=$(on_path "$1")
  [[ -z $program ]] || stat -L -c '%n@%Y' -- "$program"
}
