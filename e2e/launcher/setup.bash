# One whole set-up from nothing: interrupted, then made by two calls at once, then used.
# shellcheck shell=bash disable=SC2154

# wait_for FILE PATTERN waits until a log has a line, two minutes at most.
wait_for() {
  local i
  for ((i = 0; i < 1200; i++)); do
    ! grep -qE -- "$2" "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  fault "waited two minutes for $2 in $1"
}

mkdir -p "$work/cache"
[[ ${#as[@]} == 0 ]] || chown 65534:65534 "$work/cache"
if ((${#as[@]} > 0)); then
  echo "the set-up is made by an ordinary user"
fi

begin "a set-up that is terminated leaves nothing"
(cd "$workspace" && exec setsid "${as[@]}" env HOME="$work/home" XDG_CACHE_HOME="$work/cache" PATH="$bare" "$project/tools/bazel" version) >"$work/out" 2>"$work/err" &
launcher=$!
wait_for "$work/err" 'fetching packages'
kill -TERM "$launcher"
wait "$launcher"
status=$?
want_status 143
want_nothing_left "$work/cache"
end

begin "a set-up that is killed is redone, by two calls at once"
(cd "$workspace" && exec setsid "${as[@]}" env HOME="$work/home" XDG_CACHE_HOME="$work/cache" PATH="$bare" "$project/tools/bazel" version) >"$work/out" 2>"$work/err" &
launcher=$!
wait_for "$work/err" 'unpacking packages'
sleep 1
kill -KILL "$launcher"
wait "$launcher" 2>/dev/null
[[ -d $work/cache/rules_pytorch_manifest/aside ]] || fault "the kill came too late to be a test"
[[ -z $(compgen -G "$work/cache/rules_pytorch_manifest/root-*") ]] || fault "a root is in place after a kill"
SECONDS=0
(cd "$workspace" && user_command build //:hello) >"$work/out.1" 2>"$work/err.1" </dev/null &
first=$!
(cd "$workspace" && user_command build //:hello) >"$work/out" 2>"$work/err" </dev/null
status=$?
want_status 0
wait "$first"
status=$?
want_status 0
cat "$work/err.1" >>"$work/err"
[[ $(grep -c 'making a private root' "$work/err") == 1 ]] || fault "the root was made more than once"
want_err 'another call is setting up'
want_err "Bazel 7\..*: a private root of Debian's packages"
want_err 'modules: '
want_nothing_left "$work/cache"
grep -q hello "$workspace/bazel-bin/hello.txt" || fault "nothing was built"
end
echo "     the set-up and the first build took $SECONDS s"

# The cases below read modules from the substitutes, whatever this machine can reach.
user_vars=(LC_ALL=C PYTORCH_MANIFEST_MODULES=go)

begin "run starts its program on the machine, with arguments and exit code"
call_user run //:show -- a 'b c' '' --script_path=x '$d"'
want_status 7
want_out '^\[fixed\]\[a\]\[b c\]\[\]\[--script_path=x\]\[\$d"\] '
want_out " usr=$(stat -c %d:%i /usr) from=$workspace\$"
want_nothing_left "$work/cache"
end

begin "run of what cannot be built gives Bazel's exit code"
call_user run //:none
want_status 1
want_nothing_left "$work/cache"
end

begin "run after startup options, with their values apart"
call_user --max_idle_secs 100 run //:show -- a
want_status 7
want_out '^\[fixed\]\[a\]'
end

begin "run --script_path is left alone"
call_user run --script_path="$work/home/script" //:show
want_status 0
[[ -x $work/home/script ]] || fault "no script was written"
end

for command in 'build //:none:1' 'frobnicate:2' 'build //:hello:0'; do
  begin "exit code of Bazel: ${command%:*}"
  # shellcheck disable=SC2086 # Two words.
  call_user ${command%:*}
  want_status "${command##*:}"
  end
done

begin "linux-sandbox serves, without a network"
call_user clean
call_user build //:hello --spawn_strategy=linux-sandbox --nosandbox_default_allow_network --subcommands
want_status 0
end

begin "the overrides are added to a Bazel of the machine too, and not where the registry serves"
fake real 7.7.1 0
user_vars=(BAZEL_REAL="$fakes/real" PYTORCH_MANIFEST_MODULES=go)
call_user build
want_status 7
want_out '^\[--bazelrc=.*/modules-[0-9a-f]*/bazelrc\]\[build\]'
user_vars=(BAZEL_REAL="$fakes/real" PYTORCH_MANIFEST_MODULES=registry)
call_user build
want_out '^\[build\]'
user_vars=(PYTORCH_MANIFEST_MODULES=go)
end

begin "an answer that the registry cannot be reached is asked again after a week"
user_vars=()
answer=$(grep -l '/root-' "$work"/cache/rules_pytorch_manifest/modules.*)
if [[ $(sed -n 2p "$answer") == go ]]; then
  sed -i "3s/.*/$(($(date +%s) - 8 * 24 * 3600))/" "$answer"
  call_user version
  want_err 'asking the central registry'
  call_user version
  want_no_err 'asking the central registry'
fi
user_vars=(PYTORCH_MANIFEST_MODULES=go)
end

begin "a Go module that is not the one of go.sum is refused"
cp -R "$project" "$work/forged"
sed -i '/rules_go/s/h1:..../h1:AAAA/' "$work/forged/tools/launcher/go.sum"
project=$work/forged call_user version
want_death 'Go cannot fetch github.com/bazelbuild/rules_go.*GOPROXY' "$work/cache"
end

# Links stand in for fetching it all again; the second word of `version` is what tells the two apart.
begin "a root that was made again: the server of the old one gives way"
call_user build //:hello
want_status 0
root=$(compgen -G "$work/cache/rules_pytorch_manifest/root-*")
cp -al "$root" "$root.again"
rm "$root.again/version"
echo '7.7.1 again' >"$root.again/version"
rm -rf "$root"
mv "$root.again" "$root"
[[ ${#as[@]} == 0 ]] || chown -R 65534:65534 "$root"
call_user build //:hello
want_status 0
want_err 'server needs to be killed'
end

begin "a later call adds less than half a second"
fake nothing 7.7.1 0
user_vars=(BAZEL_REAL=/bin/true PYTORCH_MANIFEST_MODULES=go)
call_user version
begin_ms=$(date +%s%3N)
call_user version
given_ms=$(($(date +%s%3N) - begin_ms))
user_vars=(PYTORCH_MANIFEST_MODULES=go)
begin_ms=$(date +%s%3N)
call_user --version
root_ms=$(($(date +%s%3N) - begin_ms))
# Generous: the machine may be busy with other things.
((given_ms < 2000 && root_ms < 2000)) || fault "got $given_ms and $root_ms ms"
end
echo "     the launcher alone took $given_ms ms, the launcher and the client in the private root $root_ms ms"
