package attestation

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// What verifies is the statement that was signed, whatever stands around it.
func FuzzVerify(f *testing.F) {
	good := signed(f)
	f.Add(good)
	f.Add([]byte(nil))
	f.Add([]byte(`{"mediaType":1,"dsseEnvelope":{"signatures":[{},1]}}`))
	f.Add(good[:len(good)/2])
	want := statement(f, sample())
	der := publicPEM(f, fixed().Public())
	f.Fuzz(func(t *testing.T, data []byte) {
		s, findings, err := Verify(data, der)
		require.NoError(t, err)
		require.LessOrEqual(t, len(findings), maxFindings)
		if s == nil {
			require.True(t, finding.HasErrors(findings))
			return
		}
		require.Empty(t, findings)
		require.Equal(t, want, s)
	})
}

// What is read of a statement is what encoding/json reads of it.
func FuzzParse(f *testing.F) {
	good, err := marshal(statement(f, sample()), "")
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1","predicate":{},"subject":[{"name":"a","digest":{}}]}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		s, findings := parse(payload)
		require.Equal(t, s == nil, finding.HasErrors(findings))
		require.LessOrEqual(t, len(findings), maxFindings)
		if s == nil {
			return
		}
		var theirs Statement
		require.NoError(t, json.Unmarshal(payload, &theirs))
		require.Len(t, s.Subjects, len(theirs.Subjects))
		for i, subject := range theirs.Subjects {
			require.Equal(t, subject, s.Subjects[i])
		}
		theirs.Subjects = s.Subjects // none and an empty list are one
		require.Equal(t, &theirs, s)
		s.Hold(payload, []document.Artifact{{RelativePath: "a", SHA256: digestA}})
	})
}

// No text makes the key readers panic.
func FuzzKeys(f *testing.F) {
	f.Add(block(pkcs8, []byte{0x30}))
	f.Add(block(sigstoreKey, []byte(`{"kdf":{"name":"scrypt"}}`)))
	f.Add(publicPEM(f, fixed().Public()))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := ParsePrivateKey(text, func() ([]byte, error) { return nil, nil })
		_, publicErr := parsePublicKey(text)
		require.False(t, err == nil && publicErr == nil, "both a private and a public key")
	})
}
