package module

import (
	"iter"
	"strings"
)

// statements yields the first line of each statement at the top level, from
// its first character: no indented line, none inside brackets or a string, none
// that a backslash continues. A statement after a semicolon is not yielded.
func statements(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		text = strings.TrimPrefix(text, "\ufeff")
		for text != "" {
			end := statement(text)
			line := text[:end]
			text = text[end:]
			if first, _, whole := cutLine(line); whole && first != "" && !strings.ContainsRune(blanks+"#", rune(first[0])) {
				if !yield(line) {
					return
				}
			}
		}
	}
}

// cutLine splits a logical line at its first line break; whole says that there
// was something to split.
func cutLine(line string) (first, rest string, whole bool) {
	at := strings.IndexAny(line, "\r\n")
	if at < 0 {
		return line, "", line != ""
	}
	return line[:at], line[at:], true
}

// statement returns the length of the logical line that text begins with, its
// line break included.
func statement(text string) int {
	depth := 0
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '\\':
			i++
			if i < len(text) && text[i] == '\r' {
				i++ // and the line feed below
			}
			i++
			continue
		case '#':
			for i < len(text) && text[i] != '\n' && text[i] != '\r' {
				i++
			}
			continue
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(depth-1, 0)
		case '\'', '"':
			i += quoted(text[i:])
			continue
		case '\n', '\r':
			if depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(text)
}

// quoted returns the length of the string literal that text begins with, up to
// the line's end where nothing closes it.
func quoted(text string) int {
	quote := text[:1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(text, triple) {
		quote = triple
	}
	for i := len(quote); i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case strings.HasPrefix(text[i:], quote):
			return i + len(quote)
		case len(quote) == 1 && (text[i] == '\n' || text[i] == '\r'):
			return i
		}
	}
	return len(text)
}

// literal reads the string literal that text begins with, and returns what
// follows it. One with a prefix, an escape or a line break in it is not read:
// no version has any.
func literal(text string) (value, rest string, ok bool) {
	text = strings.TrimRight(text, "\r\n")
	if text == "" || text[0] != '"' && text[0] != '\'' {
		return "", "", false
	}
	n := quoted(text)
	marks := 1
	if strings.HasPrefix(text, strings.Repeat(text[:1], 3)) {
		marks = 3
	}
	if n < 2*marks || !strings.HasSuffix(text[:n], strings.Repeat(text[:1], marks)) {
		return "", "", false
	}
	value = text[marks : n-marks]
	if strings.ContainsAny(value, "\\\r\n") {
		return "", "", false
	}
	return value, text[n:], true
}
