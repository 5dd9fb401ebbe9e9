package attest

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const payloadType = "application/vnd.in-toto+json"

// pae is what DSSE signs (its protocol.md, "Signature Definition"), written
// down a second time.
func pae(kind string, body []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(kind), kind, len(body), body)
}

func signature(t *testing.T, data []byte) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(opened(t, data).Envelope.Signatures[0]["sig"].(string))
	require.NoError(t, err)
	return raw
}

// signed is a bundle whose envelope is signed anew.
func signed(t *testing.T, b bundle, key crypto.Signer) []byte {
	t.Helper()
	message := pae(b.Envelope.PayloadType, b.Envelope.Payload)
	hash := crypto.Hash(0)
	if _, is := key.(ed25519.PrivateKey); !is {
		sum := sha256.Sum256(message)
		message, hash = sum[:], crypto.SHA256
	}
	sig, err := key.Sign(rand.Reader, message, hash)
	require.NoError(t, err)
	b.Envelope.Signatures = []map[string]any{{"sig": sig}}
	return encoded(t, b)
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}
