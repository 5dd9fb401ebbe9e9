package publication_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
)

var pointing = Pointer{ManifestKey: "a/b+c.json", RunAttempt: "2", RunID: "19636524571", SHA256: strings.Repeat("0a", 32), SizeBytes: 7}

func TestPointer(t *testing.T) {
	data, err := pointing.Encode()
	require.NoError(t, err)
	again, err := ParsePointer(data)
	require.NoError(t, err)
	assert.Equal(t, pointing, again)
	for name, edit := range map[string]func(s string) string{
		"empty":           func(string) string { return "" },
		"no object":       func(string) string { return "[]\n" },
		"another field":   func(s string) string { return strings.Replace(s, "{", "{\n  \"a\": 1,", 1) },
		"a field twice":   func(s string) string { return strings.Replace(s, "{", "{\n  \"run_id\": \"1\",", 1) },
		"another case":    func(s string) string { return strings.Replace(s, "run_id", "Run_id", 1) },
		"no final line":   strings.TrimSpace,
		"trailing":        func(s string) string { return s + "{}" },
		"a field missing": func(s string) string { return strings.Replace(s, "  \"run_id\": \"19636524571\",\n", "", 1) },
		"no number":       func(s string) string { return strings.Replace(s, "19636524571", "none", 1) },
		"a sign":          func(s string) string { return strings.Replace(s, "19636524571", "-1", 1) },
		"a short digest":  func(s string) string { return strings.Replace(s, "0a0a", "0a", 1) },
		"no size":         func(s string) string { return strings.Replace(s, ": 7", ": 0", 1) },
		"a key outside":   func(s string) string { return strings.Replace(s, "a/b+c", "../b", 1) },
	} {
		_, err := ParsePointer([]byte(edit(string(data))))
		assert.ErrorContains(t, err, "is no pointer", name)
	}
}

func FuzzParsePointer(f *testing.F) {
	data, err := pointing.Encode()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"run_id": "1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePointer(data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		again, err := p.Encode()
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, again))
	})
}
