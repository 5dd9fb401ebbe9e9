# Debian as a source of programs: apt, with folders of its own, so that it needs no root and leaves the machine alone.
#
# The mirrors and their proxies are those of the machine's own configuration; apt checks the signatures.

# The release that has a Bazel with MODULE.bazel. Its libc is newer than that of stable machines, so what is taken from
# it stays in folders of its own.
debian_release=forky

# debian_fail LOG WHAT REMEDY ends a set-up that apt or dpkg-deb could not do.
debian_fail() {
  local why
  ! grep -qiE 'no space left|enough free space' "$1" || die_disk
  disk_check
  why=$(last_line "$1" '^E: |^W: Failed|dpkg-deb: error')
  die "$2${why:+ (${why})}: $3"
}

# apt_folder NAME SOURCES... makes an apt of its own in $aside/NAME; the rest are lines of its configuration.
apt_folder() {
  local folder=$aside/$1
  shift
  { mkdir -p -- "$folder/lists/partial" "$folder/archives/partial" && : >"$folder/status"; } || die_disk
  {
    # What the machine says of its network and its sources counts; nothing else is read.
    apt-config dump | grep -E '^(Acquire|APT::Architecture|Dir::Etc)'
    cat <<CONFIG
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::State::lists "$folder/lists";
Dir::Cache "$folder";
Dir::Cache::archives "$folder/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Debug::NoLocking "true";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
CONFIG
    printf '%s\n' "$@"
  } >"$folder/apt.conf" || die_disk
}

# apt_in NAME COMMAND... runs an apt command on such a folder.
apt_in() {
  local folder=$aside/$1
  shift
  APT_CONFIG=$folder/apt.conf LC_ALL=C "$@"
}

# debian_host reads the lists of the machine's own suites, once a call.
debian_host() {
  [[ ! -d $aside/host ]] || return 0
  local tool
  for tool in apt-get apt-config dpkg-deb dpkg; do
    type -P "$tool" >/dev/null ||
      die "no $tool: without Bazelisk, Bazel and an apt of Debian this machine cannot be set up: install Bazelisk"
  done
  say "reading the package lists of this machine's suites"
  apt_folder host
  # apt calls an update that fetched nothing a success.
  { apt_in host apt-get update >"$aside/host.log" 2>&1 && compgen -G "$aside/host/lists/*_Packages*" >/dev/null; } ||
    debian_fail "$aside/host.log" "apt cannot read the lists of this machine's suites" "check the network and /etc/apt, then call again"
}

# debian_lists reads the lists of the release from the first of the machine's mirrors that has it, once a call.
debian_lists() {
  [[ ! -d $aside/release ]] || return 0
  debian_host
  local mirrors mirror keyring signed=
  # shellcheck disable=SC2016 # A placeholder of apt's.
  mapfile -t mirrors < <(apt_in host apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 2>>"$aside/host.log" | awk '!seen[$0]++')
  ((${#mirrors[@]} > 0)) ||
    debian_fail "$aside/host.log" "apt knows no mirror of Debian that it can reach" "check the network and /etc/apt, or install Bazelisk"
  for keyring in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
    [[ ! -r $keyring ]] || signed=" signed-by=$keyring"
  done
  for mirror in "${mirrors[@]}"; do
    apt_folder release \
      "Dir::Etc::sourcelist \"$aside/release/sources.list\";" \
      'Dir::Etc::sourceparts "/dev/null";' \
      'Dir::Etc::preferences "/dev/null";' \
      'Dir::Etc::preferencesparts "/dev/null";' \
      "Dir::State::status \"$aside/release/status\";" \
      'Acquire::Check-Valid-Until "false";' # A mirror may be a stored copy.
    printf 'deb [arch=%s%s] %s %s main\n' "$(dpkg --print-architecture)" "$signed" "$mirror" "$debian_release" >"$aside/release/sources.list"
    if apt_in release apt-get update >"$aside/release.log" 2>&1 && apt_in release apt-cache show bazel-bootstrap >/dev/null 2>&1; then
      return
    fi
    rm -rf -- "$aside/release"
  done
  debian_fail "$aside/release.log" "none of this machine's Debian mirrors serves $debian_release with bazel-bootstrap" "check the network and /etc/apt, or install Bazelisk"
}

# debian_unpack FOLDER DEB... unpacks as many at once as there are processors.
debian_unpack() {
  local folder=$1
  shift
  mkdir -p -- "$folder"
  # shellcheck disable=SC2016 # For the inner shell.
  printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" sh -c 'dpkg-deb -x "$1" "$0"' "$folder"
}
