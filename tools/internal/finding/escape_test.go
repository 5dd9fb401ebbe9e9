package finding

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		"torch-2.9.1":                "torch-2.9.1",
		"a b":                        "a b",
		"größer 火 🔥":                 "größer 火 🔥",
		`C:\x0a "quoted"`:            `C:\x0a "quoted"`,
		"a\nb\r\tc":                  `a\x0ab\x0d\x09c`,
		"\x00\x1b[31m\x7f":           `\x00\x1b[31m\x7f`,
		"\u0085\u00a0\u2003":         `\u0085\u00a0\u2003`,
		"\u2028\u2029":               `\u2028\u2029`,
		"\u202eabc\u202c":            `\u202eabc\u202c`,
		"\u2066\u2067\u2068\u2069":   `\u2066\u2067\u2068\u2069`,
		"\u200b\u200d\u200e\u200f":   `\u200b\u200d\u200e\u200f`,
		"\ufeff\u00ad\u061c":         `\ufeff\u00ad\u061c`,
		"\U000e0041\U000f0000\ue000": `\U000e0041\U000f0000\ue000`,
		"a\xffb\xc3":                 `a\xffb\xc3`,
		"\xed\xa0\x80":               `\xed\xa0\x80`,
		"\ufffd":                     "\ufffd",
	} {
		assert.Equal(t, want, Escape(text), "%q", text)
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"":                       `""`,
		`a"b`:                    `"a\"b"`,
		`a\nb`:                   `"a\\nb"`,
		"a\nb":                   `"a\x0ab"`,
		"a\xff":                  `"a\xff"`,
		strings.Repeat("x", 512): `"` + strings.Repeat("x", 512) + `"`,
		strings.Repeat("x", 513): `"` + strings.Repeat("x", 512) + `"... (513 bytes)`,
	} {
		assert.Equal(t, want, Quote(text), "%q", text)
	}
	// A character is not cut in two.
	assert.Equal(t, `"x`+strings.Repeat("é", 255)+`"... (513 bytes)`, Quote("x"+strings.Repeat("é", 256)))
}

// harmless holds what a line of a log may be.
func harmless(t *testing.T, text string) {
	require.True(t, utf8.ValidString(text), "%q", text)
	for _, r := range text {
		require.False(t, unicode.IsControl(r), "%q has the control character %U", text, r)
		require.False(t, unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs, unicode.Bidi_Control), "%q has %U", text, r)
		require.False(t, r != ' ' && unicode.IsSpace(r), "%q has the white space %U", text, r)
	}
}

func FuzzEscape(f *testing.F) {
	for _, text := range []string{"", "torch", "\u202e\n", "\xff\xed\xa0\x80", `\x0a`, "\U000e0041", strings.Repeat("é", 300), strings.Repeat("\xff", 600)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		harmless(t, Escape(text))
		harmless(t, Quote(text))
		harmless(t, Errorf("code", "%s", text).On(text).In(text).At(text).GotWant(text, text).String())
		require.Equal(t, Escape(text), Escape(Escape(text)), "escaped text is harmless and comes back as it is")
		require.LessOrEqual(t, len(Quote(text)), 10*maxQuoted+64)
	})
}

func TestPlain(t *testing.T) {
	long := strings.Repeat("é", 600)
	for in, want := range map[string]string{"": "", "a\n": "a\n", "\xff": `\xff`, long: long[:1024] + "...", "x" + long: "x" + long[:1022] + "..."} {
		assert.Equal(t, want, Plain(in))
	}
	f := Errorf("c", "m\xff").On("\xff").In("\xff").At("\xff").GotWant("\xff", "\xff")
	assert.Equal(t, Errorf("c", `m\xff`).On(`\xff`).In(`\xff`).At(`\xff`).GotWant(`\xff`, `\xff`), f.Plain())
}
