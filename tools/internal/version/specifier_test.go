package version

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMatch(t *testing.T) {
	for specifiers, c := range map[string]struct{ yes, no string }{
		"":                       {"0 1.0rc1 2.9.1+rocm7", ""},
		"==2.9.1":                {"2.9.1 2.9.1.0 2.9.1+rocm7.11.0 v2.9.1", "2.9.1rc1 2.9.1.post1 2.9.2 2.9"},
		" == 2.10.0+rocm7.1 ":    {"2.10.0+rocm7.1 2.10.0+ROCM7-1 2.10+rocm7.1", "2.10.0 2.10.0+rocm7.1.1 2.10.0+rocm7"},
		"==2.9.*":                {"2.9 2.9.1 2.9.1+x 2.9rc1 2.9.dev1", "2.10 2.90 2 1!2.9"},
		"==2.0.*":                {"2 2.0 2rc1", "2.1"},
		"!=8.3.*,>=5.3.0":        {"5.3 8.2 8.4 9+x", "5.2 8.3 8.3.5 8.3rc1"},
		"!=1.0":                  {"1.1 1.0rc1", "1.0 1.0+local"},
		">=4.10.0":               {"4.10.0 4.10.0+local 5", "4.10.0rc1 4.9"},
		"<=2.9.1":                {"2.9.1 2.9.1+rocm7 2.9.1rc1", "2.9.1.post1 2.9.2"},
		"<3":                     {"2.9 2.9rc1", "3 3.0 3.0rc1 3.0.dev1 3+x"},
		"<3.0rc2":                {"3.0rc1 3.0.dev1", "3.0rc2 3.0"},
		">2":                     {"2.1 3rc1 2.1.post1", "2 2.0 2.post1 2+local"},
		">2rc1":                  {"2 2.post1 2rc2", "2rc1 2rc1.post1"},
		"<2.post1":               {"2 2.dev1 2rc1", "2.post1 2.post1.dev1"},
		">2.post1":               {"2.post2", "2.post1 2"},
		"~=2.9":                  {"2.9 2.10 2.9+x", "2.8 3.0 3.0rc1 2.9rc1"},
		"~=2.9.1":                {"2.9.1 2.9.9", "2.9.0 2.10"},
		"~=2.2.post3":            {"2.2.post3 2.3", "2.2 2.2.post2 3"},
		"===2.9.1+ROCM7":         {"2.9.1+rocm7", "2.9.1"},
		"<4.0,>=3.20,":           {"3.20 3.99", "4.0 3.19"},
		"==7.13.0.dev0+6039B7c0": {"7.13.0.dev0+6039b7c0", "7.13.0.dev0"},
		"==1!2.*":                {"1!2.5", "2.5"},
	} {
		s, err := ParseSpecifiers(specifiers)
		require.NoError(t, err, specifiers)
		for text := range strings.FieldsSeq(c.yes) {
			v, err := Parse(text)
			require.NoError(t, err)
			assert.True(t, s.Match(v), "%s in %q", text, specifiers)
		}
		for text := range strings.FieldsSeq(c.no) {
			v, err := Parse(text)
			require.NoError(t, err)
			assert.False(t, s.Match(v), "%s in %q", text, specifiers)
		}
		again, err := ParseSpecifiers(s.String())
		require.NoError(t, err)
		assert.Equal(t, s.String(), again.String())
	}
}

func TestParseSpecifiersRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"2.9.1":          `specifier "2.9.1": want one of === ~= == != <= >= < > before a version`,
		"=2.9.1":         "want one of",
		"==":             `version "" is not one of PEP 440`,
		"==two":          "is not one of PEP 440",
		">=2.*":          "is not one of PEP 440",
		"==2rc1.*":       "nothing but a release before .*",
		">=2+local":      "without local part behind >=",
		"~=2":            "two numbers or more",
		"===":            "one text",
		"==1.0 2.0":      "is not one of PEP 440",
		"==1,>dev,==2.*": `specifier ">dev"`,
		"==1\u202e":      `\u202e`,
	} {
		_, err := ParseSpecifiers(text)
		assert.ErrorContains(t, err, want, "%q", text)
	}
	_, err := ParseSpecifiers("<a,>b")
	assert.ErrorContains(t, err, `"<a"`)
	assert.ErrorContains(t, err, `">b"`, "all faults")
}

func TestParts(t *testing.T) {
	v, err := Parse("1!2.9.1rc1.post2.dev3+rocm7.011")
	require.NoError(t, err)
	assert.Equal(t, "1!2.9.1rc1.post2.dev3", v.Public().String())
	assert.Equal(t, []string{"rocm7", "11"}, v.Local())
	assert.Empty(t, v.Public().Local())
	assert.Equal(t, "1!2.9.1rc1.post2.dev3+rocm7.11", v.String(), "Public changes nothing")
}

func FuzzParseSpecifiers(f *testing.F) {
	for _, text := range []string{"==2.9.1", "!=8.3.*,>=5.3.0", "~=1.0", "===x", "<1,", ">=1!2", "==1+a_b"} {
		f.Add(text, "2.9.1+rocm7")
	}
	f.Fuzz(func(t *testing.T, text, candidate string) {
		s, err := ParseSpecifiers(text)
		if err != nil {
			return
		}
		v, err := Parse(candidate)
		if err != nil {
			return
		}
		again, err := ParseSpecifiers(s.String())
		require.NoError(t, err)
		require.Equal(t, s.Match(v), again.Match(v))
	})
}
