# Each way the set-up can fail is one line with the remedy, and leaves nothing half-made.
# shellcheck shell=bash disable=SC2154

reset

begin "no apt"
rm "$bare/apt-get"
call -- build
want_death 'no apt-get: .*install Bazelisk$'
ln -s /usr/bin/apt-get "$bare/apt-get"
end

begin "no network"
call http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 -- build
want_death "apt cannot read the lists of this machine's suites \\(W: Failed to fetch.*check the network and /etc/apt"
end

begin "no namespaces"
printf '#!/bin/sh\necho "bwrap: No permissions to create a new namespace" >&2\nexit 1\n' >"$fakes/bwrap"
chmod +x "$fakes/bwrap"
call -- build
want_death 'bubblewrap cannot make namespaces here \(bwrap: No permissions.*allow user namespaces, run as root'
rm "$fakes/bwrap"
end

begin "a cache under /tmp"
call XDG_CACHE_HOME=/tmp -- build
want_death 'cache folder /tmp/.* lies under /tmp or /usr.*set XDG_CACHE_HOME' /nonexistent
rmdir /tmp/rules_pytorch_manifest 2>/dev/null
end

begin "a cache that cannot be written"
: >"$work/file"
call XDG_CACHE_HOME="$work/file" -- build
want_death 'cannot write the cache folder .*set XDG_CACHE_HOME'
end

begin "a cache whose path is not ASCII"
call XDG_CACHE_HOME="$work/zwölf" -- build
want_death 'the cache folder .* not ASCII.*set XDG_CACHE_HOME' "$work/zwölf"
end

begin "a workspace whose path is not ASCII"
mkdir -p "$work/größe"
cp "$workspace"/* "$work/größe/"
in=$work/größe call -- build
want_death 'the workspace .* not ASCII.*move it'
end

begin "a workspace under /usr"
in=/usr/share call -- build
want_death 'the workspace /usr/share lies under /usr.*move it'
end

begin "a folder of wheels under /usr"
call PYTORCH_DIST_DIR=/usr/share/doc -- build
want_death 'PYTORCH_DIST_DIR /usr/share/doc lies under /usr.*name another folder'
end

begin "a folder of wheels behind a link into /usr"
ln -sfn /usr/share/doc "$work/link"
call PYTORCH_DIST_DIR="$work/link" -- build
want_death 'PYTORCH_DIST_DIR /usr/share/doc lies under /usr'
end

begin "a wheel whose name is not ASCII, in a folder relative to the workspace"
mkdir -p "$workspace/dist/sub"
: >"$workspace/dist/sub/torch_é-1-py3-none-any.whl"
call PYTORCH_DIST_DIR=dist -- build
want_death 'PYTORCH_DIST_DIR holds .*whose name is not ASCII.*rename it'
rm -r "$workspace/dist"
end

# A mirror of the test's own, that nobody signed: apt is told to trust it for the machine's own suite, as an
# administrator may, and the release must be refused all the same.
begin "a mirror whose packages nobody signed"
mirror=$work/mirror
for suite in bookworm forky; do
  folder=$mirror/dists/$suite/main/binary-$(dpkg --print-architecture)
  mkdir -p "$folder"
  printf 'Package: bazel-bootstrap\nVersion: 7.7.1\nArchitecture: all\nFilename: x.deb\nSize: 1\nSHA256: %064d\n' 0 >"$folder/Packages"
  (
    cd "$mirror/dists/$suite" &&
      printf 'Origin: Debian\nLabel: Debian\nSuite: %s\nCodename: %s\nArchitectures: all %s\nComponents: main\nSHA256:\n %s %s %s\n' \
        "$suite" "$suite" "$(dpkg --print-architecture)" "$(sha256sum <"$folder/Packages" | cut -d ' ' -f 1)" \
        "$(stat -c %s "$folder/Packages")" "${folder#"$mirror/dists/$suite/"}/Packages" >Release
  )
done
echo "deb [trusted=yes] file:$mirror bookworm main" >"$work/sources.list"
printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "/dev/null";\n' "$work/sources.list" >"$work/apt.conf"
ln -s /bin/true "$fakes/bwrap"
call APT_CONFIG="$work/apt.conf" -- build
want_death "none of this machine's Debian mirrors serves forky.*not signed"
end

begin "machines whose apt knows no Debian"
sed -i 's/^Label: Debian/Label: Other/' "$mirror/dists/bookworm/Release"
call APT_CONFIG="$work/apt.conf" -- build
want_death 'apt knows no mirror of Debian that it can reach.*or install Bazelisk'
rm "$fakes/bwrap"
end

if [[ $(id -u) == 0 ]] && mkdir -p "$work/small" && mount -t tmpfs -o size=220m tmpfs "$work/small" 2>/dev/null; then
  begin "a disk that is too small is found before anything is fetched"
  call XDG_CACHE_HOME="$work/small" -- build
  want_death 'disk full: .* MB free and the set-up needs [0-9]+ MB' "$work/small"
  want_no_err 'fetching packages'
  end

  begin "a disk that fills up half-way"
  cp -R "$project" "$work/optimist"
  sed -i 's/^root_peak_mb=.*/root_peak_mb=1/' "$work/optimist/tools/launcher/root.bash"
  project=$work/optimist call XDG_CACHE_HOME="$work/small" -- build
  want_death 'disk full: cannot write in .*set XDG_CACHE_HOME' "$work/small"
  want_err 'fetching packages'
  end
  umount "$work/small"
else
  echo "SKIP disk full: needs root and a tmpfs"
fi
