package document

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func TestDecodeReadsWhatEncodeWrites(t *testing.T) {
	for _, m := range []*Manifest{sample(), bare()} {
		data := encoded(t, m)
		got, findings := Check(data)
		require.Empty(t, findings)
		assert.Equal(t, data, encoded(t, got))
	}
}

func TestDecodeRefusesTheText(t *testing.T) {
	good := string(encoded(t, sample()))
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for name, test := range map[string]struct{ text, want string }{
		"empty":              {"", "it ends too early"},
		"white space":        {" \n", "it ends too early"},
		"cut":                {good[:len(good)/2], "it ends too early"},
		"trailing data":      {good + "{}", "data after the document"},
		"trailing comma":     {`{"schema_version": "1.0",}`, "not JSON"},
		"byte order mark":    {"\ufeff" + good, "byte order mark"},
		"invalid UTF-8":      {strings.Replace(good, "TheRock", "The\xffRock", 1), "invalid UTF-8 at byte"},
		"high surrogate":     {strings.Replace(good, "TheRock", `\ud800`, 1), "surrogate"},
		"low surrogate":      {strings.Replace(good, "TheRock", `\uDC00`, 1), "surrogate"},
		"swapped surrogates": {strings.Replace(good, "TheRock", `\udc00\ud800`, 1), "surrogate"},
		"surrogate in name":  {strings.Replace(good, `"project"`, `"\ud83d"`, 1), "surrogate"},
		"too deep":           {strings.Replace(good, `"TheRock"`, deep, 1), "nested too deeply"},
		"comment":            {"// no\n" + good, "not JSON"},
		"NaN":                {strings.Replace(good, "4321", "NaN", 1), "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			m, findings := Decode([]byte(test.text))
			assert.Nil(t, m)
			require.NotEmpty(t, findings)
			last := findings[len(findings)-1]
			assert.Equal(t, "malformed_document", last.Code)
			assert.Contains(t, last.Message, test.want)
		})
	}
}

func TestDecodeTakesWholeSurrogatePairs(t *testing.T) {
	text := strings.Replace(string(encoded(t, bare())), `"project": null`, `"project": "\\ud800 \ud83d\uDE00"`, 1)
	m, findings := Check([]byte(text))
	require.Empty(t, findings)
	assert.Equal(t, `\ud800 😀`, *m.Project)
}

func TestDecodeTellsFaultsOfForm(t *testing.T) {
	good := string(encoded(t, sample()))
	for name, test := range map[string]struct {
		old, new string
		want     []string
	}{
		"name twice":          {`"project": "TheRock"`, `"project": "TheRock", "project": "x"`, []string{"duplicate_field /project"}},
		"name in other case":  {`"project": "TheRock"`, `"project": "TheRock", "Project": [1, {"a": 2}]`, []string{"duplicate_field /Project"}},
		"name of other case":  {`"project": "TheRock"`, `"PROJECT": "TheRock"`, []string{"missing_field /project", "unknown_field /PROJECT"}},
		"sources alike":       {`"sources": {`, `"sources": {"PyTorch": 1,`, []string{"wrong_type /sources/PyTorch", "duplicate_field /sources/pytorch"}},
		"unknown":             {`"project"`, `"future": {"a": [1.5]}, "project"`, []string{"unknown_field /future"}},
		"unknown, escaped":    {`"project"`, `"a/b~c": 1, "project"`, []string{"unknown_field /a~1b~0c"}},
		"unknown, deep":       {`"size_bytes": 4321`, `"size": 1, "size_bytes": 4321`, []string{"unknown_field /artifacts/0/size"}},
		"number for string":   {`"TheRock"`, `1`, []string{"wrong_type /project"}},
		"string for number":   {`4321`, `"4321"`, []string{"wrong_type /artifacts/0/size_bytes"}},
		"string for boolean":  {`"stamped": true`, `"stamped": "true"`, []string{"wrong_type /stamped"}},
		"null for boolean":    {`"stamped": true`, `"stamped": null`, []string{"wrong_type /stamped"}},
		"null for array":      {`"tags": [`, `"tags": null, "x": [`, []string{"wrong_type /artifacts/0/metadata/tags", "unknown_field /artifacts/0/metadata/x"}},
		"null for build":      {`"build": {`, `"build": null, "x": {`, []string{"wrong_type /artifacts/0/build", "unknown_field /artifacts/0/x"}},
		"string for list":     {`"pytorch_rocm_arch": [`, `"pytorch_rocm_arch": "gfx942", "x": [`, []string{"wrong_type /pytorch_rocm_arch", "unknown_field /x"}},
		"object for array":    {`"artifacts": [`, `"artifacts": {}, "x": [`, []string{"wrong_type /artifacts", "unknown_field /x"}},
		"exponent":            {`4321`, `1e3`, []string{"invalid_value /artifacts/0/size_bytes"}},
		"fraction":            {`4321`, `4321.0`, []string{"invalid_value /artifacts/0/size_bytes"}},
		"minus zero":          {`4321`, `-0`, []string{"invalid_value /artifacts/0/size_bytes"}},
		"2^53":                {`4321`, `9007199254740992`, []string{"invalid_value /artifacts/0/size_bytes"}},
		"beyond every number": {`4321`, `99999999999999999999`, []string{"invalid_value /artifacts/0/size_bytes"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, test.old)
			_, findings := Check([]byte(strings.Replace(good, test.old, test.new, 1)))
			assert.Equal(t, test.want, brief(findings))
			for _, f := range findings {
				assert.Equal(t, finding.Error, f.Severity)
			}
		})
	}
}

func TestDecodeOtherVersions(t *testing.T) {
	good := string(encoded(t, sample()))
	version := func(v string) []byte { return []byte(strings.Replace(good, `"1.0"`, v, 1)) }
	for _, v := range []string{`"2.0"`, `"0.9"`, `"10.0"`} {
		m, findings := Check(bytes.Replace(version(v), []byte(`"project"`), []byte(`"p"`), 1))
		assert.Nil(t, m)
		assert.Equal(t, []string{"unknown_version /schema_version"}, brief(findings), v)
	}
	for _, v := range []string{`""`, `"1"`, `"1.0.0"`, `"v1.0"`, `"1.00"`, `"01.0"`} {
		_, findings := Check(version(v))
		assert.Equal(t, []string{"unknown_version /schema_version"}, brief(findings), v)
	}
	_, findings := Check(version(`1`))
	assert.Equal(t, []string{"wrong_type /schema_version"}, brief(findings))
}

func TestDecodeKeepsFieldsOfNewerMinorVersion(t *testing.T) {
	text := string(encoded(t, sample()))
	for old, grown := range map[string]string{
		`"schema_version": "1.0"`: `"schema_version": "1.7"`,
		`"project": "TheRock"`:    "\"project\": \"TheRock\",\n  \"project_url\": null",
		`"size_bytes": 4321`:      "\"size_bytes\": 4321,\n      \"size_more\": {\n        \"a\": [\n          1.5,\n          \"x\"\n        ]\n      }",
	} {
		text = strings.Replace(text, old, grown, 1)
	}
	m, findings := Check([]byte(text))
	assert.Equal(t, []string{"unknown_field /artifacts/0/size_more", "unknown_field /project_url"}, brief(findings))
	assert.False(t, finding.HasErrors(findings))
	assert.Equal(t, text, string(encoded(t, m)))
}

func TestFindingsAreBounded(t *testing.T) {
	text := `{"schema_version": "1.0", "artifacts": [1` + strings.Repeat(",1", 20_000) + `]}`
	_, findings := Check([]byte(text))
	assert.LessOrEqual(t, len(findings), 2*maxFindings+2)
	assert.Contains(t, brief(findings), "too_many_findings ")
}

func FuzzDecode(f *testing.F) {
	for _, m := range []*Manifest{sample(), bare()} {
		data, err := m.Encode()
		require.NoError(f, err)
		f.Add(data)
		f.Add(bytes.Replace(data, []byte(`"1.0"`), []byte(`"1.1", "new": [{}, 1.50, "\u0000\ud83d\ude00"]`), 1))
	}
	f.Add([]byte(`{"schema_version": "1.0", "sources": {"a": {}, "A": 1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, findings := Check(data)
		if m == nil {
			require.NotEmpty(t, findings)
			return
		}
		require.True(t, json.Valid(data))
		if finding.HasErrors(findings) {
			return
		}
		first, err := m.Encode()
		require.NoError(t, err)
		again, findings := Check(first)
		require.False(t, finding.HasErrors(findings), "%v", findings)
		if len(findings) == 0 { // those of a newer version keep their spelling
			assert.Equal(t, m, again)
		}
		second, err := again.Encode()
		require.NoError(t, err)
		assert.Equal(t, string(first), string(second))
	})
}
