package attestation

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/encrypted"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// The types of PEM blocks (RFC 7468). cosign encrypts PKCS #8 with
// go-securesystemslib/encrypted; the older name is from its first releases.
const (
	pkcs8          = "PRIVATE KEY"
	pkcs8Encrypted = "ENCRYPTED PRIVATE KEY"
	pkixPublic     = "PUBLIC KEY"
	sigstoreKey    = "ENCRYPTED SIGSTORE PRIVATE KEY"
	cosignKey      = "ENCRYPTED COSIGN PRIVATE KEY"
)

// What is asked for, and how to come by it.
const (
	wantPrivate  = "an ECDSA P-256 or Ed25519 key: PKCS #8 in PEM (" + pkcs8 + "), or cosign's (" + sigstoreKey + ")"
	wantPublic   = "an ECDSA P-256 or Ed25519 key in PEM (" + pkixPublic + ")"
	convertPKCS8 = "; openssl pkcs8 -topk8 -nocrypt converts it"
	derivePublic = "; openssl pkey -pubout makes the public key of an unencrypted one, cosign public-key of its own"
)

// PrivateKey signs.
type PrivateKey struct{ signer crypto.Signer }

// Format implements fmt.Formatter: no verb prints a key.
func (PrivateKey) Format(s fmt.State, _ rune) { fmt.Fprint(s, "a private key") }

// Encrypted says whether the text is a key that needs a passphrase.
func Encrypted(text []byte) bool {
	block, err := only(text, wantPrivate)
	return err == nil && isCosign(block)
}

func isCosign(block *pem.Block) bool { return block.Type == sigstoreKey || block.Type == cosignKey }

// ParsePrivateKey reads a PEM block with a private key. The passphrase is asked
// for where it is encrypted; its error is returned as it is. No other error
// repeats anything of the key.
func ParsePrivateKey(text []byte, passphrase func() ([]byte, error)) (PrivateKey, error) {
	block, err := only(text, wantPrivate)
	if err != nil {
		return PrivateKey{}, err
	}
	der := block.Bytes
	switch {
	case isCosign(block):
		secret, err := passphrase()
		if err != nil {
			return PrivateKey{}, err
		}
		if der, err = encrypted.Decrypt(der, secret); err != nil {
			return PrivateKey{}, errors.New("the key cannot be decrypted: another passphrase encrypted it, or it is damaged")
		}
	case block.Type == "EC PRIVATE KEY" || block.Type == "EC PARAMETERS" || block.Type == pkcs8Encrypted:
		return PrivateKey{}, fmt.Errorf("got a PEM block %s, want %s%s", finding.Quote(block.Type), wantPrivate, convertPKCS8)
	case block.Type != pkcs8:
		return PrivateKey{}, fmt.Errorf("got a PEM block %s, want %s", finding.Quote(block.Type), wantPrivate)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("not a key in PKCS #8, want %s", wantPrivate)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return PrivateKey{}, fmt.Errorf("got a key that does not sign, want %s", wantPrivate)
	}
	if err := supported(signer.Public(), wantPrivate); err != nil {
		return PrivateKey{}, err
	}
	return PrivateKey{signer}, nil
}

// parsePublicKey reads a PEM block with a public key.
func parsePublicKey(text []byte) (crypto.PublicKey, error) {
	block, err := only(text, wantPublic)
	switch {
	case err != nil:
		return nil, err
	case strings.HasSuffix(block.Type, pkcs8):
		return nil, fmt.Errorf("got a private key, want %s%s", wantPublic, derivePublic)
	case block.Type != pkixPublic:
		return nil, fmt.Errorf("got a PEM block %s, want %s", finding.Quote(block.Type), wantPublic)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("not a public key, want %s", wantPublic)
	}
	return key, supported(key, wantPublic)
}

// only is the one PEM block of a text: of several, nobody knows which is meant.
func only(text []byte, want string) (*pem.Block, error) {
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("not PEM, want %s", want)
	}
	if second, _ := pem.Decode(rest); second != nil && block.Type != "EC PARAMETERS" {
		return nil, fmt.Errorf("more than one PEM block, want %s", want)
	}
	return block, nil
}

// supported refuses other keys than the two kinds that every verifier of
// Sigstore bundles takes without being told more.
func supported(public crypto.PublicKey, want string) error {
	switch k := public.(type) {
	case ed25519.PublicKey:
		return nil
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return nil
		}
		return fmt.Errorf("got an ECDSA key on %s, want %s", k.Curve.Params().Name, want)
	}
	return fmt.Errorf("got a key of type %s, want %s", strings.TrimPrefix(fmt.Sprintf("%T", public), "*"), want)
}
