package attestation

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Verify returns the statement that the key signed. It trusts that key alone:
// the hint and whatever else a bundle says of keys count for nothing. The
// statement is nil where anything is wrong with the bundle, and nothing of a
// payload is read before its signature is found good; what is then read is the
// bytes that were verified. The error says that the key cannot be used.
//
// The statement says nothing yet of any file: see Statement.Hold.
func Verify(bundle, publicKeyPEM []byte) (*Statement, []finding.Finding, error) {
	key, err := parsePublicKey(publicKeyPEM)
	if err != nil {
		return nil, nil, err
	}
	envelope, findings := open(bundle)
	if envelope == nil {
		return nil, findings, nil
	}
	payload, err := verified(envelope, key)
	if err != nil {
		findings = append(findings, finding.Errorf(SignatureWrong, "the signature is not the given key's over this payload").
			At("/dsseEnvelope/signatures/0/sig"))
	}
	if len(findings) > 0 {
		return nil, findings, nil
	}
	s, findings := parse(payload)
	return s, findings, nil
}

func verified(envelope *dsse.Envelope, key crypto.PublicKey) ([]byte, error) {
	verifier, err := dsse.NewEnvelopeVerifier(verifierOf{key})
	if err != nil {
		return nil, err
	}
	_, payload, err := verifier.VerifyAndDecode(context.Background(), envelope)
	return payload, err
}

// verifierOf implements dsse.Verifier.
type verifierOf struct{ key crypto.PublicKey }

var errSignature = errors.New("the signature is not the key's")

func (v verifierOf) Verify(_ context.Context, data, sig []byte) error {
	good := false
	switch key := v.key.(type) {
	case ed25519.PublicKey:
		good = ed25519.Verify(key, data, sig)
	case *ecdsa.PublicKey:
		sum := sha256.Sum256(data)
		good = ecdsa.VerifyASN1(key, sum[:], sig)
	}
	if !good {
		return errSignature
	}
	return nil
}

func (verifierOf) KeyID() (string, error)     { return "", nil }
func (v verifierOf) Public() crypto.PublicKey { return v.key }
