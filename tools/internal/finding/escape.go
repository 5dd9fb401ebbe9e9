package finding

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuoted bounds how much of one foreign value a log line repeats, in bytes.
const maxQuoted = 512

// maxPlain bounds each text of a finding that is written to a file, in bytes.
const maxPlain = 1024

// Plain returns foreign text fit for JSON: bytes that are no UTF-8 as escapes,
// and not longer than a finding should be, 1024 bytes.
func Plain(s string) string {
	if len(s) > maxPlain {
		s = strings.ToValidUTF8(s[:maxPlain], "") + "..."
	}
	if !utf8.ValidString(s) {
		return Escape(s)
	}
	return s
}

// Plain returns the finding with every text of it plain.
func (f Finding) Plain() Finding {
	for _, s := range []*string{&f.Artifact, &f.Member, &f.Field, &f.Got, &f.Want, &f.Message} {
		*s = Plain(*s)
	}
	return f
}

// Escape returns foreign text fit for one line of a log: control characters,
// line breaks, bidirectional and other format characters, and bytes that are
// no UTF-8 appear as escapes. Text that is harmless comes back as it is.
func Escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Zs, r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += n
	}
	return b.String()
}

// Quote is Escape between double quotes, with quotes and backslashes of the
// text itself escaped too, cut at 512 bytes with a note of the whole length.
func Quote(s string) string {
	cut := s
	if len(cut) > maxQuoted {
		cut = strings.ToValidUTF8(cut[:maxQuoted], "")
	}
	quoted := `"` + Escape(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(cut)) + `"`
	if len(s) > maxQuoted {
		quoted += fmt.Sprintf("... (%d bytes)", len(s))
	}
	return quoted
}
