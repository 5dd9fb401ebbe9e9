package metadata_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/metadata"
)

const core = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"

const wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

func ref(s string) *string { return &s }

func keep(codes *[]string) Report {
	return func(f finding.Finding) {
		code := f.Code
		if f.Field != "" {
			code += " " + f.Field
		}
		*codes = append(*codes, code)
	}
}

func TestParseCore(t *testing.T) {
	plain := Core{MetadataVersion: "2.1", Name: "demo", Version: "1.0", RequiresDist: []string{}}
	with := func(change func(*Core)) Core {
		c := plain
		change(&c)
		return c
	}
	for _, c := range []struct {
		name, text string
		want       Core
		codes      []string
	}{
		{"plain", core, plain, nil},
		{"no final newline", strings.TrimSpace(core), plain, nil},
		{"CRLF", strings.ReplaceAll(core, "\n", "\r\n") + "\r\nName: body\r\n", plain, nil},
		{"names in any case", "METADATA-version: 2.1\nname: demo\nVERSION: 1.0\n", plain, nil},
		{"white space", "Metadata-Version:2.1 \nName: \t demo\t\nVersion:   1.0\n", plain, nil},
		{"body", core + "\nName: other\nRequires-Dist: evil\n\xc3\xa9", plain, nil},
		{"unknown headers", core + "X-Thing: 1\nX-Thing: 2\nClassifier: a\nClassifier: b\n", plain, nil},
		{"older version", "Metadata-Version: 1.2\nName: demo\nVersion: 1.0\n", with(func(c *Core) { c.MetadataVersion = "1.2" }), nil},
		{"dependencies as spelt", core + "Requires-Python: >=3.8, !=3.9.*\nRequires-Dist: torch (==2.9.1)\nRequires-Dist: torch==2.9.1\nRequires-Dist: scipy; extra == 'scipy'\n",
			with(func(c *Core) {
				c.RequiresPython = ref(">=3.8, !=3.9.*")
				c.RequiresDist = []string{"torch (==2.9.1)", "torch==2.9.1", "scipy; extra == 'scipy'"}
			}), nil},
		{"folded", core + "License: first\n  second\n\tthird\n \n        |end\nRequires-Dist: torch\n  ==2.9.1\n", with(func(c *Core) { c.RequiresDist = []string{"torch ==2.9.1"} }), nil},
		{"folded from the first line", core + "Requires-Python:\n >=3\n", with(func(c *Core) { c.RequiresPython = ref(">=3") }), nil},
		{"folded onto an empty line", core + "  ", plain, nil},
		{"form feed in a licence", core + "License: GPL\n \fmore\n", plain, nil},
		{"header behind a vertical tab", core + "Summary: a\vVersion: 9.9\n", plain, []string{Control}},
		{"header behind a line separator", core + "License: a\u2028\u2028Name: b\n", plain, []string{Control}},
		{"header behind a next line", core + "License: a\n b\u0085Name: b\n", plain, []string{Control}},
		{"empty Requires-Python", core + "Requires-Python:\n", plain, nil},

		{"empty", "", Core{RequiresDist: []string{}}, []string{Missing + " Metadata-Version", Missing + " Name", Missing + " Version"}},
		{"only a body", "\n" + core, Core{RequiresDist: []string{}}, []string{Missing + " Metadata-Version", Missing + " Name", Missing + " Version"}},
		{"empty name", "Metadata-Version: 2.1\nName:\nVersion: 1.0\n", with(func(c *Core) { c.Name = "" }), []string{Missing + " Name"}},
		{"two names", core + "Name: other\n", plain, []string{Duplicate + " Name"}},
		{"two names in other case", core + "NAME: other\n", plain, []string{Duplicate + " Name"}},
		{"two versions", core + "Version: 1.0\n", plain, []string{Duplicate + " Version"}},
		{"two Requires-Python", core + "Requires-Python: >=3\nRequires-Python: >=4\n", with(func(c *Core) { c.RequiresPython = ref(">=3") }), []string{Duplicate + " Requires-Python"}},
		{"unknown version", "Metadata-Version: 3.0\nName: demo\nVersion: 1.0\n", with(func(c *Core) { c.MetadataVersion = "3.0" }), []string{UnknownVersion + " Metadata-Version"}},
		{"invalid UTF-8", core + "Author: \xe9\n", plain, []string{NotUTF8}},
		{"invalid UTF-8 in the body", core + "\n\xe9", plain, []string{NotUTF8}},
		{"byte order mark", "\ufeff" + core, with(func(c *Core) { c.MetadataVersion = "" }), []string{Malformed, Missing + " Metadata-Version"}},
		{"text among headers", core + "License: MIT\nCopyright 2024\nRequires-Dist: torch\n", with(func(c *Core) { c.RequiresDist = []string{"torch"} }), []string{Malformed}},
		{"continuation of nothing", " Name: demo\n" + core, plain, []string{Malformed}},
		{"continuation of a malformed line", core + "no header\n  more\n", plain, []string{Malformed, Malformed}},
		{"space before the colon", core + "Requires-Dist : torch\n", plain, []string{Malformed}},
		{"no name", core + ": torch\n", plain, []string{Malformed}},
		{"carriage return alone", core + "Summary: a\rName: evil\n", plain, []string{Control}},
		{"NUL", core + "Summary: a\x00\n", plain, []string{Control}},
		{"control character in a name", "Metadata-Version: 2.1\nName: de\x1bmo\nVersion: 1.0\n", with(func(c *Core) { c.Name = "de\x1bmo" }), []string{Control + " Name"}},
		{"C1 control in a dependency", core + "Requires-Dist: a\u0085b\n", with(func(c *Core) { c.RequiresDist = []string{"a\u0085b"} }), []string{Control + " Requires-Dist"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var codes []string
			assert.Equal(t, c.want, ParseCore([]byte(c.text), keep(&codes)))
			assert.Equal(t, c.codes, codes)
		})
	}
}

// TestParseCoreIsLinear: a million continuation lines are read at once.
func TestParseCoreIsLinear(t *testing.T) {
	var codes []string
	c := ParseCore([]byte(core+"Requires-Dist: a"+strings.Repeat("\n b", MaxBytes/3)), keep(&codes))
	assert.Empty(t, codes)
	assert.Len(t, c.RequiresDist[0], len("a")+MaxBytes/3*len(" b"))
}

func TestParseWheel(t *testing.T) {
	plain := Wheel{WheelVersion: "1.0", RootIsPurelib: true, Tags: []string{"py3-none-any"}}
	with := func(change func(*Wheel)) Wheel {
		w := plain
		change(&w)
		return w
	}
	for _, c := range []struct {
		name, text string
		want       Wheel
		codes      []string
	}{
		{"plain", wheel, plain, nil},
		{"repaired by another tool", wheel + "Generator: delocate 0.10.4\n", plain, nil},
		{"final empty lines", wheel + "\n\n", plain, nil},
		{"two tags", strings.Replace(wheel, "Tag:", "Tag: py2-none-any\nTag:", 1), with(func(w *Wheel) { w.Tags = []string{"py2-none-any", "py3-none-any"} }), nil},
		{"build", wheel + "Build: 1abc\n", with(func(w *Wheel) { w.Build = ref("1abc") }), nil},
		{"not pure", strings.Replace(wheel, "true", "false", 1), with(func(w *Wheel) { w.RootIsPurelib = false }), nil},
		{"capital letter", strings.Replace(wheel, "true", "True", 1), plain, nil},
		{"newer minor version", strings.Replace(wheel, "1.0", "1.9", 1), with(func(w *Wheel) { w.WheelVersion = "1.9" }), nil},

		{"empty", "", Wheel{Tags: []string{}}, []string{Missing + " Wheel-Version", Missing + " Root-Is-Purelib", Missing + " Tag"}},
		{"major version", strings.Replace(wheel, "1.0", "2.0", 1), with(func(w *Wheel) { w.WheelVersion = "2.0" }), []string{UnknownFormat + " Wheel-Version"}},
		{"malformed version", strings.Replace(wheel, "1.0", "1", 1), with(func(w *Wheel) { w.WheelVersion = "1" }), []string{UnknownFormat + " Wheel-Version"}},
		{"malformed purelib", strings.Replace(wheel, "true", "yes", 1), with(func(w *Wheel) { w.RootIsPurelib = false }), []string{MalformedPurelib + " Root-Is-Purelib"}},
		{"two purelibs", wheel + "Root-Is-Purelib: false\n", plain, []string{Duplicate + " Root-Is-Purelib"}},
		{"two versions", wheel + "Wheel-Version: 1.0\n", plain, []string{Duplicate + " Wheel-Version"}},
		{"two builds", wheel + "Build: 1\nBuild: 2\n", with(func(w *Wheel) { w.Build = ref("1") }), []string{Duplicate + " Build"}},
		{"tags after an empty line", wheel + "\nTag: py2-none-any\n", plain, []string{BodyAfterWheelEnd}},
		{"malformed line", wheel + "py2-none-any\n", plain, []string{Malformed}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var codes []string
			assert.Equal(t, c.want, ParseWheel([]byte(c.text), keep(&codes)))
			assert.Equal(t, c.codes, codes)
		})
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte(core + "Requires-Dist: torch (==2.9.1)\nLicense: a\n  b\n\nbody"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var codes []string
		c := ParseCore(data, keep(&codes))
		assert.NotNil(t, c.RequiresDist)
		if len(codes) > 0 {
			return
		}
		// What was accepted reads the same when written again.
		text := "Metadata-Version: " + c.MetadataVersion + "\nName: " + c.Name + "\nVersion: " + c.Version + "\n"
		if c.RequiresPython != nil {
			text += "Requires-Python: " + *c.RequiresPython + "\n"
		}
		for _, r := range c.RequiresDist {
			text += "Requires-Dist: " + r + "\n"
		}
		assert.Equal(t, c, ParseCore([]byte(text), keep(&codes)))
		assert.Empty(t, codes)
	})
}

func FuzzWheelFile(f *testing.F) {
	f.Add([]byte(wheel + "Build: 1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var codes []string
		w := ParseWheel(data, keep(&codes))
		if len(codes) == 0 {
			assert.NotEmpty(t, w.Tags)
			assert.Regexp(t, `^1\.[0-9]+$`, w.WheelVersion)
		}
	})
}
