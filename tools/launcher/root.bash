# The private root: Debian's Bazel with the libc, the Java and the programs that it needs, and bubblewrap to enter it.
#
# A root is named by a key of this file: what changes here makes a new one.

# Nothing is "essential" in a root that is only unpacked: what Bazel, its actions and the status command start is named.
root_packages=(
  bazel-bootstrap default-jre-headless
  base-files bash ca-certificates coreutils dash debianutils diffutils file findutils gawk gcc git grep gzip hostname
  libc6-dev procps sed tar unzip util-linux zip
)

# Bazel's package depends on these, and nothing that is built here uses them: 370 MB less to fetch. A C compiler has to
# be there: without one Bazel 7 refuses even sh_binary.
root_without=(build-essential default-jdk-headless libjs-jquery node-core-js node-html5shiv)

# What a set-up needs of the disk at its peak, and what it fetches.
root_peak_mb=1300
root_fetch_mb=250
root_size_mb=750

# bubblewrap_make sets `bwrap`, from PATH or from the machine's own suite, and tries it.
bubblewrap_make() {
  local loader
  bubblewrap_find
  if [[ ! -x $bwrap ]]; then
    debian_host
    say "fetching bubblewrap"
    apt_in host apt-get install --download-only bubblewrap >"$aside/bubblewrap.log" 2>&1 ||
      debian_fail "$aside/bubblewrap.log" "apt cannot fetch bubblewrap" "check the network and /etc/apt, or install bubblewrap"
    debian_unpack "$aside/bubblewrap" "$aside"/host/archives/*.deb >"$aside/bubblewrap.log" 2>&1 ||
      debian_fail "$aside/bubblewrap.log" "bubblewrap cannot be unpacked" "call again"
    # Libraries that the machine lacks came along with it.
    loader=$(compgen -G '/lib*/ld-linux*.so.*' | head -n 1)
    cat >"$aside/bubblewrap/bwrap" <<WRAPPER || die_disk
#!/bin/sh
exec $loader --library-path "\${0%/*}/usr/lib/$HOSTTYPE-linux-gnu" "\${0%/*}/usr/bin/bwrap" "\$@"
WRAPPER
    chmod +x "$aside/bubblewrap/bwrap"
    bwrap=$aside/bubblewrap/bwrap bubblewrap_try
    cache_keep "$aside/bubblewrap" bubblewrap
  fi
  bubblewrap_try
}

# root_make sets `root`, and makes it first where it is not there.
root_make() {
  local name package
  name=root-$(key "$tools/launcher/root.bash")
  root=$cache/$name
  # Before hundreds of megabytes are fetched.
  paths_check
  bubblewrap_make
  if [[ -x $root/usr/bin/bazel ]]; then
    return
  fi
  say "no Bazel that serves: making a private root of Debian $debian_release's packages in $(quoted "$cache"), once"
  disk_want "$root_peak_mb"
  debian_lists
  for package in "${root_without[@]}"; do
    printf 'Package: %s\nStatus: install ok installed\nVersion: 99:1\nArchitecture: all\nMulti-Arch: foreign\nMaintainer: none <none>\nDescription: left out\n\n' "$package"
  done >"$aside/release/status"
  with_progress "fetching packages" "$aside/release/archives" "$root_fetch_mb" "$aside/fetch.log" \
    apt_in release apt-get install --download-only "${root_packages[@]}" ||
    debian_fail "$aside/fetch.log" "apt cannot fetch Bazel's packages" "check the network and /etc/apt, then call again"
  with_progress "unpacking packages" "$aside/root" "$root_size_mb" "$aside/unpack.log" \
    debian_unpack "$aside/root" "$aside"/release/archives/*.deb ||
    debian_fail "$aside/unpack.log" "Bazel's packages cannot be unpacked" "call again"
  root_finish "$aside/root"
  root=$aside/root root_try
  cache_keep "$aside/root" "$name"
}

# root_finish does the little that maintainer scripts would have done, and makes /usr serve without the root's /etc.
root_finish() {
  local usr=$1/usr link
  mkdir -p -- "$usr/local" "$usr/share/etc"
  mv -- "$1"/etc/java-*-openjdk "$usr/share/etc/"
  while IFS= read -r -d '' link; do
    ln -sfn -- "/usr/share$(readlink -- "$link")" "$link"
  done < <(find "$usr/lib/jvm" -type l -lname '/etc/java-*' -print0)
  ln -sf gawk "$usr/bin/awk"
  ln -sf which.debianutils "$usr/bin/which"
  root_certificates "$usr"
  rm -rf -- "$usr"/share/{doc,info,locale,man}
  find "$1" -mindepth 1 -maxdepth 1 ! -name usr -exec rm -rf -- {} +
  disk_check
}

# root_certificates USR makes a bundle for machines that have none, and a store for Java, of the machine's certificates.
root_certificates() {
  local bundle=/etc/ssl/certs/ca-certificates.crt pem=$aside/pem
  mkdir -p -- "$pem" "$1/share/etc/java" "$1/share/etc/ssl/certs" || die_disk
  cat -- "$1"/share/ca-certificates/mozilla/*.crt >"$1/share/etc/ssl/certs/ca-certificates.crt" || die_disk
  [[ -r $bundle ]] || bundle=$1/share/etc/ssl/certs/ca-certificates.crt
  awk -v folder="$pem" '/BEGIN CERTIFICATE/ { n++ } n { print > (folder "/" n ".pem") }' "$bundle"
  ln -sfn -- /usr/share/etc/java/cacerts "$1/lib/jvm/default-java/lib/security/cacerts"
  # The program has the path of its output built in.
  find "$pem" -name '*.pem' -printf '+%p\n' | "$bwrap" --dev-bind / / --ro-bind "$1" /usr --tmpfs /etc --bind "$1/share/etc/java" /etc/ssl/certs/java \
    /usr/lib/jvm/default-java/bin/java -jar /usr/share/ca-certificates-java/ca-certificates-java.jar -storepass changeit >"$aside/java.log" 2>&1 ||
    die "the private root's Java cannot write its certificates ($(last_line "$aside/java.log")): call again, or install Bazelisk"
}

# root_try starts Bazel's client and the Java of the root, and keeps the version.
root_try() {
  local bazel
  bazel_kind=root start_command
  {
    bazel=$("${command[@]}" --version 2>"$aside/try.log") &&
      "${inside[@]}" /usr/lib/jvm/default-java/bin/java -version >>"$aside/try.log" 2>&1
  } ||
    die "the private root does not run ($(last_line "$aside/try.log")): call again, or install Bazelisk"
  bazel_supported "${bazel#bazel }" ||
    die "Debian $debian_release has Bazel ${bazel#bazel }, which this module does not support: install Bazelisk"
  # The second word tells this root from one made again under the same name.
  printf '%s %(%s)T.%s\n' "${bazel#bazel }" -1 "$$" >"$root/version" || die_disk
}
