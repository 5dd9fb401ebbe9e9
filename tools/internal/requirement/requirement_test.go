package requirement

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]struct {
		name, extras, versions, url, marker string
		optional                            bool
	}{
		"filelock":                    {name: "filelock"},
		"torch==2.9.1":                {name: "torch", versions: "==2.9.1"},
		"torch (==2.9.1)":             {name: "torch", versions: "==2.9.1"},
		"pillow (!=8.3.*,>=5.3.0)":    {name: "pillow", versions: "!=8.3.*,>=5.3.0"},
		"torch == 2.10.0+rocm7.1":     {name: "torch", versions: "==2.10.0+rocm7.1"},
		"Typing_Extensions>=4.10.0,":  {name: "typing-extensions", versions: ">=4.10.0"},
		"rocm[libraries]==7.11.0a1":   {name: "rocm", extras: "libraries", versions: "==7.11.0a1"},
		"rocm [A.b, c] (==7)":         {name: "rocm", extras: "a-b c", versions: "==7"},
		"rocm[] >= 7":                 {name: "rocm", versions: ">=7"},
		"numpy<2; python_version<'3'": {name: "numpy", versions: "<2", marker: "python_version<'3'"},
		`amd-torch-device-gfx942 == 2.10.0+rocm7.1; extra == "device-gfx942"`: {
			name: "amd-torch-device-gfx942", versions: "==2.10.0+rocm7.1", marker: `extra == "device-gfx942"`, optional: true},
		"gdown (>=4.7.3) ; extra == 'gdown'":                           {name: "gdown", versions: ">=4.7.3", marker: "extra == 'gdown'", optional: true},
		"a; 'x' == extra and os_name == 'nt'":                          {name: "a", marker: "'x' == extra and os_name == 'nt'", optional: true},
		`a; "amd :: gfx_arch :: gfx942" in variant_properties`:         {name: "a", marker: `"amd :: gfx_arch :: gfx942" in variant_properties`},
		"torch @ https://example.org/a;b.whl#sha256=00 ; os_name=='x'": {name: "torch", url: "https://example.org/a;b.whl#sha256=00", marker: "os_name=='x'"},
		"torch@file:///x.whl":                                          {name: "torch", url: "file:///x.whl"},
	} {
		r, err := Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want.name, r.Name, text)
		assert.Equal(t, want.extras, strings.Join(r.Extras, " "), text)
		assert.Equal(t, want.versions, r.Versions.String(), text)
		assert.Equal(t, want.url, r.URL, text)
		assert.Equal(t, want.marker, r.Marker, text)
		assert.Equal(t, want.optional, r.Optional(), text)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "a distribution's name",
		"==1.0":                          "a distribution's name",
		"-torch":                         "a distribution's name",
		"rocm[libraries==7":              "no end",
		"rocm[a,,b]":                     "no extra's name",
		"rocm[a b]":                      "no extra's name",
		"torch (==1":                     "no end",
		"torch 2.9":                      "want one of",
		"pytz (>dev)":                    "not one of PEP 440",
		"torch ;":                        "want a marker",
		"torch @":                        "want a URL",
		strings.Repeat("a", 1+64<<10):    "at most 65536",
		"torch \u202e==1":                `\u202e`,
		"torch\n==1, <2 ; a == 'b' \x00": "",
	} {
		_, err := Parse(text)
		if want == "" {
			assert.NoError(t, err, "%q", text)
			continue
		}
		assert.ErrorContains(t, err, want, "%q", text)
	}
	r, err := Parse("torch (>dev); extra == 'x'")
	assert.Error(t, err)
	assert.Equal(t, "torch", r.Name, "the name can be told")
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"torch==2.9.1", "rocm[libraries]==7", "a @ b ; c", "pillow (!=8.3.*,>=5.3.0) ; extra == 'x'", "a;;", "a[", "a()"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err == nil {
			require.NotEmpty(t, r.Name)
		}
	})
}
