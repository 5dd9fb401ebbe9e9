#!/usr/bin/env bash
# Prints the facts of git and CI that a wheel manifest is stamped with, one
# "KEY VALUE" a line, for Bazel's --workspace_status_command and for
# `wheelmanifest generate --stable-status FILE`.
#
# Copy this file into your own workspace and name it in .bazelrc:
#
#     build:release --stamp --workspace_status_command=tools/workspace_status.sh
#
# What it reads, all of it from the environment and from git:
#
#   PYTORCH_MANIFEST_SOURCES  "pytorch=src/pytorch;triton=../triton": a name and
#       the root of its git checkout each. A name is [a-z][a-z0-9_]* and does not
#       end in _upstream. Relative folders start at the workspace, which is the
#       folder this runs in. A folder may hold spaces and "=", but no ";".
#   PYTORCH_MANIFEST_THEROCK  the root of TheRock's checkout; without it the
#       workspace, which may also be a folder that the commit of an enclosing
#       checkout holds, and which may have no origin.
#   GITHUB_SHA, GITHUB_REF    the ref, where that commit is the checkout's HEAD.
#   GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB, GITHUB_SERVER_URL,
#       GITHUB_REPOSITORY     the CI run, where GITHUB_ACTIONS is "true".
#   BUILD_STARTED_AT          "2026-01-31T12:00:00Z" or seconds since 1970;
#   SOURCE_DATE_EPOCH         seconds since 1970, where the former is not set.
#
# What it writes; an empty value means that there is nothing to say:
#
#   STABLE_SOURCE_<NAME>_COMMIT           HEAD, in full
#   STABLE_SOURCE_<NAME>_UPSTREAM_COMMIT  the commit of tag THEROCK_UPSTREAM_DIFFBASE
#   STABLE_SOURCE_<NAME>_COMMIT_TIME      the committer's date, RFC 3339 in UTC
#   STABLE_SOURCE_<NAME>_DESCRIBE         git describe --tags --always, twelve digits,
#                                         without tag THEROCK_UPSTREAM_DIFFBASE
#   STABLE_SOURCE_<NAME>_REMOTE           origin as the checkout names it (no insteadOf)
#   STABLE_SOURCE_<NAME>_BRANCH           empty where HEAD is detached
#   STABLE_SOURCE_<NAME>_DIRTY            true or false
#   STABLE_SOURCE_<NAME>_DIR              relative to the workspace, or the last
#                                         element of the path outside it
#   STABLE_THEROCK_{REPO,COMMIT,COMMIT_TIME,REF,DIRTY}
#                                         REF is of the form refs/heads/main
#   STABLE_CI_{RUN_ID,RUN_ATTEMPT,JOB_ID,RUN_URL}
#   STABLE_BUILD_STARTED_AT               RFC 3339 in UTC, never the clock
#
# Dirty is every difference of a tracked file from HEAD, staged or not, its mode
# included, here and in submodules, and a submodule at another commit. Untracked
# files do not count, as in `git describe --dirty`: build folders are full of them.
#
# Only https, ssh and scp-like origins are written (host:path; one letter before
# the colon is a drive). The login git@ stays; any other user name, password or
# token, and a query, is taken off. Anything else gives an empty value and a
# warning. No line on stderr shows such an address.
#
# Needs git 2.15 or newer and bash 3.2 or newer.
#
# Nothing is written unless everything could be read: all faults are listed on
# stderr with git's own words, and the exit code is 1.
set -euo pipefail

export LC_ALL=C TZ=UTC0
unset CDPATH
# A hook or wrapper that calls this has GIT_DIR and the like set, which would
# lead every call below to another repository.
for name in ${!GIT_@}; do
  case $name in
    GIT_CONFIG_* | GIT_EXEC_PATH) ;; # carries the user's safe.directory
    *) unset "$name" ;;
  esac
done
export GIT_OPTIONAL_LOCKS=0 GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1 GIT_TERMINAL_PROMPT=0

diffbase=refs/tags/THEROCK_UPSTREAM_DIFFBASE
faults=0
status=''

say() { # LEVEL WHO TEXT
  clean "$3"
  printf 'workspace_status: %s: %s: %s\n' "$1" "$2" "$cleaned" >&2
}
fault() { # WHO TEXT
  faults=$((faults + 1))
  say error "$1" "$2"
}

# clean TEXT sets cleaned: foreign text fit for a line of a log. Everything that
# could be a user name or a token is cut, and control and bidirectional
# characters become "?".
clean() {
  local text=$1 changed
  case $text in
    *@* | *://*)
      changed=$(printf '%s\n' "$text" | tr '\n' ' ' | sed -E \
        -e 's#://.*@#://#' \
        -e 's#(://[^ ?]*)\?[^ ]*#\1#g' \
        -e 's#[^ ]*@([A-Za-z0-9._-]+:[^ ])#\1#g') && text=${changed% }
      ;;
  esac
  text=${text//[[:cntrl:]]/?}
  text=${text//$'\xc2'[$'\x80'-$'\x9f']/?}
  text=${text//$'\xd8\x9c'/?}
  text=${text//$'\xe2\x80'[$'\x8b'-$'\x8f'$'\xa8'-$'\xae']/?}
  text=${text//$'\xe2\x81'[$'\xa0'-$'\xaf']/?}
  cleaned=$text
}

# words LEVEL WHO passes git's own words on, each line under a prefix of ours.
words() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    [[ -z $line ]] || say "$1" "$2" "git: $line"
  done <"$tmp/err"
}

# ask DIR ARGUMENT... runs git there. Its standard output is in $tmp/out and is
# the only thing that ever becomes a value. Programs that a checkout's own
# configuration names for speed are not started.
ask() {
  local dir=$1
  shift
  "$git" --no-pager -c core.fsmonitor=false -c core.hooksPath=/dev/null -c log.showSignature=false \
    -C "$dir" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
}
answer() { # sets reply to the first line of the answer
  reply=''
  IFS= read -r reply <"$tmp/out" || [[ -n $reply ]] || reply=''
}
# need WHO WHAT REMEDY DIR ARGUMENT... asks for what must be there.
need() {
  local who=$1 what=$2 remedy=$3 code=0
  shift 3
  ask "$@" || code=$?
  if ((code != 0)); then
    if grep -q -e 'dubious ownership' -e 'unsafe repository' "$tmp/err"; then
      remedy='own the checkout, or let git trust it by the command that git names'
    fi
    fault "$who" "cannot read $what of $1 (git $2 gave exit code $code)"
    words error "$who"
    say error "$who" "remedy: $remedy"
    return 1
  fi
  words warning "$who"
  answer
}

# checkout WHO DIR KIND sets commit, upstream, commit_time, describe, remote,
# head (refs/heads/... or empty) and dirty; KIND is configured or default.
checkout() {
  local who=$1 dir=$2 kind=$3 code=0 inside='' up='' root set_it
  commit='' upstream='' commit_time='' describe='' remote='' head='' dirty=''
  local mend='mend the checkout, or clone it anew'
  set_it="set $4 to the root of a git checkout (relative folders start at the workspace)"

  need "$who" 'the checkout' "$set_it" "$dir" rev-parse --is-inside-work-tree --show-cdup || return 0
  { IFS= read -r inside && IFS= read -r up; } <"$tmp/out" || up=''
  if [[ $inside != true ]]; then
    fault "$who" "$dir is no work tree of a git checkout (a bare repository, or git's own folder)"
    say error "$who" "remedy: $set_it"
    return 0
  fi
  if [[ -n $up ]]; then
    # git walks up to any folder that has a .git, so an unpacked archive inside
    # another checkout would be given that checkout's commit.
    if [[ $kind != default ]] || ! ask "$dir" rev-parse --quiet --verify 'HEAD:./'; then
      root=${up%/}
      fault "$who" "$dir is no checkout itself: it lies inside the checkout at $root above it"
      say error "$who" "remedy: $set_it"
      return 0
    fi
  fi

  if need "$who" 'the commit' 'make a commit, or check one out' "$dir" \
    log -1 -s --no-decorate --no-color --date=format-local:%Y-%m-%dT%H:%M:%SZ --format='%H %cd'; then
    commit=${reply%% *} commit_time=${reply#* }
    if ! [[ $commit =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]]; then
      fault "$who" "git log gave no full commit for HEAD of $dir"
      commit=''
    fi
  fi
  if ask "$dir" symbolic-ref --quiet HEAD; then
    words warning "$who"
    answer
    head=$reply
  elif [[ -s $tmp/err ]]; then # detached is exit code 1 without a word
    fault "$who" "cannot read HEAD of $dir"
    words error "$who"
    say error "$who" "remedy: $mend"
  fi
  if [[ -n $commit ]]; then
    if need "$who" 'the description' "$mend" "$dir" \
      describe --tags --always --abbrev=12 --exclude "${diffbase#refs/tags/}" "$commit"; then
      describe=$reply
    fi
    if need "$who" 'the tags' "$mend" "$dir" \
      for-each-ref --format='%(refname)' "$diffbase" && [[ $reply == "$diffbase" ]]; then
      if need "$who" "the commit of tag ${diffbase#refs/tags/}" 'let the tag name a commit' "$dir" \
        rev-parse --verify "$diffbase^{commit}"; then
        upstream=$reply
      fi
    fi
    if need "$who" 'the state' "$mend" "$dir" \
      status --porcelain=v1 --untracked-files=no --ignore-submodules=untracked --no-renames; then
      dirty=false
      [[ ! -s $tmp/out ]] || dirty=true
    fi
  fi

  ask "$dir" config -z --get-all remote.origin.url || code=$?
  if ((code == 0)); then
    words warning "$who"
    IFS= read -r -d '' reply <"$tmp/out" || reply=''
    public "$reply" || say warning "$who" 'the origin is no https, ssh or scp-like address that can be made public: it stays empty'
  elif ((code != 1)) || [[ -s $tmp/err ]]; then
    fault "$who" "cannot read the origin of $dir (git config gave exit code $code)"
    words error "$who"
    say error "$who" "remedy: $mend"
  elif [[ $kind == default ]]; then
    say warning "$who" 'the workspace has no remote named origin: the address stays empty'
  else
    fault "$who" "$dir has no origin"
    ask "$dir" remote get-url origin || : # for git's own words
    words error "$who"
    say error "$who" 'remedy: git remote add origin URL'
  fi
}

# public URL sets remote to what may be published of it: empty, with a failure,
# where that is nothing. An "@" behind the host is the rest of a token that was
# not percent-encoded, so such an address is nothing too.
public() {
  local url=$1 scheme='' login='' host path
  local name='[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?' v6='\[[0-9A-Fa-f:.]+\]'
  local chars="^[]A-Za-z0-9._~!\$&'()*+,;=:%/-]+$"
  remote=''
  case $url in
    [hH][tT][tT][pP][sS]://*) scheme=https:// ;;
    [sS][sS][hH]://*) scheme=ssh:// ;;
    *://*) return 1 ;;
  esac
  if [[ -n $scheme ]]; then
    url=${url#*://}
    host=${url%%[/?#]*}
    path=${url#"$host"}
    [[ $path == /* ]] || return 1
    [[ $host =~ ^(.*@)?(($name|$v6)(:[0-9]{1,5})?)$ ]] || return 1
  else
    host=${url%%:*} path=${url#*:}
    [[ $url == *:* && $path != :* ]] || return 1
    [[ $host =~ ^([^/]*@)?($name)$ && ${#BASH_REMATCH[2]} -gt 1 ]] || return 1
  fi
  login=${BASH_REMATCH[1]} host=${BASH_REMATCH[2]}
  case $login in
    git@ | git:*) login=git@ ;;
    *) login='' ;;
  esac
  [[ $path != *@* ]] || return 1
  path=${path%%[?#]*}
  [[ $path != / && $path =~ $chars ]] || return 1
  if [[ -n $scheme ]]; then remote=$scheme$login$host$path; else remote=$login$host:$path; fi
}

# relative DIR sets reply to its name in the document.
relative() {
  local logical physical workspace
  logical=$(cd -L -- "$1" && pwd -L) || return 1
  physical=$(cd -P -- "$1" && pwd -P) || return 1
  workspace=$(pwd -P)
  case $logical/ in "${PWD%/}"/*) reply=${logical#"${PWD%/}"} && reply=${reply#/} && reply=${reply:-.} && return ;; esac
  case $physical/ in "${workspace%/}"/*) reply=${physical#"${workspace%/}"} && reply=${reply#/} && reply=${reply:-.} && return ;; esac
  reply=${logical##*/}
}

put() { # KEY VALUE
  if [[ $2 == *[[:cntrl:]]* || $2 == ' '* || $2 == *' ' ]]; then
    fault "$1" 'the value has a control character in it or a space at an end, which a status file cannot carry'
  fi
  status+="$1 $2"$'\n'
}

anchored() { # PATH sets reply to the same folder, in a form no tool takes for an option
  reply=$1
  [[ $1 != -* ]] || reply=./$1
}

# utc VARIABLE VALUE sets reply to the time as RFC 3339 in UTC. The calendar is
# worked out here because date(1) differs from system to system.
utc() {
  local days rest era doe yoe doy mp year month day last
  if [[ $1 != SOURCE_DATE_EPOCH && $2 =~ ^([0-9]{4})-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$ ]]; then
    year=$((10#${BASH_REMATCH[1]})) month=${BASH_REMATCH[2]} day=$((10#${BASH_REMATCH[3]})) last=31
    case $month in
      04 | 06 | 09 | 11) last=30 ;;
      02)
        last=28
        if ((year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))); then last=29; fi
        ;;
    esac
    if ((day >= 1 && day <= last)); then
      reply=$2
      return 0
    fi
  elif [[ $2 =~ ^(0|[1-9][0-9]{0,11})$ ]] && (($2 <= 253402300799)); then
    days=$(($2 / 86400 + 719468)) rest=$(($2 % 86400))
    era=$((days / 146097)) doe=$((days % 146097))
    yoe=$(((doe - doe / 1460 + doe / 36524 - doe / 146096) / 365))
    doy=$((doe - (365 * yoe + yoe / 4 - yoe / 100)))
    mp=$(((5 * doy + 2) / 153))
    day=$((doy - (153 * mp + 2) / 5 + 1)) month=$((mp < 10 ? mp + 3 : mp - 9))
    year=$((yoe + era * 400 + (month <= 2 ? 1 : 0)))
    printf -v reply '%04d-%02d-%02dT%02d:%02d:%02dZ' "$year" "$month" "$day" \
      $((rest / 3600)) $((rest % 3600 / 60)) $((rest % 60))
    return 0
  fi
  local wanted='seconds since 1970 in decimal digits'
  [[ $1 == SOURCE_DATE_EPOCH ]] || wanted="a time in UTC as 2026-01-31T12:00:00Z, or $wanted"
  fault "$1" "got \"$2\", want $wanted"
  return 1
}

sources() {
  local rest=$1 member name dir key seen=' ' n=0
  [[ -n $rest ]] || return 0
  rest+=';'
  while [[ -n $rest ]]; do
    member=${rest%%;*} rest=${rest#*;} n=$((n + 1))
    name=${member%%=*} dir=${member#*=}
    if [[ $member != *=* || -z $dir ]]; then
      fault PYTORCH_MANIFEST_SOURCES "member $n is \"$member\", want name=folder; members are separated by \";\" and none is empty"
      continue
    fi
    if ! [[ $name =~ ^[a-z][a-z0-9_]*$ ]] || [[ $name == *_upstream ]]; then
      fault PYTORCH_MANIFEST_SOURCES "member $n has the name \"$name\", want [a-z][a-z0-9_]* that does not end in _upstream"
      continue
    fi
    if [[ $seen == *" $name "* ]]; then
      fault PYTORCH_MANIFEST_SOURCES "member $n names $name again, want each source once"
      continue
    fi
    seen+="$name "
    [[ -n $git ]] || continue
    anchored "$dir"
    dir=$reply
    checkout "source $name" "$dir" configured "$name=... in PYTORCH_MANIFEST_SOURCES"
    reply=''
    # An unusable folder has been reported by git already.
    relative "$dir" 2>/dev/null || reply=''
    key=STABLE_SOURCE_$(printf '%s' "$name" | tr '[:lower:]' '[:upper:]')
    put "${key}_COMMIT" "$commit"
    put "${key}_UPSTREAM_COMMIT" "$upstream"
    put "${key}_COMMIT_TIME" "$commit_time"
    put "${key}_DESCRIBE" "$describe"
    put "${key}_REMOTE" "$remote"
    put "${key}_BRANCH" "${head#refs/heads/}"
    put "${key}_DIRTY" "$dirty"
    put "${key}_DIR" "$reply"
  done
}

ci() {
  local url=''
  [[ ${GITHUB_ACTIONS:-} == true ]] || return 0
  if [[ -z ${GITHUB_RUN_ID:-} || -z ${GITHUB_SERVER_URL:-} || -z ${GITHUB_REPOSITORY:-} ]]; then
    say warning CI 'GITHUB_ACTIONS is true, but GITHUB_RUN_ID, GITHUB_SERVER_URL or GITHUB_REPOSITORY is empty: the address of the run stays empty'
  elif ! [[ $GITHUB_SERVER_URL =~ ^https?://[A-Za-z0-9.:_-]+(/[A-Za-z0-9._~/-]*)?$ ]]; then
    fault GITHUB_SERVER_URL 'want https://HOST without a user name'
  else
    url=${GITHUB_SERVER_URL%/}/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
    [[ -z ${GITHUB_RUN_ATTEMPT:-} ]] || url+=/attempts/$GITHUB_RUN_ATTEMPT
  fi
  put STABLE_CI_RUN_ID "${GITHUB_RUN_ID:-}"
  put STABLE_CI_RUN_ATTEMPT "${GITHUB_RUN_ATTEMPT:-}"
  put STABLE_CI_JOB_ID "${GITHUB_JOB:-}"
  put STABLE_CI_RUN_URL "$url"
}

started() {
  reply=''
  if [[ -n ${BUILD_STARTED_AT:-} ]]; then
    utc BUILD_STARTED_AT "$BUILD_STARTED_AT" || reply=''
  elif [[ -n ${SOURCE_DATE_EPOCH:-} ]]; then
    utc SOURCE_DATE_EPOCH "$SOURCE_DATE_EPOCH" || reply=''
  fi
  put STABLE_BUILD_STARTED_AT "$reply"
}

therock() {
  local ref
  [[ -n $git ]] || return 0
  if [[ -n ${PYTORCH_MANIFEST_THEROCK:-} ]]; then
    anchored "$PYTORCH_MANIFEST_THEROCK"
    checkout therock "$reply" configured PYTORCH_MANIFEST_THEROCK
  else
    checkout therock . default PYTORCH_MANIFEST_THEROCK
  fi
  ref=$head
  # Under a reusable workflow GITHUB_SHA and GITHUB_REF are the caller's.
  if [[ -n $commit && ${GITHUB_SHA:-} == "$commit" && -n ${GITHUB_REF:-} ]]; then ref=$GITHUB_REF; fi
  put STABLE_THEROCK_REPO "$remote"
  put STABLE_THEROCK_COMMIT "$commit"
  put STABLE_THEROCK_COMMIT_TIME "$commit_time"
  put STABLE_THEROCK_REF "$ref"
  put STABLE_THEROCK_DIRTY "$dirty"
}

git=$(type -P git) || git=''
[[ -n $git ]] || fault git 'there is no git on PATH; remedy: install git, or put its folder on PATH'
tmp=$(mktemp -d "${TMPDIR:-/tmp}/workspace_status.XXXXXX" 2>/dev/null) || {
  fault TMPDIR 'cannot make a temporary folder; remedy: set TMPDIR to a folder that can be written'
  exit 1
}
trap 'rm -rf -- "$tmp"' EXIT

sources "${PYTORCH_MANIFEST_SOURCES:-}"
ci
started
therock
if ((faults > 0)); then
  say error status "nothing was written because of the faults above ($faults)"
  exit 1
fi
printf '%s' "$status"
