package wheel

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// encoded is one character of a URL's path, percent-encoded.
var encoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// characters looks for what may stand nowhere in the name.
func (p *parser) characters() {
	// One fault for each kind of character, at the first place of it.
	kinds := map[string]bool{}
	for i, r := range p.filename {
		kind := unwelcome(p.filename[i:], r)
		if kind == "" || kinds[kind] {
			continue
		}
		kinds[kind] = true
		_, size := utf8.DecodeRuneInString(p.filename[i:])
		p.fault(CodeNameCharacter, partName, p.filename[i:i+size], "no "+kind, "%s at byte %d%s", kind, i, remedy(kind))
	}
	if match := encoded.FindString(p.filename); match != "" {
		want := "a decoded name"
		if decoded, err := url.PathUnescape(p.filename); err == nil && len(decoded) <= MaxName {
			want = finding.Quote(decoded)
		}
		p.fault(CodeNameURLEncoded, partName, match, want, "the name is URL-encoded: decode it, or rename the file")
	}
}

// unwelcome names the kind of a character that no part of a name may have;
// empty for all others. rest begins with the character.
func unwelcome(rest string, r rune) string {
	switch {
	case r == utf8.RuneError && !strings.HasPrefix(rest, "\ufffd"):
		return "byte that is not UTF-8"
	case r == '/' || r == '\\':
		return "path separator"
	case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
		return "white space character"
	case unicode.IsControl(r):
		return "control character"
	case unicode.Is(unicode.Cf, r):
		return "format character"
	default:
		return ""
	}
}

func remedy(kind string) string {
	if kind == "path separator" {
		return " (give the file's name without its folder)"
	}
	return ""
}

// stem is the name without its folder, which is a fault that characters found,
// and without its extension. What follows a missing extension has no parts.
func (p *parser) stem() (string, bool) {
	base := p.filename[strings.LastIndexAny(p.filename, `/\`)+1:]
	if stem, ok := strings.CutSuffix(base, extension); ok {
		return stem, true
	}
	dot := max(strings.LastIndexByte(base, '.'), 0)
	message, found := "the name does not end in .whl", strings.EqualFold(base[dot:], extension)
	if found {
		message = "the extension is not in lower case"
	}
	p.fault(CodeNameExtension, partName, base[dot:], extension, "%s", message)
	return base[:dot], found
}

// foreign lists each character of a part, once, that is neither an ASCII letter
// or digit nor one of those allowed besides, quoted. Characters that were
// reported for the whole name are not listed again.
func foreign(part, allowed string) string {
	var list []string
	seen := map[rune]bool{}
	for i, r := range part {
		if r < utf8.RuneSelf && isAlphanumeric(byte(r)) || strings.ContainsRune(allowed, r) || seen[r] {
			continue
		}
		seen[r] = true
		if unwelcome(part[i:], r) == "" {
			list = append(list, fmt.Sprintf("%q", r))
		}
	}
	return strings.Join(list, " ")
}
