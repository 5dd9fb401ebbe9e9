package attestation

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// What cosign accepted, as the text beside each bundle says, we accept. The
// tests of e2e/attest made the record (-record).
func TestRecorded(t *testing.T) {
	for _, kind := range []string{"ecdsa", "ed25519"} {
		read := func(name string) []byte {
			data, err := os.ReadFile(filepath.Join("testdata", "cosign", name))
			require.NoError(t, err)
			return data
		}
		manifest := read("pytorch_manifest.json")
		m, findings := document.Check(manifest)
		require.Empty(t, findings)
		s, findings, err := Verify(read(kind+".sigstore.json"), read(kind+".pub"))
		require.NoError(t, err)
		require.Empty(t, findings)
		assert.Empty(t, s.Hold(manifest, m.Artifacts))

		// It is what would be signed today, but for the signature.
		today, findings, err := New(m, File{"pytorch_manifest.json", digest(manifest)}, builderID)
		require.NoError(t, err)
		require.Empty(t, findings)
		assert.Equal(t, today, s)

		transcript := string(read(kind + ".txt"))
		assert.Equal(t, len(s.Subjects), strings.Count(transcript, "\nVerified OK\n"), "a line for each subject")
		for _, subject := range s.Subjects {
			assert.Contains(t, transcript, " --type slsaprovenance1 "+subject.Name+"\n")
		}
	}
}
