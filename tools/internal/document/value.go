package document

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
)

// The patterns of single values. schema.json holds the same.
var (
	sha256Pattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	// A commit is of a SHA-1 or of a SHA-256 repository.
	commitPattern   = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	timePattern     = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$`)
	platformPattern = regexp.MustCompile(`^[a-z0-9_]+(-[a-z0-9_]+)?$`)
	pythonPattern   = regexp.MustCompile(`^(any|multiple|[0-9]+\.[0-9]+)$`)
	urlPattern      = regexp.MustCompile(`^https?://[^/@\s\\]+(/[^\s\\]*)?$`)
)

// Targets as device code spells them: LLVM's AMDGPUUsage (processors, generic
// processors, target ids) and NVIDIA's virtual and real architectures.
var (
	rocmPattern = regexp.MustCompile(`^(gfx([6-9]|[1-9][0-9])[0-9a-f]{2}(:sramecc[+-])?(:xnack[+-])?` +
		`|gfx[1-9][0-9]?(-[0-9]+)?-generic(:sramecc[+-])?(:xnack[+-])?|amdgcnspirv)$`)
	smPattern      = regexp.MustCompile(`^sm_[1-9][0-9]{1,2}[af]?$`)
	computePattern = regexp.MustCompile(`^compute_[1-9][0-9]{1,2}[af]?$`)
)

const (
	wantROCmArch = "a target such as gfx942, gfx942:sramecc+:xnack- or gfx9-4-generic"
	wantCUDAArch = "a target such as sm_90a or compute_90"
)

// isROCmArch and isCUDAArch say whether a member of an architecture list is
// spelt as device code spells it.
func isROCmArch(s string) bool { return rocmPattern.MatchString(s) }
func isCUDAArch(s string) bool { return smPattern.MatchString(s) || computePattern.MatchString(s) }

// isTime says whether s is a date and time of RFC 3339 in UTC, written with Z.
func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil && timePattern.MatchString(s)
}

// isRemote says whether s is an address of a repository that may be published
// as it stands: nothing would be taken off it.
func isRemote(s string) bool {
	public, err := status.CleanRemote(s)
	return err == nil && public == s
}

// isText says whether s is UTF-8 without control characters but tabs, and not
// empty.
func isText(s string) bool {
	return s != "" && utf8.ValidString(s) &&
		strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) < 0
}

// PathFault returns what is wrong with a relative path, or "".
func PathFault(s string) string {
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
	case len(s) > 1 && s[1] == ':' && ('a' <= s[0]|0x20 && s[0]|0x20 <= 'z'):
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

const wantPath = "a relative path with / and no empty, . or .. element"

// PathKey makes paths equal that a file system may hold for one: it
// normalises (NFC) and folds case.
func PathKey(s string) string { return cases.Fold().String(norm.NFC.String(s)) }
