# The launcher's cache: finished folders named NAME-KEY, the answers, a lock, and `aside`, where a set-up is under way.
#
# A set-up works in `aside` under the lock and renames what is finished into place. What an interrupted one left there
# is removed by the next. Programs that it started hold the lock too, should the launcher itself be killed.

background=
cache_locked=

# cache_open sets `cache`.
cache_open() {
  local base=${XDG_CACHE_HOME:-}
  # A relative XDG_CACHE_HOME is to be ignored, by the XDG specification.
  if [[ $base != /* ]]; then
    base=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}/.cache
  fi
  cache=$base/rules_pytorch_manifest
  { mkdir -p -- "$cache" 2>/dev/null && [[ -w $cache ]]; } ||
    die "cannot write the cache folder $(quoted "$cache"): set XDG_CACHE_HOME to a folder that you can write"
  cache=$(cd -- "$cache" && pwd -P)
  case $cache/ in
    # Bazel's sandbox gives actions a /tmp of their own, and the private root a /usr of its own.
    /tmp/* | /usr/*) die "the cache folder $(quoted "$cache") lies under /tmp or /usr, which builds do not see: set XDG_CACHE_HOME to a folder elsewhere" ;;
  esac
}

# quoted PATH prints a path so that a terminal takes no harm and a shell takes it back.
quoted() {
  local LC_ALL=C
  printf '%q' "$1"
}

# cache_lock waits for the lock and empties `aside`.
cache_lock() {
  [[ -z $cache_locked ]] || return 0
  exec 9>"$cache/lock" || die "cannot write $(quoted "$cache/lock"): is the disk full, or the folder another user's?"
  if ! flock --nonblock 9; then
    say "another call is setting up in $(quoted "$cache"); waiting for it"
    flock 9
  fi
  cache_locked=yes
  aside=$cache/aside
  rm -rf -- "$aside"
  trap cache_unlock EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  mkdir -- "$aside" 2>/dev/null || die_disk
}

# cache_unlock ends a set-up, whether it succeeded or not.
cache_unlock() {
  [[ -n $cache_locked ]] || return 0
  if [[ -n $background ]]; then
    kill -- "-$background" 2>/dev/null || true
    wait "$background" 2>/dev/null || true
  fi
  rm -rf -- "$aside"
  exec 9>&-
  cache_locked=
  trap - EXIT INT TERM HUP
}

# cache_keep FOLDER NAME renames a finished folder of `aside` into place, and removes those that no call used for a month.
cache_keep() {
  local used
  rm -rf -- "${cache:?}/$2"
  mv -- "$1" "$cache/$2" || die_disk
  while IFS= read -r -d '' used; do
    rm -rf -- "$(dirname -- "$used")"
  done < <(find "$cache" -mindepth 2 -maxdepth 2 -name used -mtime +30 -print0)
}

# cache_use FOLDER notes that a call used a folder.
cache_use() {
  { : >"$1/used"; } 2>/dev/null || true # A full disk is no reason to stop here.
}

# answer_write NAME LINE... keeps an answer; the first line is the question's key.
answer_write() {
  local name=$1
  shift
  { printf '%s\n' "$@" >"$cache/$name.new" && mv -- "$cache/$name.new" "$cache/$name"; } 2>/dev/null || die_disk
}

# answer_read NAME KEY fills the array `answer` with the lines after the key; false where there is no such answer.
answer_read() {
  answer=()
  [[ -f $cache/$1 ]] || return 1
  mapfile -t answer <"$cache/$1"
  [[ ${answer[0]-} == "$2" ]] || return 1
  answer=("${answer[@]:1}")
}

# key [FILE...] prints a short key of the contents of files, or of standard input.
key() {
  cat -- "$@" | sha256sum | cut -c -16
}

disk_free_mb() {
  df -Pm -- "$cache" | awk 'NR == 2 { print $4 }'
}

# disk_want MB fails early, and disk_check late, when others use the disk too.
disk_want() {
  local free
  free=$(disk_free_mb)
  ((free >= $1)) || die "disk full: $(quoted "$cache") has $free MB free and the set-up needs $1 MB: free some, or set XDG_CACHE_HOME to a folder on another disk"
}

disk_check() {
  local free
  free=$(disk_free_mb)
  ((free >= 16)) || die_disk
}

die_disk() {
  die "disk full: cannot write in $(quoted "$cache"), which has $(disk_free_mb) MB free: free some, or set XDG_CACHE_HOME to a folder on another disk"
}
