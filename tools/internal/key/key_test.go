package key_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// values are those of a map.
func values(m map[string]string) Values {
	return func(field string) (string, bool) {
		text, known := m[field]
		return text, known
	}
}

var sample = values(map[string]string{
	"relative_path": "gfx94X-dcgpu/torch-2.9.1+rocm7.0-cp312-cp312-linux_x86_64.whl",
	"filename":      "torch-2.9.1+rocm7.0-cp312-cp312-linux_x86_64.whl",
	"name":          "multiple", "run_id": "123", "platform": "linux-x86_64",
	"pytorch_git_ref": "release/2.9", "version_suffix": "+rocm7.0", "null": Null,
	"amdgpu_family": "multiple", "empty": "", "up": "..", "dot": ".", "slash": "/", "odd": "a b\n\x00\u00e9\xff%\\:?#",
	"slashes": "a//b", "outside": "../x",
})

func TestExpand(t *testing.T) {
	for template, want := range map[string]string{
		"{relative_path}":                 "gfx94X-dcgpu/torch-2.9.1+rocm7.0-cp312-cp312-linux_x86_64.whl",
		"{name}/{filename}":               "multiple/torch-2.9.1+rocm7.0-cp312-cp312-linux_x86_64.whl",
		"{run_id}-{platform}/m/{run_id}.": "123-linux-x86_64/m/123.",
		"{platform}/":                     "linux-x86_64/",
		"{pytorch_git_ref}.json":          "release-2.9.json",
		"{version_suffix}":                "%2Brocm7.0",
		"a+b/{null}":                      "a+b/none",
		"{odd}":                           "a%20b%0A%00%C3%A9%FF%25%5C%3A%3F%23",
		"{slash}":                         "-",
		"{slashes}":                       "a--b",
		"{outside}":                       "..-x",
		"plain/text.json":                 "plain/text.json",
	} {
		t.Run(template, func(t *testing.T) {
			parsed, err := Parse(template)
			require.NoError(t, err)
			assert.Equal(t, template, parsed.String())
			got, err := parsed.Expand(sample)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestExpandRefuses(t *testing.T) {
	for template, want := range map[string]string{
		"{unknown}":                  "field unknown does not exist",
		"{amdgpu_family}/{filename}": "field amdgpu_family is multiple, want one value",
		"x{empty}":                   "field empty is empty",
		"x/{up}":                     "field up is ..",
		"x/{dot}":                    "field dot is .",
		"{empty}-{unknown}-{empty}":  "field empty is empty; field unknown does not exist",
	} {
		t.Run(template, func(t *testing.T) {
			parsed, err := Parse(template)
			require.NoError(t, err)
			_, err = parsed.Expand(sample)
			require.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, "key template ")
		})
	}
}

func TestExpandKeepsPathsInside(t *testing.T) {
	for path, fault := range map[string]string{
		"../x": "the element ..", "a/../x": "the element ..", "/etc/x": "absolute", "a//b": "empty element",
		`a\b`: "backslash", "a\nb": "control", "C:x": "drive letter", "a/.": "the element .", "\xff": "UTF-8",
	} {
		for _, field := range []string{"relative_path", "filename"} {
			parsed, err := Parse("{" + field + "}")
			require.NoError(t, err)
			_, err = parsed.Expand(values(map[string]string{field: path}))
			require.ErrorContains(t, err, fault, path)
			assert.NotContains(t, err.Error(), "\n")
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for template, want := range map[string]string{
		"":               "empty",
		"/":              "empty",
		"{a":             "a { without }",
		"a}":             "a } without {",
		"{a}}":           "a } without {",
		"{}":             `the field ""`,
		"{{a}}":          `the field "{a"`,
		"{A}":            `the field "A"`,
		"{a b}":          `the field "a b"`,
		"{a\n}":          `the field "a\x0a"`,
		"/{a}":           "absolute",
		"{a}//{b}":       "empty element",
		"../{a}":         "the element ..",
		"{a}/./b":        "the element .",
		`{a}\b`:          "backslash",
		"C:/{a}":         "drive letter",
		"{a}\x1b":        "control character",
		"\xff{a}":        "UTF-8",
		"{a}/{b}//":      "empty element",
		"{relative-path": "a { without }",
	} {
		t.Run(template, func(t *testing.T) {
			_, err := Parse(template)
			require.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, "key template ")
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestFields(t *testing.T) {
	parsed, err := Parse("{b}-{a}/{b}/c")
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "a"}, parsed.Fields())
	parsed, err = Parse("c")
	require.NoError(t, err)
	assert.Empty(t, parsed.Fields())
}

func TestCheck(t *testing.T) {
	for _, good := range []string{"a", "a/b", "..a/b..", "a b", "é", ".hidden", "ab:c", "%2e%2e/x"} {
		assert.NoError(t, Check(good), good)
	}
	for _, bad := range []string{"", "/", "a/", "/a", "a//b", "..", ".", "a/../b", `\\host\x`, "c:", "a\x7f", "\u0085"} {
		assert.ErrorContains(t, Check(bad), "key ", bad)
	}
}

func FuzzExpand(f *testing.F) {
	f.Add("{relative_path}", "a/b.whl")
	f.Add("{x}-{filename}/{y}.json", "..")
	f.Add("../{x}", "")
	f.Fuzz(func(t *testing.T, template, value string) {
		parsed, err := Parse(template)
		if err != nil {
			return
		}
		got, err := parsed.Expand(func(string) (string, bool) { return value, true })
		if err == nil {
			assert.NoError(t, Check(strings.TrimSuffix(got, "/")))
		}
	})
}
