package attest

import (
	"encoding/json"
	"os/exec"
	"testing"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
)

// The reference code of the formats reads what we write, and has no fault to
// find with it.
func TestInTotoReadsOurs(t *testing.T) {
	b := newBuild(t)
	b.keys()
	var s intoto.Statement
	require.NoError(t, protojson.Unmarshal(payload(t, b.attest("ed25519")), &s))
	require.NoError(t, s.Validate())
	assert.Equal(t, intoto.StatementTypeUri, s.GetType())
	assert.Len(t, s.GetSubject(), len(wheels)+1)

	// It knows every field, or it would refuse to read.
	text := b.run(nil, "attest", manifestName, "--builder-id="+builderID, "--predicate-only")
	var p provenance.Provenance
	require.NoError(t, protojson.Unmarshal(text, &p))
	require.NoError(t, p.Validate())
	assert.Equal(t, builderID, p.GetRunDetails().GetBuilder().GetId())
	assert.Equal(t, "https://github.com/ROCm/TheRock/actions/runs/7/attempts/1", p.GetRunDetails().GetMetadata().GetInvocationId())
	var uris []string
	for _, d := range p.GetBuildDefinition().GetResolvedDependencies() {
		uris = append(uris, d.GetUri())
	}
	assert.Equal(t, []string{"git+https://github.com/ROCm/TheRock", "git+ssh://git@github.com/ROCm/pytorch.git", "git+https://github.com/ROCm/triton"}, uris)

	theirs, err := protojson.Marshal(s.GetPredicate())
	require.NoError(t, err)
	assert.JSONEq(t, string(text), string(theirs), "the predicate alone is the statement's")
}

// coreutils read the checksums that we write.
func TestSha256sumReadsOurs(t *testing.T) {
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("SKIPPED: no sha256sum")
	}
	b := newBuild(t)
	b.run(nil, "attest", manifestName, "--checksums", "--out=subjects.txt")
	said := run(t, nil, b.dir, tool, "--check", "--strict", "subjects.txt")
	assert.Equal(t, wheels[0]+": OK\n"+wheels[1]+": OK\n"+manifestName+": OK\n", string(said))
}

// Keys that openssl makes sign.
func TestKeysOfOpenSSL(t *testing.T) {
	tool, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("SKIPPED: no openssl")
	}
	b := newBuild(t)
	run(t, nil, b.dir, tool, "genpkey", "-algorithm", "ed25519", "-out", "ed25519.key")
	run(t, nil, b.dir, tool, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ecdsa.key")
	for _, kind := range []string{"ed25519", "ecdsa"} {
		b.write("message", pae(payloadType, payload(t, b.attest(kind))))
		b.write("signature", signature(t, b.read(kind+".sigstore.json")))
		args := []string{"-verify", "-inkey", kind + ".key", "-in", "message", "-sigfile", "signature", "-rawin"}
		if kind == "ecdsa" {
			args = append(args, "-digest", "sha256")
		}
		run(t, nil, b.dir, tool, append([]string{"pkeyutl"}, args...)...)
	}
}

// bundle is what the tests read of a Sigstore bundle.
type bundle struct {
	MediaType string                     `json:"mediaType"`
	Material  map[string]json.RawMessage `json:"verificationMaterial"`
	Envelope  struct {
		PayloadType string           `json:"payloadType"`
		Payload     []byte           `json:"payload"`
		Signatures  []map[string]any `json:"signatures"`
	} `json:"dsseEnvelope"`
}

func opened(t *testing.T, data []byte) bundle {
	t.Helper()
	var b bundle
	require.NoError(t, json.Unmarshal(data, &b))
	require.Len(t, b.Envelope.Signatures, 1)
	return b
}

func payload(t *testing.T, data []byte) []byte {
	t.Helper()
	return opened(t, data).Envelope.Payload
}
