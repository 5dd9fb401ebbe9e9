package remote

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// killed builds a commit whose wheels no cache has seen, with a server that is
// killed as it is asked for the manifest, after it read every wheel.
func killed(t *testing.T, c *client, args ...string) (commit string, result bazel.Result) {
	t.Helper()
	// What must not be taken for the new one.
	c.commit(t, nonce(), "before")
	built := c.stamped()
	require.Zero(t, built.Exit, built.Stderr)
	require.True(t, c.Has(manifest))

	commit = c.commit(t, nonce(), "after")
	s := start(t, func(s *server, mnemonic string) {
		if mnemonic == "WheelManifest" {
			s.kill()
		}
	})
	result = c.stamped(append([]string{"--config=remote", "--remote_executor=grpc://" + s.Address()}, args...)...)
	for _, mnemonic := range readers {
		assert.Equal(t, map[string]int{"remote": 5}, result.Runners(mnemonic), mnemonic)
	}
	return commit, result
}

// testServerDisappears: the build fails, says why, and leaves no manifest.
func testServerDisappears(t *testing.T, first, _ *client) {
	_, result := killed(t, first)
	assert.Equal(t, 34, result.Exit, "Bazel's code for a fault of the remote environment: %s", result.Stderr)
	assert.Regexp(t, `Writing wheel manifest .* failed|WheelManifest .* failed: .*Exit 34`, result.Stderr)
	assert.False(t, first.Has(manifest), "neither a new manifest nor that of the commit before")
	t.Log(result.Stderr)
}

// testFallback: what is left of the build runs here. That needs what lies between
// to be here too, and not on the server alone.
func testFallback(t *testing.T, first, _ *client) {
	commit, result := killed(t, first, "--remote_local_fallback", "--remote_download_all")
	require.Zero(t, result.Exit, result.Stderr)
	assert.Equal(t, 1, result.Ran["WheelManifest"])
	assert.NotContains(t, result.Runners("WheelManifest"), "remote")
	fallback := first.Read(manifest)
	assert.Contains(t, fallback, commit)

	alone := first.stamped(local)
	require.Zero(t, alone.Exit, alone.Stderr)
	assert.Equal(t, 5, alone.Ran["WheelContents"])
	assert.Equal(t, first.Read(manifest), fallback)
}
