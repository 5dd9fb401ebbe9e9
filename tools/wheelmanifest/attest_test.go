package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/attestation"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// attestCase is where a manifest, a key that is encrypted with "geheim", and
// the bundle that they give are.
const attestCase = "testdata/cases/attest"

// attesting is a command line that signs the case's manifest.
func attesting(key string, more ...string) []string {
	return append([]string{"attest", filepath.Join(attestCase, "in", "m.json"), "--builder-id=https://example.com/builder", "--key=" + key}, more...)
}

// plainKey writes a key that is not encrypted, and its public half.
func plainKey(t *testing.T, mode os.FileMode) (file string, public []byte) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "plain.key")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	require.NoError(t, os.Chmod(file, mode))
	der, err = x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// The passphrase comes from cosign's variable, or from another, and the bundle
// is the same.
func TestPassphraseFromTheEnvironment(t *testing.T) {
	key, want := filepath.Join(attestCase, "in", "cosign.key"), read(t, filepath.Join(attestCase, "stdout"))
	t.Setenv("COSIGN_PASSWORD", "geheim")
	code, stdout, stderr := called(t, t.Context(), attesting(key)...)
	assert.Equal(t, exitYes, code, stderr)
	assert.Equal(t, want, stdout)

	t.Setenv("COSIGN_PASSWORD", "another")
	t.Setenv("OUR_PASSPHRASE", "geheim")
	code, stdout, stderr = called(t, t.Context(), attesting(key, "--passphrase-env=OUR_PASSPHRASE")...)
	assert.Equal(t, exitYes, code, stderr)
	assert.Equal(t, want, stdout)

	t.Setenv("COSIGN_PASSWORD", "")
	code, _, stderr = called(t, t.Context(), attesting(key)...)
	assert.Equal(t, exitNo, code, "an empty passphrase is one")
	assert.Contains(t, stderr, "another passphrase encrypted it")
}

// What attest writes, verifies; the wheels and the manifest are its subjects.
func TestAttestVerifies(t *testing.T) {
	key, public := plainKey(t, 0o600)
	code, stdout, stderr := called(t, t.Context(), attesting(key)...)
	require.Equal(t, exitYes, code, stderr)
	assert.Empty(t, stderr)
	s, findings, err := attestation.Verify([]byte(stdout), public)
	require.NoError(t, err)
	require.Empty(t, findings)
	manifest := []byte(read(t, filepath.Join(attestCase, "in", "m.json")))
	m, findings := document.Check(manifest)
	require.Empty(t, findings)
	assert.Empty(t, s.Hold(manifest, m.Artifacts))
}

// What GitHub's action is given is what would be signed.
func TestTheUnsignedFormsAreTheSame(t *testing.T) {
	key, public := plainKey(t, 0o600)
	_, stdout, _ := called(t, t.Context(), attesting(key)...)
	s, _, err := attestation.Verify([]byte(stdout), public)
	require.NoError(t, err)
	name := filepath.Join(attestCase, "in", "m.json")
	_, predicate, _ := called(t, t.Context(), "attest", name, "--builder-id=https://example.com/builder", "--predicate-only")
	assert.JSONEq(t, string(s.Predicate), predicate)
	_, checksums, _ := called(t, t.Context(), "attest", name, "--checksums")
	assert.Equal(t, string(s.Checksums()), checksums)
}

func TestAKeyThatOthersMayRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are no bits there")
	}
	key, _ := plainKey(t, 0o640)
	code, stdout, stderr := called(t, t.Context(), attesting(key)...)
	assert.Equal(t, exitYes, code)
	assert.NotEmpty(t, stdout)
	assert.Equal(t, "warning: "+key+`: others on this machine may read the key: got "0640", want 0600, or a key that is encrypted [key_readable_by_others]`+"\n", stderr)
}

// Whatever goes wrong, nothing of a key is printed.
func TestNothingOfAKeyIsPrinted(t *testing.T) {
	plain, _ := plainKey(t, 0o600)
	text := read(t, plain)
	sealed := read(t, filepath.Join(attestCase, "in", "cosign.key"))
	dir := t.TempDir()
	t.Setenv("COSIGN_PASSWORD", "falsch-und-geheim")
	for name, damaged := range map[string]string{
		"cut":          text[:len(text)/2],
		"relabelled":   strings.ReplaceAll(text, "PRIVATE KEY", "SECRET"),
		"as encrypted": strings.ReplaceAll(text, "PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY"),
		"decrypted":    strings.ReplaceAll(sealed, "ENCRYPTED SIGSTORE ", ""),
		"sealed":       sealed,
		"doubled":      text + text,
	} {
		file := write(t, []byte(damaged), dir, "damaged.key")
		code, stdout, stderr := called(t, t.Context(), attesting(file)...)
		assert.Equal(t, exitNo, code, name)
		assert.Empty(t, stdout, name)
		for line := range strings.Lines(text + sealed) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
				assert.NotContains(t, stderr, line, name)
			}
		}
		assert.NotContains(t, stderr, "falsch", name)
	}
}

func TestSecretsAreBounded(t *testing.T) {
	file := write(t, make([]byte, maxSecret+1), t.TempDir(), "zeros")
	code, _, stderr := called(t, t.Context(), attesting(file)...)
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "more than 65536 bytes")
}

func TestADescriptorThatIsNotOpen(t *testing.T) {
	code, _, stderr := called(t, t.Context(), attesting(filepath.Join(attestCase, "in", "cosign.key"), "--passphrase-fd=1000000")...)
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "--passphrase-fd=1000000: ")
}
