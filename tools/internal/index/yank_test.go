package index

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func TestParseYank(t *testing.T) {
	for text, want := range map[string]string{
		"torch==2.9.1":                   "torch 2.9.1 ",
		"Amd_Torch.Device==2.9.1+ROCm-7": "amd-torch-device 2.9.1+rocm.7 ",
		"torch==2.9.1=":                  "torch 2.9.1 ",
		"torch==2.9.1=a==b=c":            "torch 2.9.1 a==b=c",
		"torch==v1.0-post1=größer <b>":   "torch 1.0.post1 größer <b>",
	} {
		y, err := ParseYank(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, y.Project+" "+y.Version.String()+" "+y.Reason)
	}
}

func TestParseYankRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "want NAME==VERSION",
		"torch":                                 "want NAME==VERSION",
		"torch=2.9.1":                           "want NAME==VERSION",
		"==2.9.1":                               "got the project",
		"torch ==2.9.1":                         "got the project",
		"-torch==2.9.1":                         "got the project",
		"torch==":                               "is not one of PEP 440",
		"torch===2.9.1":                         "is not one of PEP 440",
		"torch==2.9.*":                          "is not one of PEP 440",
		"torch== 2.9.1":                         "is not one of PEP 440",
		"torch==2.9.1=a\nb":                     `got the reason "a\x0ab"`,
		"torch==2.9.1=\u202e":                   `got the reason "\u202e"`,
		"to/rch==x=\x1b":                        "got the project",
		"torch==1=" + strings.Repeat("x", 1025): "got a reason of 1025 bytes",
	} {
		_, err := ParseYank(text)
		assert.ErrorContains(t, err, want, text)
	}
	_, err := ParseYank("to/rch==x=\x1b")
	assert.Len(t, strings.Split(err.Error(), "\n"), 3, "every fault")
}

func FuzzParseYank(f *testing.F) {
	for _, text := range []string{"torch==2.9.1+rocm7=because", "a.b==1!2=", "==", "a===1", "torch==1=\u202e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		y, err := ParseYank(text)
		if err != nil {
			require.Equal(t, Yank{}, y)
			return
		}
		require.Equal(t, finding.Escape(y.String()+y.Reason), y.String()+y.Reason)
		again, err := ParseYank(y.String() + "=" + y.Reason)
		require.NoError(t, err)
		require.Equal(t, y.String(), again.String())
		require.Equal(t, y.Reason, again.Reason)
		require.True(t, y.Version.Equal(again.Version))
	})
}

// TestCheckBase: what may stand before every link, and is not repeated where it
// holds a password.
func TestCheckBase(t *testing.T) {
	for _, base := range []string{"https://a.example", "http://127.0.0.1:8000/whl/", "https://a.example/a%20b/~c"} {
		assert.NoError(t, CheckBase(base), base)
	}
	for base, want := range map[string]string{
		"":                              "want an http or https URL",
		"/whl/":                         "want an http or https URL",
		"//a.example/":                  "want an http or https URL",
		"s3://bucket/whl":               "want an http or https URL",
		"javascript:alert(1)":           "want an http or https URL",
		"https:///whl":                  "want an http or https URL",
		"https://a.example/?x":          "without query and fragment",
		"https://a.example/?":           "without query and fragment",
		"https://a.example/#":           "without query and fragment",
		"https://u:secret@a.example/":   "a URL with a user",
		"https://u:secret@a.example:x/": "not a URL",
		"https://a.example/a b":         "percent-encoded",
		`https://a.example/"`:           "percent-encoded",
		"https://a.example/\u202e":      "percent-encoded",
		"https://a.example/{name}":      "percent-encoded",
	} {
		err := CheckBase(base)
		if assert.ErrorContains(t, err, want, base) {
			assert.NotContains(t, err.Error(), "secret")
		}
	}
}

func TestOurs(t *testing.T) {
	for name, want := range map[string]bool{
		"simple/index.html": true, "simple/index.json": true, "simple/torch/index.html": true, "simple/torch/index.json": true,
		"requirements.txt": true, "SHA256SUMS": true, "a-1-py3-none-any.whl.metadata": true, "x/y/a-1-py3-none-any.whl.metadata": true,
		"a-1-py3-none-any.whl": false, "simple/torch/torch.html": false, "simple/a/b/index.html": false, "index.html": false,
		"dist/requirements.txt": false, "notes.metadata": false, "m.json": false, "": false,
	} {
		assert.Equal(t, want, Ours(name), name)
	}
	tree, _ := Build(sample(), honest, Options{})
	for name := range tree {
		assert.True(t, Ours(name), name)
	}
	assert.True(t, Made(tree[FirstPage]))
	assert.False(t, Made([]byte("<!DOCTYPE html>")))
}
