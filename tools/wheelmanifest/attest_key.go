package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/attestation"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

const (
	// cosignPassword is where cosign looks for a passphrase.
	cosignPassword = "COSIGN_PASSWORD"
	// maxSecret is more than any key or passphrase has, in bytes.
	maxSecret = 1 << 16
)

// keyFlags say where a key and its passphrase are.
type keyFlags struct {
	file       string
	variable   string
	descriptor int
}

func (k *keyFlags) define(f *flags) {
	f.StringVar(&k.file, "key", "", "sign with the private key in `FILE`, in PEM: ECDSA P-256 or Ed25519, in PKCS #8 or as cosign encrypts it")
	f.StringVar(&k.variable, "passphrase-env", "", "the environment variable `NAME` that holds the passphrase of cosign's key; "+cosignPassword+" by default")
	f.IntVar(&k.descriptor, "passphrase-fd", -1, "read that passphrase from file descriptor `N` instead: 0, or one from 3 that the caller opened;\none newline at its end is taken off")
}

func (k *keyFlags) check() error {
	switch {
	case k.file == "" && (k.variable != "" || k.descriptor != -1):
		return usagef("attest: a passphrase without --key=FILE")
	case k.variable != "" && k.descriptor != -1:
		return usagef("attest: want --passphrase-env or --passphrase-fd, not both")
	case k.descriptor < -1 || k.descriptor == 1 || k.descriptor == 2:
		return usagef("--passphrase-fd: got %d, want 0, or a descriptor from 3", k.descriptor)
	}
	return nil
}

// read reads the key. Nothing that it says repeats anything of key or
// passphrase.
func (k *keyFlags) read(ctx context.Context, env *environment) (attestation.PrivateKey, error) {
	var none attestation.PrivateKey
	file, err := k.text(ctx, env)
	if err != nil {
		return none, err
	}
	key, err := attestation.ParsePrivateKey(file.text, func() ([]byte, error) { return k.passphrase(ctx, env) })
	var said *exit
	switch {
	case ctx.Err() != nil:
		return none, ctx.Err()
	case errors.As(err, &said):
		return none, err
	case err != nil:
		env.list([]finding.Finding{finding.Errorf("key_unusable", "%v", err).On(k.file)})
		return none, answerNo(false)
	}
	if file.exposed() {
		env.list([]finding.Finding{finding.Warningf("key_readable_by_others", "others on this machine may read the key").
			On(k.file).GotWant(fmt.Sprintf("%#o", file.mode.Perm()), "0600, or a key that is encrypted")})
	}
	return key, nil
}

// keyText is what a key's file holds.
type keyText struct {
	text []byte
	mode os.FileMode
}

// exposed says whether other users may read a key that nothing else protects.
func (k keyText) exposed() bool {
	return runtime.GOOS != "windows" && k.mode.IsRegular() && k.mode.Perm()&0o077 != 0 && !attestation.Encrypted(k.text)
}

// text reads the key's file, which may be a pipe.
func (k *keyFlags) text(ctx context.Context, env *environment) (keyText, error) {
	read, err := aside(ctx, func() (read keyText, err error) {
		file, err := os.Open(env.path(k.file))
		if err != nil {
			return keyText{}, err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		info, err := file.Stat()
		if err != nil {
			return keyText{}, err
		}
		text, err := readSecret(file)
		return keyText{text, info.Mode()}, err
	})
	if ctx.Err() != nil {
		return keyText{}, ctx.Err()
	}
	if err != nil {
		return keyText{}, environmentf("--key=%s: %w", k.file, plainly(err))
	}
	return read, nil
}

// passphrase is asked for where the key is encrypted.
func (k *keyFlags) passphrase(ctx context.Context, env *environment) ([]byte, error) {
	if k.descriptor >= 0 {
		secret, err := aside(ctx, func() ([]byte, error) {
			if k.descriptor == 0 {
				return readSecret(env.stdin)
			}
			file := os.NewFile(uintptr(k.descriptor), "passphrase")
			data, err := readSecret(file)
			return data, errors.Join(err, file.Close())
		})
		if err != nil {
			return nil, environmentf("--passphrase-fd=%d: %w", k.descriptor, plainly(err))
		}
		return bytes.TrimSuffix(bytes.TrimSuffix(secret, []byte("\n")), []byte("\r")), nil
	}
	name := k.variable
	if name == "" {
		name = cosignPassword
	}
	secret, there := os.LookupEnv(name)
	if !there {
		return nil, usagef("--key=%s: the key is encrypted: want its passphrase in the environment variable %s, or --passphrase-env or --passphrase-fd", k.file, name)
	}
	return []byte(secret), nil
}

func readSecret(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if len(data) > maxSecret {
		return nil, fmt.Errorf("more than %d bytes", maxSecret)
	}
	return data, err
}
