package remote

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// ours are the actions of the rule and how many //:pytorch_manifest has of each.
var ours = map[string]int{
	"WheelEntry": 5, "WheelContents": 5, "WheelManifestStatus": 1, "WheelManifest": 1, "ValidateWheelManifest": 1,
}

// readers are those of them that read a wheel.
var readers = []string{"WheelEntry", "WheelContents"}

// local keeps the actions that a test is about out of every cache and off every
// server; the programs that they run may come from a cache.
const local = "--modify_execution_info=.*Wheel.*=+no-cache,.*Wheel.*=+no-remote"

// artifacts are the wheels of a manifest, relative_path to sha256.
func artifacts(t *testing.T, text string) map[string]string {
	t.Helper()
	var document struct {
		Stamped   bool
		Artifacts []struct {
			RelativePath string `json:"relative_path"`
			SHA256       string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &document))
	require.True(t, document.Stamped)
	wheels := map[string]string{}
	for _, artifact := range document.Artifacts {
		wheels[artifact.RelativePath] = artifact.SHA256
	}
	require.Len(t, wheels, len(demonstration))
	return wheels
}

// wheelsOnDisk are the wheels in a client's outputs.
func wheelsOnDisk(t *testing.T, c *client) []string {
	t.Helper()
	var found []string
	root, err := filepath.EvalSymlinks(filepath.Join(c.Dir, "bazel-out"))
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".whl") {
			found = append(found, path)
		}
		return err
	}))
	return found
}

// TestTwoClients is one test, since it costs minutes to set two clients up.
func TestTwoClients(t *testing.T) {
	first, second := newClients(t)
	for _, one := range []struct {
		what string
		test func(t *testing.T, first, second *client)
	}{
		{"equal bytes", testEqualBytes},
		{"remote execution", testRemoteExecution},
		{"wheels that are only here", testWheelsStay},
		{"disk cache", testDiskCache},
		{"server disappears, failure", testServerDisappears},
		{"server disappears, fallback", testFallback},
	} {
		t.Run(one.what, func(t *testing.T) { one.test(t, first.of(t), second.of(t)) })
	}
}

// testRemoteExecution: what one client built, another one does not build again,
// nor fetch.
func testRemoteExecution(t *testing.T, first, second *client) {
	s := start(t, nil)
	remotely := []string{"--config=remote", "--remote_executor=grpc://" + s.Address()}
	both(t, first, second)
	built := first.stamped(remotely...)
	require.Zero(t, built.Exit, built.Stderr)
	for mnemonic, count := range ours {
		assert.Equal(t, map[string]int{"remote": count}, built.Runners(mnemonic), mnemonic)
		assert.Equal(t, count, s.Seen().Executed[mnemonic], "what the server was asked: %s", mnemonic)
	}
	assert.Equal(t, map[string]int{"remote": 5}, built.Runners("MakeTestWheel"))
	digests := artifacts(t, first.Read(manifest))
	for name, digest := range digests {
		assert.False(t, s.Seen().Up[digest], "%s was made by the server and went up to it", name)
		assert.False(t, s.Seen().Down[digest], "%s came down", name)
	}
	assert.Empty(t, wheelsOnDisk(t, first))

	// Another machine, another commit.
	commit := second.commit(t, "", "two")
	second.cold(t)
	s.Forget()
	again := second.stamped(remotely...)
	require.Zero(t, again.Exit, again.Stderr)
	for _, mnemonic := range append(readers, "MakeTestWheel") {
		assert.Equal(t, map[string]int{"remote cache hit": 5}, again.Runners(mnemonic), mnemonic)
		assert.Zero(t, s.Seen().Executed[mnemonic], "what the server was asked: %s", mnemonic)
	}
	for _, mnemonic := range []string{"WheelManifestStatus", "WheelManifest", "ValidateWheelManifest"} {
		assert.Equal(t, map[string]int{"remote": 1}, again.Runners(mnemonic), mnemonic)
	}
	assert.Contains(t, second.Read(manifest), commit)
	assert.Equal(t, digests, artifacts(t, second.Read(manifest)))
	for name, digest := range digests {
		assert.False(t, s.Seen().Down[digest], "%s came down", name)
	}
	assert.Empty(t, wheelsOnDisk(t, second), "no wheel is in the outputs")
	t.Logf("the second client: %v executed, %d files up, %d down", s.Seen().Executed, len(s.Seen().Up), len(s.Seen().Down))

	// Byte for byte what the first client makes of that commit without the server.
	remote := second.Read(manifest)
	require.Equal(t, commit, first.commit(t, "", "two"))
	alone := first.stamped(local)
	require.Zero(t, alone.Exit, alone.Stderr)
	for mnemonic, count := range ours {
		assert.Equal(t, count, alone.Ran[mnemonic], "%s ran here", mnemonic)
		assert.NotContains(t, alone.Runners(mnemonic), "remote", mnemonic)
	}
	assert.Equal(t, first.Read(manifest), remote)
	assert.Len(t, wheelsOnDisk(t, first), 5)
}

// testDiskCache: two output bases and two commits, one disk cache.
func testDiskCache(t *testing.T, first, second *client) {
	both(t, first, second)
	commit := second.commit(t, "", "two")
	second.cold(t)
	shared := *second.Workspace
	shared.DiskCache = first.DiskCache
	second.Workspace = &shared
	built := first.stamped()
	require.Zero(t, built.Exit, built.Stderr)
	for mnemonic, count := range ours {
		assert.Equal(t, count, built.Ran[mnemonic], mnemonic)
	}

	again := second.stamped()
	require.Zero(t, again.Exit, again.Stderr)
	for _, mnemonic := range readers {
		assert.Equal(t, map[string]int{"disk cache hit": 5}, again.Runners(mnemonic), mnemonic)
	}
	assert.Equal(t, 1, again.Ran["WheelManifest"])
	assert.Contains(t, second.Read(manifest), commit)
	assert.Equal(t, artifacts(t, first.Read(manifest)), artifacts(t, second.Read(manifest)))
}

// testWheelsStay: a wheel that no action made goes up to the server that is to read
// it, but not where its readers are told to run here; what they found is shared all
// the same.
func testWheelsStay(t *testing.T, first, second *client) {
	const name = "torch-2.9.1+rocm7.11.0a20251124-cp312-cp312-linux_x86_64.whl"
	both(t, first, second)
	bytes := wheel.Make(t, name, nonce())
	digest := fmt.Sprintf("%x", sha256.Sum256(bytes))
	for _, c := range []*client{first, second} {
		c.Write("here/"+name, string(bytes))
		c.Write("here/BUILD.bazel", "filegroup(name = \"here\", srcs = [\""+name+"\"], visibility = [\"//visibility:public\"])\n")
		defer c.Remove("here") // or the next test would commit it
	}
	s := start(t, nil)
	build := []string{"--config=remote", "--remote_executor=grpc://" + s.Address(), "--//:wheels=//here"}
	stay := append(slices.Clip(build), "--modify_execution_info=Wheel(Entry|Contents)=+no-remote-exec")

	built := first.stamped(stay...)
	require.Zero(t, built.Exit, built.Stderr)
	for _, mnemonic := range readers {
		assert.Equal(t, 1, built.Ran[mnemonic], mnemonic)
		assert.NotContains(t, built.Runners(mnemonic), "remote", mnemonic)
	}
	assert.Equal(t, map[string]int{"remote": 1}, built.Runners("WheelManifest"))
	assert.False(t, s.Seen().Up[digest], "the wheel went up")

	second.cold(t)
	again := second.stamped(stay...)
	require.Zero(t, again.Exit, again.Stderr)
	for _, mnemonic := range readers {
		assert.Equal(t, map[string]int{"remote cache hit": 1}, again.Runners(mnemonic), mnemonic)
	}
	assert.False(t, s.Seen().Up[digest], "the wheel went up")
	assert.Equal(t, first.Read(manifest), second.Read(manifest))

	// And without: the record can tell.
	other := wheel.Make(t, name, nonce())
	first.Write("here/"+name, string(other))
	up := first.stamped(build...)
	require.Zero(t, up.Exit, up.Stderr)
	assert.Equal(t, map[string]int{"remote": 1}, up.Runners("WheelEntry"))
	assert.True(t, s.Seen().Up[fmt.Sprintf("%x", sha256.Sum256(other))], "the wheel went up")
}
