package document

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEncodeIsCanonical holds the bytes of both samples against files: no
// release may change them for an equal document.
func TestEncodeIsCanonical(t *testing.T) {
	for name, m := range map[string]*Manifest{"testdata/full.json": sample(), "testdata/bare.json": bare()} {
		got := encoded(t, m)
		want, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got))
		var plain bytes.Buffer
		require.NoError(t, json.Indent(&plain, got, "", "  "))
		assert.Equal(t, plain.String(), string(got), "encoding/json indents the same")
	}
}

func TestEncodeSortsArtifactsAndLeavesTheDocument(t *testing.T) {
	m := sample()
	m.Artifacts[0], m.Artifacts[1] = m.Artifacts[1], m.Artifacts[0]
	assert.Equal(t, encoded(t, sample()), encoded(t, m))
	assert.Equal(t, "torch", m.Artifacts[0].Labels.Distribution)
}

func TestEncodeText(t *testing.T) {
	m := bare()
	m.Project = ref("a\"b\\c/d<e>&'\b\f\n\r\t\x01\x7f\u2028é😀")
	text := string(encoded(t, m))
	assert.Contains(t, text, `"project": "a\"b\\c/d<e>&'\b\f\n\r\t\u0001`+"\x7f\u2028é😀"+`"`)
	got, findings := Decode([]byte(text))
	require.Empty(t, findings)
	assert.Equal(t, *m.Project, *got.Project)
}

func TestEncodeRefuses(t *testing.T) {
	for want, change := range map[string]func(*Manifest){
		`/project: got "a\xff", want UTF-8`:                              func(m *Manifest) { m.Project = ref("a\xff") },
		`/sources/` + "\xff" + `: got "\xff", want UTF-8`:                func(m *Manifest) { m.Sources = map[string]Source{"\xff": {}} },
		`/artifacts/0/size_bytes: got 9007199254740992, want an integer`: func(m *Manifest) { m.Artifacts[0].SizeBytes = 1 << 53 },
		`/project: the field is kept twice`:                              func(m *Manifest) { m.Extra = Extra{"project": json.RawMessage(`"x"`)} },
		`/x: a value that is not JSON`:                                   func(m *Manifest) { m.Extra = Extra{"x": json.RawMessage(`[1`)} },
	} {
		m := bare()
		change(m)
		_, err := m.Encode()
		assert.ErrorContains(t, err, want)
	}
}

func TestEncodeNothing(t *testing.T) {
	data := encoded(t, &Manifest{})
	assert.Contains(t, string(data), "\"artifacts\": [],\n")
	assert.Contains(t, string(data), "\"pytorch_rocm_arch\": null,\n")
	assert.True(t, json.Valid(data))
}
