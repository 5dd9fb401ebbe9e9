# Go modules as a source of Bazel modules: the whole trees of rules_go and Gazelle are in theirs.
#
# Versions are in go.mod beside this file, digests in go.sum; the Go SDK's are in MODULE.bazel. The module proxy is that
# of the machine's Go.

# modules_go FOLDER puts rules_go, gazelle and, in distdir, the Go SDK into the folder.
modules_go() {
  local folder=$1 gocache=$aside/gocache gazelle_v2 module version
  declare -A versions
  while read -r module version; do
    versions[$module]=$version
  done < <(sed -n 's/^\t\([^ ]*\) \(v[^ ]*\)$/\1 \2/p' "$tools/launcher/go.mod")
  # A module of its own, so that go.sum counts, and a copy, so that the checkout stays as it is.
  { mkdir -p -- "$aside/gomod" "$folder/distdir" && cp -- "$tools"/launcher/go.{mod,sum} "$aside/gomod/"; } || die_disk

  go_find
  say "fetching the Go SDK ${sdk#*-go}"
  go_download "golang.org/toolchain@$sdk"
  mv -- "$gocache/cache/download/golang.org/toolchain/@v/$sdk.zip" "$folder/distdir/" || die_disk
  [[ $(sha256sum <"$folder/distdir/$sdk.zip") == "$sdk_sha256  -" ]] ||
    die "the Go SDK that the module proxy served has another sha256 than MODULE.bazel ($sdk_sha256): check GOPROXY, then call again"

  # Older Gos fetch the SDK, and refuse modules that are written for a newer Go: so it fetches those.
  export GOROOT=$gocache/golang.org/toolchain@$sdk
  go=$GOROOT/bin/go
  chmod +x "$go"
  for module in "${!versions[@]}"; do
    say "fetching $module ${versions[$module]}"
    go_download "$module@${versions[$module]}"
  done
  unset GOROOT
  mv -- "$gocache/github.com/bazelbuild/rules_go@${versions[github.com/bazelbuild/rules_go]}" "$folder/rules_go"
  mv -- "$gocache/github.com/bazelbuild/bazel-gazelle@${versions[github.com/bazelbuild/bazel-gazelle]}" "$folder/gazelle"
  # Gazelle's go.work names ./v2, which as a Go module is one of its own. Gazelle's list of its sources has v2/go.sum.
  gazelle_v2=github.com/bazel-contrib/bazel-gazelle/v2
  mv -- "$gocache/$gazelle_v2@${versions[$gazelle_v2]}" "$folder/gazelle/v2"
  [[ -e $folder/gazelle/v2/go.sum ]] || : >"$folder/gazelle/v2/go.sum"
  # Files of a Go module have no run bits.
  find "$folder/rules_go" "$folder/gazelle" -name '*.sh' -exec chmod +x {} +
  disk_check
}

# go_download MODULE@VERSION fetches into $aside/gocache, from what the user has already where that serves.
go_download() {
  local log=$aside/go.log proxy
  proxy=file://$("$go" env GOMODCACHE)/cache/download,$("$go" env GOPROXY)
  (
    cd -- "$aside/gomod"
    if [[ -n ${root:-} && -z ${SSL_CERT_FILE:-} ]] && certificates_missing; then
      export SSL_CERT_FILE=$root/usr/share/etc/ssl/certs/ca-certificates.crt
    fi
    env GOMODCACHE="$aside/gocache" GOPROXY="$proxy" GOFLAGS=-modcacherw GOWORK=off GO111MODULE=on GOTOOLCHAIN=local \
      "$go" mod download "$1"
  ) >"$log" 2>&1 && return
  disk_check
  die "Go cannot fetch $1 ($(last_line "$log")): check the network, GOPROXY, GOSUMDB and the certificates in /etc/ssl/certs, then call again"
}

# go_find sets `go`: the one on PATH if it knows the SDK's form (1.21), else Debian's, unpacked aside for this once.
go_find() {
  local version
  go=$(type -P go || true)
  if [[ -n $go ]]; then
    version=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null) || version=
    version=${version#go}
    if [[ $version =~ ^[0-9]+\.[0-9]+ ]] && version_at_least "${version%%[^0-9.]*}" 1.21; then
      return
    fi
    say "$go is too old to fetch the Go SDK (got ${version:-no version}, want 1.21 or later)"
  fi
  debian_lists
  say "fetching Debian's Go, for the set-up only"
  mkdir -p -- "$aside/godeb" || die_disk
  {
    (cd -- "$aside/godeb" && apt_in release apt-get download golang-1.26-go golang-1.26-src) &&
      debian_unpack "$aside/godeb" "$aside"/godeb/*.deb
  } >"$aside/godeb.log" 2>&1 ||
    debian_fail "$aside/godeb.log" "apt cannot fetch Debian's Go" "check the network and /etc/apt, or install Go 1.21 or later"
  go=$aside/godeb/usr/lib/go-1.26/bin/go
  export GOROOT=$aside/godeb/usr/lib/go-1.26
}
