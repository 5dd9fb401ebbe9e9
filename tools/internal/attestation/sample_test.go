package attestation

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func ref[T any](v T) *T { return &v }

const (
	commitA   = "0123456789abcdef0123456789abcdef01234567"
	commitB   = "89abcdef0123456789abcdef0123456789abcdef"
	digestA   = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	digestB   = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
	builderID = "https://example.com/builder"
	torch     = "sub/torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl"
	apex      = "apex-1.9.0-cp312-cp312-linux_x86_64.whl"
)

var manifestText = []byte("the manifest's bytes\n")

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func manifestFile() File { return File{"pytorch_manifest.json", digest(manifestText)} }

// sample is a stamped document of two wheels, of which an earlier run made one.
func sample() *document.Manifest {
	return &document.Manifest{
		Project: ref("TheRock"), Component: ref("pytorch"), BuildType: ref("external"), ArtifactGroup: ref("pytorch-wheels"),
		BuildVariant: ref("release"), Accelerator: ref("rocm"), ROCmSDKVersion: ref("7.14.0"),
		PyTorchROCmArch: document.List{"gfx942", "gfx950"}, VersionSuffix: ref("+rocm7.14.0"), PyTorchGitRef: ref("release/2.9"),
		Stamped: true, RunID: ref("7"), RunAttempt: ref("2"), JobID: ref("build"), RunURL: ref("https://github.com/ROCm/TheRock/actions/runs/7/attempts/2"),
		TheRock: &document.Checkout{Repo: ref("https://github.com/ROCm/TheRock"), Commit: commitA, Ref: ref("refs/heads/main")},
		Sources: map[string]document.Source{
			"triton":  {Dir: ref("triton"), Commit: commitB, Remote: ref("git@github.com:ROCm/triton.git")},
			"pytorch": {Dir: ref("pytorch"), Commit: commitA, UpstreamCommit: ref(commitB), Remote: ref("https://github.com/ROCm/pytorch"), Dirty: true},
		},
		Artifacts: []document.Artifact{
			{RelativePath: torch, SHA256: digestA, Build: &document.Build{Status: document.Rebuilt}},
			{RelativePath: apex, SHA256: digestB, Build: &document.Build{Status: document.Reused, RunID: ref("6"), Commit: ref(commitB)}},
		},
	}
}

// changed is the sample with a change.
func changed(change func(*document.Manifest)) *document.Manifest {
	m := sample()
	change(m)
	return m
}

func statement(t testing.TB, m *document.Manifest) *Statement {
	t.Helper()
	s, findings, err := New(m, manifestFile(), builderID)
	require.NoError(t, err)
	require.Empty(t, findings)
	return s
}

// newKeys are a fresh key of each kind.
func newKeys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return map[string]crypto.Signer{"ecdsa": ec, "ed25519": ed}
}

// fixed is an Ed25519 key that is the same each time.
func fixed() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) }

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func publicPEM(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	return block(pkixPublic, der)
}

func privateDER(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return der
}

// brief is findings as "code artifact field: got | want".
func brief(findings []finding.Finding) []string {
	out := []string{}
	for _, f := range findings {
		out = append(out, f.Code+" "+f.Artifact+" "+f.Field+": "+f.Got+" | "+f.Want)
	}
	return out
}

func codes(findings []finding.Finding) []string {
	out := []string{}
	for _, f := range findings {
		out = append(out, f.Code)
	}
	return out
}
