# What the launcher tells its user, on stderr, one line each.

say() {
  printf 'tools/bazel: %s\n' "$*" >&2
}

# die MESSAGE ends the launcher. The message says what was wanted, what was found, and the remedy.
die() {
  say "$*"
  exit 36
}

# last_line FILE [PATTERN] prints the last line of a log, or the last that matches: text of others, so printable only.
last_line() {
  { grep -E -- "${2:-.}" "$1" || true; } | tail -n 1 | tr -cd '[:print:]' | cut -c -300
}

# with_progress LABEL FOLDER TOTAL_MB LOG COMMAND... runs the command, its output going to LOG, and says every ten
# seconds how large FOLDER has grown.
with_progress() {
  local label=$1 folder=$2 total=$3 log=$4 ticks=0 size status=0
  shift 4
  say "$label ($total MB)"
  # In a process group of its own, so that cache_unlock can end it whole.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  background=$!
  set +m
  while kill -0 "$background" 2>/dev/null; do
    sleep 0.2
    ticks=$((ticks + 1))
    if ((ticks % 50 == 0)); then
      size=$(du -sm -- "$folder" 2>/dev/null | cut -f 1) || true
      say "$label: ${size:-0} of $total MB"
    fi
  done
  wait "$background" 2>/dev/null || status=$?
  background=
  return "$status"
}
