package wheel

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nameCase is one line of testdata/names.jsonl: for a name that is accepted the
// very line that parse-name prints, else the codes of all its faults, in their
// order and without the prefix that they share.
type nameCase struct {
	Filename string   `json:"filename"`
	OK       bool     `json:"ok"`
	Codes    []string `json:"codes"`
	line     string
}

func nameCases(t testing.TB) []nameCase {
	var cases []nameCase
	for _, line := range lines(t, "names.jsonl") {
		c := nameCase{line: line}
		require.NoError(t, json.Unmarshal([]byte(line), &c), line)
		cases = append(cases, c)
	}
	return cases
}

// lines returns the lines of a file in testdata but comments and empty ones.
func lines(t testing.TB, name string) []string {
	f, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	require.NotEmpty(t, all)
	return all
}

func TestParse(t *testing.T) {
	for _, c := range nameCases(t) {
		n, err := Parse(c.Filename)
		if !c.OK {
			assert.Equal(t, c.Codes, codes(t, err), "%q", c.Filename)
			assert.Equal(t, Name{}, n)
			continue
		}
		if !assert.NoError(t, err) {
			continue
		}
		line, err := Describe(c.Filename).JSON()
		require.NoError(t, err)
		assert.Equal(t, c.line, string(line))
		roundTrip(t, c.Filename, n)
	}
}

// codes are those of a NameError's faults, and none for no error.
func codes(t *testing.T, err error) []string {
	var all []string
	if err == nil {
		return nil
	}
	var e *NameError
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Faults)
	for _, f := range e.Faults {
		assert.Equal(t, e.Filename, f.Artifact)
		assert.NotEmpty(t, f.Field)
		assert.NotEmpty(t, f.Want)
		all = append(all, strings.TrimPrefix(f.Code, "wheel_name_"))
	}
	return all
}

// roundTrip holds that a name prints back to one that means the same.
func roundTrip(t *testing.T, filename string, n Name) {
	again, err := Parse(n.String())
	require.NoError(t, err, "printed from %q", filename)
	require.Equal(t, n.String(), again.String())
	require.Equal(t, n.Distribution, again.Distribution)
	require.True(t, n.Version.Equal(again.Version))
	require.Equal(t, n.Version.String(), again.Version.String())
	require.Zero(t, n.Build.Compare(again.Build))
	require.Equal(t, n.Python.Members(), again.Python.Members())
	require.Equal(t, n.ABI.Members(), again.ABI.Members())
	require.Equal(t, n.Platform.Members(), again.Platform.Members())
	require.True(t, n.IsDistInfo(n.DistInfo()), n.DistInfo())
}

// Bytes that are no UTF-8 cannot stand in names.jsonl.
func TestParseRefusesBytesThatAreNoUTF8(t *testing.T) {
	for _, filename := range []string{"\xff", "foo\xff-1.0-py3-none-any.whl", "foo-1.0-py3-none-any\xc0\xaf.whl", "foo-1.0-\xed\xa0\x80-none-any.whl"} {
		_, err := Parse(filename)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "byte that is not UTF-8")
	}
}

func TestParseErrors(t *testing.T) {
	for filename, want := range map[string]string{
		"amd-torch-device-gfx942-2.10.0+rocm7.10.0-py3-none-linux_x86_64.whl": "wheel name \"amd-torch-device-gfx942-2.10.0+rocm7.10.0-py3-none-linux_x86_64.whl\": " +
			"file name: the number of parts is wrong (a distribution's `-` is written `_` in a file name): got \"8 parts\", " +
			"want {distribution}-{version}(-{build tag})?-{python tag}-{abi tag}-{platform tag}.whl, five parts or six",
		"numpy-2.3.2-cp313-cp313t-musllinux_1_2_x86_64-x86_64_v3.whl": `wheel name "numpy-2.3.2-cp313-cp313t-musllinux_1_2_x86_64-x86_64_v3.whl": ` +
			`variant label: the name ends in a variant label (PEP 825, a draft), and wheels of variants are not supported: ` +
			`got "x86_64_v3", want no seventh part, nor a sixth without a build tag`,
		"foo-2.9.1%2Brocm7-py3-none-any.whl": `wheel name "foo-2.9.1%2Brocm7-py3-none-any.whl": ` +
			`file name: the name is URL-encoded: decode it, or rename the file: got "%2B", want "foo-2.9.1+rocm7-py3-none-any.whl"; ` +
			`version: it is not a version from its byte 5 on: got "2.9.1%2Brocm7", want a version of PEP 440`,
		"dist/foo-1.0-py3-none-any.WHL": `wheel name "dist/foo-1.0-py3-none-any.WHL": ` +
			`file name: path separator at byte 4 (give the file's name without its folder): got "/", want no path separator; ` +
			`file name: the extension is not in lower case: got ".WHL", want .whl`,
		"::error::\n\u202e.whl": `wheel name "::error::\x0a\u202e.whl": ` +
			`file name: white space character at byte 9: got "\x0a", want no white space character; ` +
			`file name: format character at byte 10: got "\u202e", want no format character; ` +
			`file name: the number of parts is wrong: got "1 parts", ` +
			`want {distribution}-{version}(-{build tag})?-{python tag}-{abi tag}-{platform tag}.whl, five parts or six`,
		"": `wheel name "": file name: the name does not end in .whl: want .whl`,
	} {
		_, err := Parse(filename)
		assert.EqualError(t, err, want)
	}
}

func TestParseBounds(t *testing.T) {
	const rest = "-1.0-py3-none-any.whl"
	_, err := Parse(strings.Repeat("x", MaxName-len(rest)) + rest)
	assert.NoError(t, err)
	_, err = Parse(strings.Repeat("x", MaxName-len(rest)+1) + rest)
	assert.Equal(t, []string{"too_long"}, codes(t, err))
	assert.ErrorContains(t, err, `got "16385 bytes", want at most 16384`)

	n, err := Parse("foo-1.0-" + strings.Repeat("9", 4300) + "-py3-none-any.whl")
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("9", 4300), n.Build.Number.String())
	_, err = Parse("foo-1.0-" + strings.Repeat("9", 4301) + "-py3-none-any.whl")
	assert.Equal(t, []string{"build_tag"}, codes(t, err))
	_, err = Parse("foo-1." + strings.Repeat("9", 4301) + "-py3-none-any.whl")
	assert.Equal(t, []string{"version"}, codes(t, err))
}

func FuzzParse(f *testing.F) {
	for _, c := range nameCases(f) {
		f.Add(c.Filename)
	}
	f.Fuzz(func(t *testing.T, filename string) {
		n, err := Parse(filename)
		line, jsonErr := Describe(filename).JSON()
		require.NoError(t, jsonErr)
		require.True(t, json.Valid(line))
		require.NotContains(t, string(line), "\n")
		if err != nil {
			require.NotEmpty(t, codes(t, err))
			require.NotContains(t, err.Error(), "\n")
			return
		}
		roundTrip(t, filename, n)
		require.True(t, ValidProject(n.Distribution))
		if n.TagCount() <= 100 {
			require.Empty(t, n.CompareTags([]string{n.compressed()}))
		}
	})
}
