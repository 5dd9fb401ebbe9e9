package contents

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// sample has a value in every field.
func sample() Contents {
	s := "x<y>&"
	c := empty(demo, "a")
	c.Members, c.Record = 3, Defective
	c.Defects = []Defect{{Path: "a", Class: "no_hash", Want: &s}, {Path: "b", Class: "device_target_mismatch", Got: &s}}
	c.Module = &Module{Path: "torch/version.py", Version: &s}
	c.DeviceCode = DeviceCode{
		ROCm: []string{"gfx942"}, CUDA: []string{"sm_90"}, PTX: []string{}, Named: []string{"gfx950"},
		Kpack: []Kpack{{Path: "a", KernelName: "b", SearchPaths: []string{"c"}}},
		Files: []DeviceFile{{Path: "a", ROCm: []string{"gfx942"}, CUDA: []string{}, PTX: []string{}, Objects: 1, Unknown: []string{}}},
	}
	c.Faults = []finding.Finding{finding.Warningf("code", "message").On("x")}
	return c
}

func encodedOf(t *testing.T, all ...Contents) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Encode(&b, all))
	return b.String()
}

func TestCodec(t *testing.T) {
	other := sample()
	other.Folder = ""
	text := encodedOf(t, sample(), other)
	assert.Equal(t, text, encodedOf(t, other, sample()), "by folder and name")
	assert.Contains(t, text, `"want": "x<y>&"`)
	all, err := Decode(strings.NewReader(text))
	require.NoError(t, err)
	assert.Equal(t, []Contents{other, sample()}, all)
	var plain bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	other.Defects = []Defect{}
	require.NoError(t, e.Encode([]Contents{other, sample()}))
	assert.Equal(t, plain.String(), encodedOf(t, other, sample()), "encoding/json writes the same")
	all, err = Decode(strings.NewReader("[]\n"))
	require.NoError(t, err)
	assert.Empty(t, all)
	assert.Equal(t, "[]\n", encodedOf(t))
}

func TestDecodeRefuses(t *testing.T) {
	for name, change := range map[string]func(c *Contents){
		"no file name":                  func(c *Contents) { c.Filename = "" },
		"reader":                        func(c *Contents) { c.Reader = 0 },
		"members":                       func(c *Contents) { c.Members = -1 },
		"record without a judgement":    func(c *Contents) { c.Record = "" },
		"another record":                func(c *Contents) { c.Record = "fine" },
		"verified with a defect":        func(c *Contents) { c.Record = Verified },
		"defective without one":         func(c *Contents) { c.Defects = c.Defects[1:] },
		"defects unsorted":              func(c *Contents) { c.Defects[0].Path = "c" },
		"no list of faults":             func(c *Contents) { c.Faults = nil },
		"no list of defects":            func(c *Contents) { c.Defects, c.Record = nil, Verified },
		"no list of targets":            func(c *Contents) { c.DeviceCode.ROCm = nil },
		"no list of targets of a file":  func(c *Contents) { c.DeviceCode.Files[0].PTX = nil },
		"no list of paths of a library": func(c *Contents) { c.DeviceCode.Kpack[0].SearchPaths = nil },
	} {
		c := sample()
		change(&c)
		_, err := Decode(strings.NewReader(encodedOf(t, c)))
		assert.ErrorContains(t, err, "contents: file ", name)
	}
	text := encodedOf(t, sample())
	for name, text := range map[string]string{
		"twice": encodedOf(t, sample(), sample()), "nothing": "", "null": "null\n", "spacing": strings.ReplaceAll(text, "  ", " "), "trailing": text + "x",
		"unknown field": strings.Replace(text, `"reader"`, `"other": 1,`+"\n    "+`"reader"`, 1), "field twice": strings.Replace(text, `"reader": 1`, `"reader": 1, "reader": 1`, 1),
		"no final line end": strings.TrimSuffix(text, "\n"), "type": strings.Replace(text, `"reader": 1`, `"reader": "1"`, 1),
	} {
		_, err := Decode(strings.NewReader(text))
		assert.ErrorContains(t, err, "contents: ", name)
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, Encode(&b, []Contents{sample()}))
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Decode(bytes.NewReader(data))
		if err == nil {
			require.Equal(t, string(data), encodedOf(t, all...))
		}
	})
}
