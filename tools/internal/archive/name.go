package archive

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// name checks one member's name by itself. The rules are those under which
// every system puts the member at the same place below the target folder.
func (a *reader) name(name string, flags uint16) {
	if name == "" {
		a.fault(NameEmpty, name, "a member without a name")
		return
	}
	if len(name) > MaxName {
		a.fault(NameTooLong, name[:64], "a name of %d bytes, of which this is the beginning, want at most %d", len(name), MaxName)
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		a.fault(NameControl, name, "the name has a NUL or another control character")
	}
	switch {
	case !utf8.ValidString(name):
		a.fault(NameEncoding, name, "the name is not valid UTF-8")
	case flags&flagUTF8 == 0 && !ascii(name):
		a.fault(NameEncoding, name, "the name is not ASCII, and no flag says that it is UTF-8: readers take it for code page 437 or for UTF-8")
	}
	if strings.Contains(name, `\`) {
		a.fault(NameBackslash, name, "the name has a backslash, which is a separator on Windows only")
	}
	if len(name) > 1 && name[1] == ':' && ascii(name[:1]) && unicode.IsLetter(rune(name[0])) {
		a.fault(NameDrive, name, "the name begins with a drive letter")
	}
	relative, absolute := strings.CutPrefix(name, "/")
	if absolute {
		a.fault(NameAbsolute, name, "the name is an absolute path")
	}
	for element := range strings.SplitSeq(strings.TrimSuffix(relative, "/"), "/") {
		if element == "" || element == "." || element == ".." {
			a.report(fault(NameElement, name, "the name has an empty, `.` or `..` element").GotWant(element, ""))
			break
		}
	}
}

// key is a member's name as the most forgiving file system sees it.
type key struct {
	folded string
	*header
}

// names checks the names of all members against each other.
func (a *reader) names(headers []*header) {
	fold := folder()
	keys := make([]key, len(headers))
	for i, h := range headers {
		keys[i] = key{fold(strings.TrimSuffix(h.Name, "/")), h}
	}
	compare := func(x, y key) int { return strings.Compare(x.folded, y.folded) }
	slices.SortStableFunc(keys, compare)
	first := 0
	for i, k := range keys {
		if k.folded != keys[first].folded {
			first = i
		}
		if i > first {
			a.same(k, keys[first])
		}
		if k.IsFolder() {
			continue
		}
		below := k.folded + "/"
		at, _ := slices.BinarySearchFunc(keys, key{folded: below}, compare)
		if at < len(keys) && strings.HasPrefix(keys[at].folded, below) {
			a.fault(FileAsFolder, k.Name, "this file's name is the folder of %q", keys[at].Name)
		}
	}
}

// same reports two members that share a place.
func (a *reader) same(k, other key) {
	switch {
	case k.Name == other.Name:
		a.fault(DuplicateName, k.Name, "two members have this name")
	case k.IsFolder() != other.IsFolder():
		a.fault(FileAsFolder, k.Name, "the archive has this name as a file and as a folder, the other being %q", other.Name)
	default:
		a.fault(NameCollision, k.Name, "the name and %q are equal after Unicode normalisation and case folding", other.Name)
	}
}

// folder returns a function that maps names to what makes two of them one name
// for some file system: Unicode's canonical caseless match (D145). The
// function must not be used by two goroutines at once.
func folder() func(string) string {
	caser := cases.Fold()
	return func(name string) string {
		if ascii(name) {
			return strings.ToLower(name)
		}
		return norm.NFD.String(caser.String(norm.NFD.String(name)))
	}
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
