package attest

import (
	"bytes"
	"crypto"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// cosignVersion is the release that the tests and the record are made with.
const cosignVersion = "v3.1.3"

var record = flag.Bool("record", false, "write what cosign accepted as the record that the attestation package's tests check")

// cosign is the program, which an earlier run left or RPM_E2E_LARGE=1 builds.
func cosign(t *testing.T) string {
	t.Helper()
	program := filepath.Join(bazel.Cache(t), "cosign-"+cosignVersion)
	if _, err := os.Stat(program); err == nil {
		return program
	}
	if os.Getenv("RPM_E2E_LARGE") != "1" {
		t.Skip("SKIPPED: cosign is 141 MB, and minutes to build; RPM_E2E_LARGE=1 go test ./attest builds it. What it accepted is checked by tools/internal/attestation")
	}
	dir := t.TempDir()
	run(t, []string{"GOBIN=" + dir}, dir, "go", "install", "github.com/sigstore/cosign/v3/cmd/cosign@"+cosignVersion)
	require.NoError(t, os.Rename(filepath.Join(dir, "cosign"), program))
	return program
}

// judge asks cosign, and returns its exit code and the last line it says.
func judge(t *testing.T, program, dir string, args ...string) (int, string) {
	t.Helper()
	command := exec.Command(program, args...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return command.ProcessState.ExitCode(), lines[len(lines)-1]
}

func arguments(kind, bundle, file string) []string {
	return []string{
		"verify-blob-attestation", "--key", kind + ".pub", "--bundle", bundle, "--insecure-ignore-tlog",
		"--type", "slsaprovenance1", file,
	}
}

// cosign accepts our bundles for every subject, of both kinds of key and with
// its own encrypted keys, and refuses what was changed.
func TestCosign(t *testing.T) {
	program := cosign(t)
	b := newBuild(t)
	keys := b.keys()
	for _, kind := range []string{"ecdsa", "ed25519"} {
		b.attest(kind)
		var transcript bytes.Buffer
		for _, file := range append([]string{manifestName}, wheels...) {
			args := arguments(kind, kind+".sigstore.json", file)
			code, said := judge(t, program, b.dir, args...)
			assert.Zero(t, code, "%s %s: %s", kind, file, said)
			fmt.Fprintf(&transcript, "$ cosign %s\n%s\n", strings.Join(args, " "), said)
		}
		tampered(t, program, b, kind, keys[kind])
		if *record {
			b.record(kind, transcript.Bytes())
		}
	}
}

// record keeps what cosign accepted.
func (b *build) record(kind string, transcript []byte) {
	b.t.Helper()
	to := filepath.Join(bazel.Root(b.t), "tools/internal/attestation/testdata/cosign")
	require.NoError(b.t, os.MkdirAll(to, 0o755))
	b.write(kind+".txt", append([]byte("cosign "+cosignVersion+"\n\n"), transcript...))
	for _, name := range []string{manifestName, kind + ".sigstore.json", kind + ".pub", kind + ".txt"} {
		require.NoError(b.t, os.WriteFile(filepath.Join(to, name), b.read(name), 0o644))
	}
}

// tampered prints and checks what cosign says of everything that was changed.
func tampered(t *testing.T, program string, b *build, kind string, key crypto.Signer) {
	t.Helper()
	other := map[string]string{"ecdsa": "ed25519", "ed25519": "ecdsa"}[kind]
	for _, c := range changes(t, b, kind, key) {
		file, with := c.file, kind
		if file == "" {
			file = manifestName
		}
		if c.otherKey {
			with = other
		}
		b.write("changed.sigstore.json", c.bundle)
		code, said := judge(t, program, b.dir, arguments(with, "changed.sigstore.json", file)...)
		verdict := "refused"
		if code == 0 {
			verdict = "accepted"
		}
		t.Logf("%-8s %-34s cosign: %-8s  ours: %-8s  %s", kind, c.name, verdict, c.ours, said)
		assert.Equal(t, c.cosign, verdict, "%s %s: %s", kind, c.name, said)
	}
}

// Keys as cosign makes them.
func TestCosignsOwnKeys(t *testing.T) {
	program := cosign(t)
	b := newBuild(t)
	b.keys()
	secret := []string{"COSIGN_PASSWORD=geheim"}
	run(t, secret, b.dir, program, "generate-key-pair", "--output-key-prefix", "own")
	for _, kind := range []string{"ecdsa", "ed25519"} {
		run(t, secret, b.dir, program, "import-key-pair", "--key", kind+".key", "--output-key-prefix", "imported-"+kind)
	}
	for _, kind := range []string{"own", "imported-ecdsa", "imported-ed25519"} {
		b.attest(kind, secret...)
		code, said := judge(t, program, b.dir, arguments(kind, kind+".sigstore.json", wheels[0])...)
		assert.Zero(t, code, "%s: %s", kind, said)
	}
}
