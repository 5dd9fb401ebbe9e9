package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// attested makes a folder with stamped wheels, their manifest, a bundle and its
// keys, and goes there.
func attested(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	place(t, "testdata/cases/generate_stamped/in", dir)
	t.Chdir(dir)
	newKey(t, dir, "signing")
	newKey(t, dir, "other")
	for _, args := range [][]string{
		{"generate", "--quiet", "--wheels=dist", "--stable-status=stable-status.txt", "--rocm-sdk-version=7.14.0", "--pytorch-rocm-arch=gfx942", "--out=dist/m.json"},
		{"attest", "dist/m.json", "--builder-id=https://example.com/builder", "--key=signing.key", "--out=bundle", "--policy=device_not_served=off"},
	} {
		code, _, stderr := called(t, t.Context(), args...)
		require.Equal(t, exitYes, code, stderr)
	}
}

func newKey(t *testing.T, dir, name string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	write(t, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), dir, name+".key")
	key, err = x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	write(t, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: key}), dir, name+".pub")
}

func TestVerifyBundle(t *testing.T) {
	edit := func(name, old, new string) func(*testing.T) {
		return func(t *testing.T) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Contains(t, string(data), old)
			require.NoError(t, os.WriteFile(name, bytes.Replace(data, []byte(old), []byte(new), 1), 0o644))
		}
	}
	for name, test := range map[string]struct {
		change      func(*testing.T)
		bundle, key string
		exit        int
		says        []string
	}{
		"nothing":         {nil, "bundle", "signing.pub", exitYes, []string{"PASSED: 3 wheels: 3 verified"}},
		"another key":     {nil, "bundle", "other.pub", exitNo, []string{"bundle_signature_invalid", "FAILED: 3 wheels: 3 verified"}},
		"the private key": {nil, "bundle", "signing.key", exitNo, []string{"key_unusable", "FAILED"}},
		"no bundle":       {nil, "nowhere", "signing.pub", exitEnvironment, []string{"nowhere", "FAILED: 3 wheels: 3 verified"}},
		"no key":          {nil, "bundle", "nowhere", exitEnvironment, []string{"the key cannot be read", "FAILED"}},
		"a manifest that still fits its wheels": {
			edit("dist/m.json", `"run_id": "7"`, `"run_id": "8"`), "bundle", "signing.pub", exitNo, []string{"subject_missing", "FAILED: 3 wheels: 3 verified"},
		},
		"a wheel": {
			edit("dist/torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl", "torch", "tarch"), "bundle", "signing.pub", exitNo, []string{"artifact_digest_differs", "1 differing"},
		},
		"a bundle that is none": {edit("bundle", `"dsseEnvelope"`, `"dsseEnvelope2"`), "bundle", "signing.pub", exitNo, []string{"bundle_malformed", "FAILED"}},
	} {
		t.Run(name, func(t *testing.T) {
			attested(t)
			if test.change != nil {
				test.change(t)
			}
			code, stdout, stderr := called(t, t.Context(), "verify", "dist/m.json", "--format=text", "--bundle="+test.bundle, "--key="+test.key)
			assert.Equal(t, test.exit, code)
			for _, words := range test.says {
				assert.Contains(t, stdout+stderr, words)
			}
			assert.Contains(t, last(stderr), test.says[len(test.says)-1])
		})
	}
	for _, args := range [][]string{{"--bundle=b"}, {"--key=k"}} {
		code, _, stderr := called(t, t.Context(), append([]string{"verify", "m.json"}, args...)...)
		assert.Equal(t, exitUsage, code)
		assert.Contains(t, stderr, "belong together")
	}
}
