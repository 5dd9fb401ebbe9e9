package entry_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// entries are one honest wheel and one with faults.
func entries(t testing.TB) []Entry {
	honest, _ := read(t, "demo-1.0-py3-none-any.whl", ziptest.Wheel("demo", "1.0", "py3-none-any").Bytes())
	faulty, _ := read(t, "demo<&>\u2028.whl", []byte("\xff"))
	faulty.Folder = "a/b"
	return []Entry{faulty, honest}
}

func encode(t testing.TB, list []Entry) string {
	var b bytes.Buffer
	require.NoError(t, Encode(&b, list))
	return b.String()
}

func TestCodec(t *testing.T) {
	list := entries(t)
	text := encode(t, list)
	decoded, err := Decode(strings.NewReader(text))
	require.NoError(t, err)
	assert.Equal(t, []Entry{list[1], list[0]}, decoded, "sorted by folder and name")
	assert.Equal(t, text, encode(t, decoded))
	assert.Equal(t, text, encode(t, list[:2]), "the given list stays as it was")
	assert.Contains(t, text, `"filename": "demo<&>`)
	assert.True(t, strings.HasPrefix(text, "[\n  {\n    \"filename\"") && strings.HasSuffix(text, "]\n"))
	assert.Equal(t, "[]\n", encode(t, nil))
	decoded, err = Decode(strings.NewReader("[]\n"))
	require.NoError(t, err)
	assert.Empty(t, decoded)
}

func TestDecodeRefuses(t *testing.T) {
	text := encode(t, entries(t))
	replace := func(old, new string) string {
		changed := strings.Replace(text, old, new, 1)
		require.NotEqual(t, text, changed, old)
		return changed
	}
	changed := func(change func(*Entry)) string {
		list := entries(t)
		change(&list[1])
		return encode(t, list)
	}
	for name, text := range map[string]string{
		"nothing":          "",
		"null":             "null\n",
		"an object":        "{}\n",
		"cut":              text[:len(text)/2],
		"no final newline": strings.TrimSuffix(text, "\n"),
		"trailing data":    text + "[]",
		"other spacing":    replace("  {", " {"),
		"other order":      replace(`"folder": ""`, `"folder": "z"`),
		"unknown name":     replace(`"folder": ""`, `"folder": "", "extra": 1`),
		"name in capitals": replace(`"folder"`, `"Folder"`),
		"name twice":       replace(`"folder": "",`, "\"folder\": \"\",\n    \"folder\": \"\","),
		"name missing":     replace("    \"folder\": \"\",\n", ""),
		"escaped":          replace("demo-1.0", "demo\\u002d1.0"),
		"size as text":     replace(`"size_bytes": `, `"size_bytes": "1`),
		"negative size":    replace(`"size_bytes": `, `"size_bytes": -`),
		"no digest":        changed(func(e *Entry) { e.SHA256 = "" }),
		"capital digest":   changed(func(e *Entry) { e.SHA256 = strings.Repeat("A", 64) }),
		"metadata digest":  changed(func(e *Entry) { e.Metadata.SHA256 = "0" }),
		"no file name":     changed(func(e *Entry) { e.Filename = "" }),
		"no name":          changed(func(e *Entry) { e.Name = nil }),
		"no metadata":      changed(func(e *Entry) { e.Metadata = nil }),
		"null faults":      changed(func(e *Entry) { e.Faults = nil }),
		"null list":        changed(func(e *Entry) { e.Metadata.Tags = nil }),
		"only a warning": changed(func(e *Entry) {
			e.Name, e.Faults = nil, []finding.Finding{finding.Warningf("w", "w")}
		}),
		"twice": encode(t, append(entries(t), entries(t)...)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(strings.NewReader(text))
			require.ErrorContains(t, err, "entries: ")
		})
	}
}

func FuzzEntryDecode(f *testing.F) {
	f.Add([]byte(encode(f, entries(f))))
	f.Add([]byte("[]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := Decode(bytes.NewReader(data))
		if err == nil {
			assert.Equal(t, string(data), encode(t, list))
		}
	})
}
