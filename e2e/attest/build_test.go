// Package attest holds the attestations of the built tool against programs of
// others: in-toto's own reader, openssl's keys, cosign.
package attest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

const (
	builderID    = "https://example.com/builder"
	manifestName = "pytorch_manifest.json"
)

var wheels = []string{
	"torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl",
	"triton-3.5.1-cp312-cp312-linux_x86_64.whl",
}

const status = `STABLE_THEROCK_REPO https://github.com/ROCm/TheRock
STABLE_THEROCK_COMMIT 0123456789abcdef0123456789abcdef01234567
STABLE_THEROCK_COMMIT_TIME 2025-11-24T08:30:00Z
STABLE_THEROCK_REF refs/heads/main
STABLE_THEROCK_DIRTY false
STABLE_BUILD_STARTED_AT 2025-11-24T09:00:00Z
STABLE_CI_RUN_ID 7
STABLE_CI_RUN_ATTEMPT 1
STABLE_CI_JOB_ID build
STABLE_CI_RUN_URL https://github.com/ROCm/TheRock/actions/runs/7
STABLE_SOURCE_PYTORCH_COMMIT 89abcdef0123456789abcdef0123456789abcdef
STABLE_SOURCE_PYTORCH_UPSTREAM_COMMIT 0123456789abcdef0123456789abcdef01234567
STABLE_SOURCE_PYTORCH_COMMIT_TIME 2025-11-23T08:30:00Z
STABLE_SOURCE_PYTORCH_DESCRIBE v2.9.1
STABLE_SOURCE_PYTORCH_REMOTE git@github.com:ROCm/pytorch.git
STABLE_SOURCE_PYTORCH_BRANCH release/2.9
STABLE_SOURCE_PYTORCH_DIRTY false
STABLE_SOURCE_PYTORCH_DIR external/pytorch
STABLE_SOURCE_TRITON_COMMIT 0123456789abcdef0123456789abcdef01234567
STABLE_SOURCE_TRITON_UPSTREAM_COMMIT
STABLE_SOURCE_TRITON_COMMIT_TIME 2025-11-23T08:30:00Z
STABLE_SOURCE_TRITON_DESCRIBE v3.5.1
STABLE_SOURCE_TRITON_REMOTE https://github.com/ROCm/triton
STABLE_SOURCE_TRITON_BRANCH
STABLE_SOURCE_TRITON_DIRTY true
STABLE_SOURCE_TRITON_DIR external/triton
`

// build is a folder with wheels, their manifest, and the built tool.
type build struct {
	dir, tool string
	t         *testing.T
}

func newBuild(t *testing.T) *build {
	t.Helper()
	b := &build{t.TempDir(), binary.Of(t, "wheelmanifest"), t}
	for _, name := range wheels {
		b.write(name, wheel.Make(t, name, name))
	}
	b.write("stable-status.txt", []byte(status))
	b.run(nil, "generate", "--wheels=.", "--stable-status=stable-status.txt", "--rocm-sdk-version=7.14.0",
		"--pytorch-rocm-arch=gfx942;gfx950", "--contents=off", "--quiet", "--out="+manifestName)
	return b
}

func (b *build) path(name string) string { return filepath.Join(b.dir, name) }

func (b *build) write(name string, data []byte) {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(b.path(name), data, 0o600))
}

func (b *build) read(name string) []byte {
	b.t.Helper()
	data, err := os.ReadFile(b.path(name))
	require.NoError(b.t, err)
	return data
}

// run runs the tool in the folder.
func (b *build) run(env []string, args ...string) []byte {
	b.t.Helper()
	return run(b.t, env, b.dir, b.tool, args...)
}

// attest signs the manifest with the key file KIND.key.
func (b *build) attest(kind string, env ...string) []byte {
	b.t.Helper()
	b.run(env, "attest", manifestName, "--builder-id="+builderID, "--key="+kind+".key", "--out="+kind+".sigstore.json")
	return b.read(kind + ".sigstore.json")
}

// keys writes a fresh key of each kind as KIND.key and KIND.pub.
func (b *build) keys() map[string]crypto.Signer {
	b.t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(b.t, err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(b.t, err)
	keys := map[string]crypto.Signer{"ecdsa": ec, "ed25519": ed}
	for kind, key := range keys {
		private, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(b.t, err)
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		require.NoError(b.t, err)
		b.write(kind+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
		b.write(kind+".pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
	}
	return keys
}

// run runs a program, which must succeed, and returns its stdout.
func run(t *testing.T, env []string, dir, name string, args ...string) []byte {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir, command.Env = dir, append(os.Environ(), env...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	stdout, err := command.Output()
	require.NoError(t, err, "%s %q: %s", name, args, stderr.String())
	return stdout
}
