package key

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Check says whether a text is a key: a relative path with `/`, UTF-8 without
// control characters and backslashes, that names no drive of Windows and has no
// empty element, no `.` and no `..`. Such a path cannot lead out of the place
// that it is joined to.
func Check(key string) error {
	if fault := pathFault(key); fault != "" {
		return fmt.Errorf("key %s: %s", finding.Quote(key), fault)
	}
	return nil
}

// pathFault returns what is wrong with a key, or "".
func pathFault(s string) string {
	switch {
	case s == "":
		return "the path is empty"
	case !utf8.ValidString(s):
		return "the path is not UTF-8"
	case strings.IndexFunc(s, unicode.IsControl) >= 0:
		return "the path has a control character"
	case strings.Contains(s, `\`):
		return "the path has a backslash"
	case strings.HasPrefix(s, "/"):
		return "the path is absolute"
	case len(s) > 1 && s[1] == ':' && 'a' <= s[0]|0x20 && s[0]|0x20 <= 'z':
		return "the path begins with a drive letter"
	}
	for element := range strings.SplitSeq(s, "/") {
		switch element {
		case "":
			return "the path has an empty element"
		case ".", "..":
			return "the path has the element " + element
		}
	}
	return ""
}
