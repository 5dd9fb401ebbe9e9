package attest

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// change is a bundle or a file that was changed, and what is said of it:
// accepted or refused.
type change struct {
	name   string
	bundle []byte
	// file is the one that is verified; the manifest where it is empty.
	file     string
	otherKey bool
	// ours is what `verify --bundle --key` says, of the folder with the changed
	// file in its place.
	cosign, ours string
}

func changes(t *testing.T, b *build, kind string, key crypto.Signer) []change {
	t.Helper()
	const accepted, refused = "accepted", "refused"
	good := b.read(kind + ".sigstore.json")
	edit := func(do func(*bundle)) []byte {
		v := opened(t, good)
		do(&v)
		return encoded(t, v)
	}
	again := func(do func(*bundle)) []byte {
		v := opened(t, good)
		do(&v)
		return signed(t, v, key)
	}
	flip := func(data []byte) []byte {
		data = bytes.Clone(data)
		data[len(data)/2] ^= 1
		return data
	}
	subjects := func(do func([]any) []any) []byte {
		return again(func(v *bundle) {
			var s map[string]any
			require.NoError(t, json.Unmarshal(v.Envelope.Payload, &s))
			s["subject"] = do(s["subject"].([]any))
			v.Envelope.Payload = encoded(t, s)
		})
	}
	replaced := func(old, new string) []byte {
		return again(func(v *bundle) {
			require.Contains(t, string(v.Envelope.Payload), old)
			v.Envelope.Payload = bytes.Replace(v.Envelope.Payload, []byte(old), []byte(new), 1)
		})
	}
	b.write(changedWheel, flip(b.read(wheels[0])))
	b.write(changedManifest, flip(b.read(manifestName)))
	b.write(fittingManifest, bytes.ReplaceAll(b.read(manifestName), digest(b.read(wheels[0])), digest(b.read(changedWheel))))
	return []change{
		{"nothing", good, "", false, accepted, accepted},
		{"signed again", again(func(*bundle) {}), "", false, accepted, accepted},
		{"a wheel's byte", good, changedWheel, false, refused, refused},
		{"a manifest's byte", good, changedManifest, false, refused, refused},
		{"a wheel's byte, in the manifest too", good, fittingManifest, false, refused, refused},
		{"a payload's byte", edit(func(v *bundle) { v.Envelope.Payload = flip(v.Envelope.Payload) }), "", false, refused, refused},
		{"a signature's byte", edit(func(v *bundle) { v.Envelope.Signatures[0]["sig"] = flip(signature(t, good)) }), "", false, refused, refused},
		{"another key", good, "", true, refused, refused},
		{"another hint", edit(func(v *bundle) { v.Material["publicKey"] = json.RawMessage(`{"hint":"x"}`) }), "", false, accepted, accepted},
		{"another name for the key", edit(func(v *bundle) { v.Envelope.Signatures[0]["keyid"] = "x" }), "", false, refused, accepted},
		{"payload type", edit(func(v *bundle) { v.Envelope.PayloadType = "text/plain" }), "", false, refused, refused},
		{"payload type, signed", again(func(v *bundle) { v.Envelope.PayloadType = "text/plain" }), "", false, refused, refused},
		{"predicate type, signed", replaced("https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"), "", false, refused, refused},
		{"statement type, signed", replaced("https://in-toto.io/Statement/v1", "https://example.com/Statement/v1"), "", false, accepted, refused},
		{"a subject removed, signed", subjects(func(s []any) []any { return s[:len(s)-1] }), "", false, refused, refused},
		{"another one removed, signed", subjects(func(s []any) []any { return s[1:] }), "", false, accepted, refused},
		{"a subject added, signed", subjects(func(s []any) []any {
			return append(s, map[string]any{"name": "x", "digest": map[string]any{"sha256": zeros}})
		}), "", false, accepted, refused},
		{"a wheel's name, signed", replaced(wheels[0], "x.whl"), wheels[0], false, accepted, refused},
		{"a name twice, signed", replaced(`"_type":`, `"_type":"x","_type":`), "", false, refused, refused},
		{"a name twice in the bundle", bytes.Replace(good, []byte(`"mediaType":`), []byte(`"mediaType":"x","mediaType":`), 1), "", false, refused, refused},
		{"a field of no bundle", bytes.Replace(good, []byte(`"mediaType":`), []byte(`"x":1,"mediaType":`), 1), "", false, refused, refused},
		{"data after the bundle", append(bytes.Clone(good), "{}"...), "", false, refused, refused},
		{"two signatures", edit(func(v *bundle) { v.Envelope.Signatures = append(v.Envelope.Signatures, v.Envelope.Signatures[0]) }), "", false, refused, refused},
		{"no signature", edit(func(v *bundle) { v.Envelope.Signatures = nil }), "", false, refused, refused},
		{"no bytes", nil, "", false, refused, refused},
		{"media type of v0.4", edit(func(v *bundle) { v.MediaType = "application/vnd.dev.sigstore.bundle.v0.4+json" }), "", false, refused, refused},
		{"media type of v0.2", edit(func(v *bundle) { v.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2" }), "", false, accepted, refused},
	}
}

// Files that the changes put beside the good ones. The fitting manifest says the
// changed wheel's digest.
const (
	changedWheel    = "changed.whl"
	changedManifest = "changed.json"
	fittingManifest = "fitting.json"
)

func digest(data []byte) []byte { return fmt.Appendf(nil, "%x", sha256.Sum256(data)) }

// verify asks the tool of a folder in which the changed file is in its place.
func (b *build) verify(file string, args ...string) (accepted bool, said string) {
	b.t.Helper()
	place := map[string]string{manifestName: manifestName}
	for _, name := range wheels {
		place[name] = name
	}
	if file == changedWheel || file == fittingManifest {
		place[wheels[0]] = changedWheel
	}
	if file == changedManifest || file == fittingManifest {
		place[manifestName] = file
	}
	dir := b.t.TempDir()
	for name, from := range place {
		require.NoError(b.t, os.WriteFile(filepath.Join(dir, name), b.read(from), 0o600))
	}
	command := exec.Command(b.tool, append([]string{"verify", filepath.Join(dir, manifestName), "--format=text"}, args...)...)
	command.Dir = b.dir
	output, err := command.CombinedOutput()
	said = strings.TrimSpace(string(output))
	last := said[strings.LastIndex(said, "\n")+1:]
	switch command.ProcessState.ExitCode() {
	case 0:
		require.NoError(b.t, err)
		assert.True(b.t, strings.HasPrefix(last, "PASSED: "), said)
	case 1:
		assert.True(b.t, strings.HasPrefix(last, "FAILED: "), said)
	default:
		require.NoError(b.t, err, said)
	}
	return err == nil, said
}

// Our own verify says of every change what its column has.
func TestVerifyRefusesChanges(t *testing.T) {
	b := newBuild(t)
	keys := b.keys()
	for kind, other := range map[string]string{"ecdsa": "ed25519", "ed25519": "ecdsa"} {
		b.attest(kind)
		for _, c := range changes(t, b, kind, keys[kind]) {
			with := kind
			if c.otherKey {
				with = other
			}
			b.write("changed.sigstore.json", c.bundle)
			accepted, said := b.verify(c.file, "--bundle=changed.sigstore.json", "--key="+with+".pub")
			assert.Equal(t, c.ours == "accepted", accepted, "%s %s: %s", kind, c.name, said)
			if !accepted {
				first, _, _ := strings.Cut(said, "\n")
				t.Logf("%-8s %-36s %s", kind, c.name, first)
			}
		}
	}
	accepted, said := b.verify(fittingManifest)
	assert.True(t, accepted, "the wheels fit the changed manifest: %s", said)
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"
