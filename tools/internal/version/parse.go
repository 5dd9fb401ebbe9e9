package version

import (
	"fmt"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

const (
	// MaxLength is how many bytes a version may have.
	MaxLength = 16 << 10
	// MaxDigits is how many digits one number may have, leading zeros counted:
	// what Python's int() reads unless told otherwise, so that every version we
	// accept can be read by Python's tools too.
	MaxDigits = 4300
)

// SyntaxError says where a text stops being a version.
type SyntaxError struct {
	// Input is the whole text.
	Input string
	// Offset counts bytes from 0.
	Offset int
	// Got is the rest of the text from there, empty at its end; Want is what
	// could stand there.
	Got, Want string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("version %s is not one of PEP 440: %s", finding.Quote(e.Input), e.Reason())
}

// Reason is the error without the version itself.
func (e *SyntaxError) Reason() string {
	got := "its end"
	if e.Got != "" {
		got = finding.Quote(e.Got)
	}
	return fmt.Sprintf("at byte %d: got %s, want %s", e.Offset, got, e.Want)
}

// Parse reads one version in any spelling of PEP 440, appendix B, without white
// space around it: readers of files trim their lines, file names have none.
// Letters and digits are ASCII. The error is a *SyntaxError.
func Parse(s string) (Version, error) {
	if len(s) > MaxLength {
		return Version{}, &SyntaxError{Input: s, Offset: MaxLength, Got: s[MaxLength:], Want: fmt.Sprintf("at most %d bytes", MaxLength)}
	}
	r := reader{input: s, rest: lower(s)}
	v, err := r.version()
	if err != nil {
		return Version{}, err
	}
	return v, nil
}

// Normalize is the normal form of a version's text.
func Normalize(s string) (string, error) {
	v, err := Parse(s)
	return v.String(), err
}

// version reads the parts in their order. What the reader takes is decided by
// the next bytes alone: the grammar needs no backtracking beyond one separator.
func (r *reader) version() (v Version, err error) {
	r.take("v")
	first := r.digits()
	if first != "" && r.take("!") {
		v.epoch, first = newNumber(first), r.digits()
	} else {
		v.epoch = "0"
	}
	if first == "" {
		return v, r.expected("a release number (digits 0 to 9)")
	}
	v.release = append(v.release, newNumber(first))
	for r.followed(".") {
		r.take(".")
		v.release = append(v.release, newNumber(r.digits()))
	}
	if word, digits, ok := r.part(preWords); ok {
		v.pre = &prerelease{phase: phases[word], number: newNumber(digits)}
	}
	if r.followed("-") {
		r.take("-")
		n := newNumber(r.digits())
		v.post = &n
	} else if _, digits, ok := r.part(postWords); ok {
		n := newNumber(digits)
		v.post = &n
	}
	if _, digits, ok := r.part(devWords); ok {
		n := newNumber(digits)
		v.dev = &n
	}
	if r.take("+") {
		if v.local, err = r.local(); err != nil {
			return v, err
		}
	}
	if r.rest != "" {
		return v, r.expected("the end, or a pre-, post-, dev- or local part where it may stand")
	}
	return v, r.tooLong
}

// The words of each part, a longer one before its own beginning.
var (
	preWords  = []string{"alpha", "a", "beta", "b", "preview", "pre", "c", "rc"}
	postWords = []string{"post", "rev", "r"}
	devWords  = []string{"dev"}
	phases    = map[string]string{
		"alpha": "a", "a": "a", "beta": "b", "b": "b",
		"preview": "rc", "pre": "rc", "c": "rc", "rc": "rc",
	}
)

// lower folds ASCII letters only and keeps every other byte: full folding turns
// letters of other alphabets, such as the Kelvin sign, into ASCII ones.
func lower(s string) string {
	folded := []byte(s)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	return string(folded)
}
