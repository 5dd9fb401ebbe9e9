# Which Bazel, and where from modules, with programs that only pretend: no network, no set-up.
# shellcheck shell=bash disable=SC2154

reset() {
  rm -rf "$work/quick" "$fakes"
  mkdir -p "$fakes"
}

reset
fake real 7.7.1 0
begin "BAZEL_REAL is taken, whatever is on PATH; arguments and exit code pass through"
fake bazelisk 7.7.1 0
call BAZEL_REAL="$fakes/real" -- build 'a b' '' --x='"'
want_status 7
want_out '\[build\]\[a b\]\[\]\[--x="\]'
want_not_started '^bazelisk'
end

begin "BAZEL_REAL that cannot be run is refused"
call BAZEL_REAL="$work/none" -- build
want_death 'BAZEL_REAL is .*/none'
end

reset
fake bazelisk 7.7.1 0
fake bazel 7.5.0 0
begin "bazelisk that serves .bazelversion is taken before bazel, and keeps its hands off the wrapper"
call -- build
want_status 7
want_out 'wrapper=true'
want_out '^\[build\]'
want_started '^bazelisk build'
want_err "^tools/bazel: Bazel 7.7.1: $fakes/bazelisk"
want_err 'modules: from the central registry'
end

begin "the answers are kept: a second call asks nobody and says nothing"
call -- build
want_status 7
want_started '^bazelisk build'
want_not_started '--version|query'
want_no_err .
end

begin "a checkout with another launcher leaves the answer alone"
cp -R "$project" "$work/other"
echo '# another' >>"$work/other/MODULE.bazel"
project=$work/other call -- build
want_err 'Bazel 7.7.1'
call -- build
want_no_err .
end

begin "another program on PATH is another question"
sleep 1.1
fake bazelisk 7.6.0 0
call -- build
want_err "Bazel 7.6.0: $fakes/bazelisk"
end

begin "PYTORCH_MANIFEST_MODULES=ask asks the registry again"
call PYTORCH_MANIFEST_MODULES=ask -- build
want_status 7
want_started 'bazelisk .*query'
end

reset
fake bazelisk '' 0
fake bazel 7.5.0 0
begin "bazelisk that cannot serve gives way to a bazel on PATH"
call -- build
want_status 7
want_err 'bazelisk cannot serve Bazel 7\.7\.1 here \(got no version'
want_started '^bazel build'
end

# What bazel_compatibility says of the versions that programs give themselves.
for version in 7.1.0 7.7.1 '7.7.1- (@non-git)' 7.10.0 8.0.0 10.2.1-rc1; do
  reset
  fake bazel "$version" 0
  begin "a bazel $version on PATH is taken"
  call -- build
  want_status 7
  want_started '^bazel build'
  end
done
rm "$bare/apt-get"
for version in 4.2.3 6.99.99 7.0.2 9.0.0 11.0.0 no_version 'development version'; do
  reset
  fake bazel "$version" 0
  begin "a bazel $version on PATH is not"
  call -- build
  want_death 'no apt-get: .*install Bazelisk$'
  want_err 'bazel is of a version that this module does not support'
  want_not_started '^bazel build'
  end
done
ln -s /usr/bin/apt-get "$bare/apt-get"

reset
fake bazelisk 7.7.1 0
begin "tools/bazel first on PATH is not taken for a bazel"
call PATH="$project/tools:$fakes:$bare" -- build
want_status 7
want_started '^bazelisk build'
end

begin "an answer that is neither registry nor go nor ask is refused"
call PYTORCH_MANIFEST_MODULES=maybe -- build
want_death 'PYTORCH_MANIFEST_MODULES is maybe, want registry, go or ask'
end

begin "versions of Gazelle and rules_go are MODULE.bazel's"
for module in rules_go:bazelbuild/rules_go gazelle:bazelbuild/bazel-gazelle; do
  version=$(sed -n "s/^bazel_dep(name = \"${module%%:*}\", version = \"\([^\"]*\)\".*/\1/p" "$project/MODULE.bazel")
  grep -qF "github.com/${module#*:} v$version" "$project/tools/launcher/go.mod" || fault "go.mod has no ${module#*:} v$version"
  grep -qF "github.com/${module#*:} v$version h1:" "$project/tools/launcher/go.sum" || fault "go.sum has no ${module#*:} v$version"
done
end
