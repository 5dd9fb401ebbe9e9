package wheel

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// distInfo is how the folder of a wheel's metadata ends.
const distInfo = ".dist-info"

// Normalize is a project's name by PEP 503: runs of `-`, `_` and `.` become one
// `-`, letters lower case. Two names are one project where this is equal.
func Normalize(project string) string {
	var b strings.Builder
	for i := range len(project) {
		switch c := project[i]; {
		case !isJoiner(c):
			b.WriteByte(toLower(c))
		case i == 0 || !isJoiner(project[i-1]):
			b.WriteByte('-')
		}
	}
	return b.String()
}

// ValidProject says whether a text may be a project's name at all, by the Name
// field of the core metadata specification: ASCII letters, digits, `-`, `_` and
// `.`, beginning and ending with a letter or digit.
func ValidProject(project string) bool {
	for i := range len(project) {
		edge := i == 0 || i == len(project)-1
		if c := project[i]; !isAlphanumeric(c) && (edge || !isJoiner(c)) {
			return false
		}
	}
	return project != ""
}

// DistInfo is the folder inside the wheel that holds its metadata, in the
// spelling that today's specification asks for:
// `{distribution}-{version}.dist-info`, both normalised and escaped. Older
// tools spell both as the project does; see IsDistInfo.
func (n Name) DistInfo() string {
	return strings.ReplaceAll(n.Normalized(), "-", "_") + "-" + n.Version.String() + distInfo
}

// IsDistInfo says whether a folder, named without a final `/`, is this wheel's:
// whether it names the same project and the same version, however spelt.
func (n Name) IsDistInfo(folder string) bool {
	stem, ok := strings.CutSuffix(folder, distInfo)
	if !ok {
		return false
	}
	project, text, ok := strings.Cut(stem, "-")
	if !ok || !n.IsProject(project) {
		return false
	}
	return n.IsVersion(text)
}

// IsProject says whether a text names this wheel's project by PEP 503.
func (n Name) IsProject(project string) bool {
	return ValidProject(project) && Normalize(project) == n.Normalized()
}

// IsVersion says whether a text is this wheel's version by PEP 440, for which
// 1.0 and 1.0.0 are equal.
func (n Name) IsVersion(text string) bool {
	v, err := version.Parse(text)
	return err == nil && v.Equal(n.Version)
}

// isJoiner says whether PEP 503 folds the character.
func isJoiner(c byte) bool { return c == '-' || c == '_' || c == '.' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlphanumeric(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// toLower folds ASCII letters and nothing else.
func toLower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
