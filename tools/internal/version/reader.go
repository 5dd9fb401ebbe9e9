package version

import (
	"fmt"
	"strings"
)

// reader stands somewhere in a version.
type reader struct {
	input string
	// rest is what is still to be read, in lower case.
	rest string
	// tooLong is the first number above MaxDigits, nil where there is none.
	tooLong error
}

// take moves over the given text if it comes next.
func (r *reader) take(text string) bool {
	rest, ok := strings.CutPrefix(r.rest, text)
	r.rest = rest
	return ok
}

// followed says whether the given text and then a digit come next.
func (r *reader) followed(text string) bool {
	rest, ok := strings.CutPrefix(r.rest, text)
	return ok && span(rest, isDigit) > 0
}

// digits takes all digits that come next, leading zeros too.
func (r *reader) digits() string {
	n := span(r.rest, isDigit)
	if n > MaxDigits && r.tooLong == nil {
		r.tooLong = r.expected(fmt.Sprintf("a number of at most %d digits", MaxDigits))
	}
	digits := r.rest[:n]
	r.rest = r.rest[n:]
	return digits
}

// part takes one of the words with its number, each after a separator or none.
// A separator after the word is taken even where no number follows, as
// appendix B of PEP 440 has it: 1.0a. is 1.0a0.
func (r *reader) part(words []string) (word, digits string, ok bool) {
	before := r.rest
	r.separator()
	for _, word := range words {
		if r.take(word) {
			r.separator()
			return word, r.digits(), true
		}
	}
	r.rest = before
	return "", "", false
}

// separator takes at most one.
func (r *reader) separator() {
	if r.rest != "" && isSeparator(r.rest[0]) {
		r.rest = r.rest[1:]
	}
}

// local takes the segments of a local part, of letters and digits each.
func (r *reader) local() (segments []string, err error) {
	for {
		n := span(r.rest, isAlphanumeric)
		if n == 0 {
			return nil, r.expected("a segment of the local part (letters and digits)")
		}
		segment := r.rest[:n]
		if isNumber(segment) {
			segment = string(newNumber(r.digits()))
		} else {
			r.rest = r.rest[n:]
		}
		segments = append(segments, segment)
		if r.rest == "" || !isSeparator(r.rest[0]) {
			return segments, nil
		}
		r.separator()
	}
}

// expected is the error for what comes next.
func (r *reader) expected(want string) error {
	offset := len(r.input) - len(r.rest)
	return &SyntaxError{Input: r.input, Offset: offset, Got: r.input[offset:], Want: want}
}

// span is how many bytes at the beginning of s are of the given class.
func span(s string, class func(byte) bool) int {
	for i := range len(s) {
		if !class(s[i]) {
			return i
		}
	}
	return len(s)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isAlphanumeric is asked of lower-cased text only.
func isAlphanumeric(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'z' }

func isSeparator(c byte) bool { return c == '.' || c == '_' || c == '-' }
