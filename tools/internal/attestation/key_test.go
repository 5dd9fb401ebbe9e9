package attestation

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/encrypted"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errNotAsked = errors.New("the passphrase was asked for")

func notAsked() ([]byte, error) { return nil, errNotAsked }

func secret(text string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(text), nil }
}

// lightly encrypts as cosign does, with the library's quickest parameters.
func lightly(t *testing.T, der []byte, passphrase string) []byte {
	t.Helper()
	data, err := encrypted.EncryptWithCustomKDFParameters(der, []byte(passphrase), encrypted.Legacy)
	require.NoError(t, err)
	return data
}

func TestRoundTrips(t *testing.T) {
	s := statement(t, sample())
	for kind, signer := range newKeys(t) {
		der := privateDER(t, signer)
		standard, err := encrypted.Encrypt(der, []byte("geheim"))
		require.NoError(t, err)
		for form, c := range map[string]struct {
			text       []byte
			passphrase func() ([]byte, error)
			encrypted  bool
		}{
			"PKCS #8":               {block(pkcs8, der), notAsked, false},
			"after a comment":       {append([]byte("a key\n"), block(pkcs8, der)...), notAsked, false},
			"cosign":                {block(sigstoreKey, standard), secret("geheim"), true},
			"cosign 1":              {block(cosignKey, lightly(t, der, "geheim")), secret("geheim"), true},
			"cosign, no passphrase": {block(sigstoreKey, lightly(t, der, "")), secret(""), true},
		} {
			t.Run(kind+", "+form, func(t *testing.T) {
				assert.Equal(t, c.encrypted, Encrypted(c.text))
				key, err := ParsePrivateKey(c.text, c.passphrase)
				require.NoError(t, err)
				bundle, err := Sign(context.Background(), s, key)
				require.NoError(t, err)
				verified, findings, err := Verify(bundle, publicPEM(t, signer.Public()))
				require.NoError(t, err)
				require.Empty(t, findings)
				assert.Equal(t, s, verified)
				assert.Empty(t, verified.Hold(manifestText, sample().Artifacts))
			})
		}
	}
}

func TestEqualInputGivesEqualBytes(t *testing.T) {
	s := statement(t, sample())
	first, err := Sign(context.Background(), s, PrivateKey{fixed()})
	require.NoError(t, err)
	second, err := Sign(context.Background(), statement(t, sample()), PrivateKey{fixed()})
	require.NoError(t, err)
	assert.Equal(t, string(first), string(second))
	golden(t, "bundle.sigstore.json", first)

	// Of ECDSA, all but the signature.
	key := PrivateKey{newKeys(t)["ecdsa"]}
	payload := func() string {
		data, err := Sign(context.Background(), s, key)
		require.NoError(t, err)
		var b bundle
		require.NoError(t, json.Unmarshal(data, &b))
		b.Envelope.Signatures[0].Sig = ""
		rest, err := json.Marshal(b)
		require.NoError(t, err)
		return string(rest)
	}
	assert.Equal(t, payload(), payload())
}

// faulty is a text that is no key we use, and what is said of it.
type faulty struct {
	text []byte
	want string
}

func TestPrivateKeysThatAreRefused(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	keys := newKeys(t)
	der := privateDER(t, keys["ecdsa"])
	sec1, err := x509.MarshalECPrivateKey(keys["ecdsa"].(*ecdsa.PrivateKey))
	require.NoError(t, err)
	damaged := bytes.Clone(der)
	damaged[4] ^= 0xff
	sealed := lightly(t, der, "right")
	for name, c := range map[string]faulty{
		"nothing":              {nil, "not PEM, want " + wantPrivate},
		"text":                 {[]byte("secret\n"), "not PEM, want " + wantPrivate},
		"DER":                  {der, "not PEM, want " + wantPrivate},
		"two keys":             {append(block(pkcs8, der), block(pkcs8, der)...), "more than one PEM block, want " + wantPrivate},
		"public":               {publicPEM(t, keys["ecdsa"].Public()), `got a PEM block "PUBLIC KEY", want ` + wantPrivate},
		"SEC 1":                {block("EC PRIVATE KEY", sec1), `got a PEM block "EC PRIVATE KEY", want ` + wantPrivate + convertPKCS8},
		"openssl ecparam":      {append(block("EC PARAMETERS", []byte{6, 1, 1}), block("EC PRIVATE KEY", sec1)...), `got a PEM block "EC PARAMETERS", want ` + wantPrivate + convertPKCS8},
		"PKCS #8, encrypted":   {block(pkcs8Encrypted, der), `got a PEM block "ENCRYPTED PRIVATE KEY", want ` + wantPrivate + convertPKCS8},
		"PKCS #1":              {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)), `got a PEM block "RSA PRIVATE KEY", want ` + wantPrivate},
		"OpenSSH":              {block("OPENSSH PRIVATE KEY", der), `got a PEM block "OPENSSH PRIVATE KEY", want ` + wantPrivate},
		"P-384":                {block(pkcs8, privateDER(t, p384)), "got an ECDSA key on P-384, want " + wantPrivate},
		"RSA":                  {block(pkcs8, privateDER(t, rsaKey)), "got a key of type rsa.PublicKey, want " + wantPrivate},
		"X25519":               {block(pkcs8, privateDER(t, x25519)), "got a key that does not sign, want " + wantPrivate},
		"damaged":              {block(pkcs8, damaged), "not a key in PKCS #8, want " + wantPrivate},
		"another passphrase":   {block(sigstoreKey, sealed), "the key cannot be decrypted: another passphrase encrypted it, or it is damaged"},
		"not encrypted at all": {block(sigstoreKey, der), "the key cannot be decrypted: another passphrase encrypted it, or it is damaged"},
		"costly parameters":    {block(sigstoreKey, bytes.Replace(sealed, []byte("32768"), []byte("1073741824"), 1)), "the key cannot be decrypted: another passphrase encrypted it, or it is damaged"},
	} {
		_, err := ParsePrivateKey(c.text, secret("wrong"))
		assert.EqualError(t, err, c.want, name)
	}
	_, err = ParsePrivateKey(block(sigstoreKey, sealed), notAsked)
	assert.ErrorIs(t, err, errNotAsked)
	assert.False(t, Encrypted([]byte("no key")))
}

func TestPublicKeysThatAreRefused(t *testing.T) {
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	require.NoError(t, err)
	good := publicPEM(t, fixed().Public())
	for name, c := range map[string]faulty{
		"nothing":           {nil, "not PEM, want " + wantPublic},
		"two keys":          {append(bytes.Clone(good), good...), "more than one PEM block, want " + wantPublic},
		"private":           {block(pkcs8, privateDER(t, fixed())), "got a private key, want " + wantPublic + derivePublic},
		"private of cosign": {block(sigstoreKey, []byte("{}")), "got a private key, want " + wantPublic + derivePublic},
		"certificate":       {block("CERTIFICATE", []byte{1}), `got a PEM block "CERTIFICATE", want ` + wantPublic},
		"damaged":           {block(pkixPublic, []byte{1}), "not a public key, want " + wantPublic},
		"P-521":             {publicPEM(t, p521.Public()), "got an ECDSA key on P-521, want " + wantPublic},
	} {
		s, findings, err := Verify([]byte("{}"), c.text)
		assert.EqualError(t, err, c.want, name)
		assert.Nil(t, s, name)
		assert.Nil(t, findings, name)
	}
}

// No way of printing shows a key.
func TestKeysAreNotPrinted(t *testing.T) {
	key := PrivateKey{fixed()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		assert.Equal(t, "a private key", fmt.Sprintf(verb, key), verb)
		assert.NotContains(t, fmt.Sprintf(verb, []any{key, &key, []PrivateKey{key}}), "0 0 0", verb)
	}
	data, err := json.Marshal(key)
	require.NoError(t, err)
	assert.Equal(t, "{}", string(data))
}

// The hint is what cosign writes: the digest of the public key.
func TestHint(t *testing.T) {
	for _, signer := range newKeys(t) {
		hint, err := PrivateKey{signer}.hint()
		require.NoError(t, err)
		der, err := x509.MarshalPKIXPublicKey(signer.Public())
		require.NoError(t, err)
		sum := crypto.SHA256.New()
		sum.Write(der)
		assert.Equal(t, base64.StdEncoding.EncodeToString(sum.Sum(nil)), hint)
	}
}
