package attestation

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// bundle is a Sigstore bundle with an envelope and a public key's hint.
type bundle struct {
	MediaType string         `json:"mediaType"`
	Material  material       `json:"verificationMaterial"`
	Envelope  *dsse.Envelope `json:"dsseEnvelope"`
}

type material struct {
	PublicKey publicKey `json:"publicKey"`
}

type publicKey struct {
	Hint string `json:"hint"`
}

// Sign returns the statement in a Sigstore bundle, one line of JSON.
func Sign(ctx context.Context, s *Statement, key PrivateKey) ([]byte, error) {
	payload, err := marshal(s, "")
	if err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	return sign(ctx, PayloadType, payload, key)
}

func sign(ctx context.Context, payloadType string, payload []byte, key PrivateKey) ([]byte, error) {
	signer, err := dsse.NewEnvelopeSigner(key)
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	envelope, err := signer.SignPayload(ctx, payloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	hint, err := key.hint()
	if err != nil {
		return nil, fmt.Errorf("hint: %w", err)
	}
	data, err := marshal(bundle{MediaType, material{publicKey{hint}}, envelope}, "")
	return append(data, '\n'), err
}

// hint names the public key as cosign does: the digest of its encoding (PKIX).
func (k PrivateKey) hint() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(k.signer.Public())
	sum := sha256.Sum256(der)
	return base64.StdEncoding.EncodeToString(sum[:]), err
}

// Sign implements dsse.Signer.
func (k PrivateKey) Sign(_ context.Context, data []byte) ([]byte, error) {
	if _, is := k.signer.(ed25519.PrivateKey); is {
		return k.signer.Sign(nil, data, crypto.Hash(0))
	}
	sum := sha256.Sum256(data)
	return k.signer.Sign(rand.Reader, sum[:], crypto.SHA256)
}

// KeyID implements dsse.Signer: a bundle has the hint in its place.
func (PrivateKey) KeyID() (string, error) { return "", nil }
