package document

import (
	"bytes"
	"encoding/json"
	"strings"
)

// token is one token of JSON as the text spells it. Its kind is its first
// byte, '0' for every number.
type token struct {
	kind byte
	raw  []byte
}

// text is the value of a string.
func (t token) text() string {
	if bytes.IndexByte(t.raw, '\\') < 0 {
		return string(t.raw[1 : len(t.raw)-1])
	}
	var s string
	if json.Unmarshal(t.raw, &s) != nil {
		return string(t.raw) // cannot be: the text is valid JSON
	}
	return s
}

// Texts that stand in a document many times, such as names of fields and
// targets, are kept once: the first of them, and no long ones.
const (
	maxKept     = 1 << 12
	maxKeptText = 48
)

// keep is the value of a string, one and the same for equal ones where it can.
func (r *reader) keep(t token) string {
	if len(t.raw) > maxKeptText {
		return t.text()
	}
	if s, ok := r.kept[string(t.raw)]; ok {
		return s
	}
	s := t.text()
	if len(r.kept) < maxKept {
		r.kept[string(t.raw)] = s
	}
	return s
}

// scan takes the next token off the text. The text is known to be valid JSON
// and not at its end, so that nothing is allocated for what nobody keeps.
func (r *reader) scan() token {
	r.more()
	start, kind := r.pos, r.data[r.pos]
	switch kind {
	case '{', '}', '[', ']':
		r.pos++
	case '"':
		for r.pos++; r.data[r.pos] != '"'; r.pos++ {
			if r.data[r.pos] == '\\' {
				r.pos++
			}
		}
		r.pos++
	default:
		for r.pos < len(r.data) && strings.IndexByte(" \t\r\n,:]}", r.data[r.pos]) < 0 {
			r.pos++
		}
		if kind == '-' || '0' <= kind && kind <= '9' {
			kind = '0'
		}
	}
	return token{kind, r.data[start:r.pos]}
}

// more skips what separates tokens, and says whether another value of the
// array or object follows.
func (r *reader) more() bool {
	for r.pos < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[r.pos]) >= 0 {
		r.pos++
	}
	return r.pos < len(r.data) && r.data[r.pos] != ']' && r.data[r.pos] != '}'
}

// peek is the first text of the given name in the outermost object, or "". It
// looks at nothing else, and the reader stays where it is.
func (r *reader) peek(name string) string {
	ahead := &reader{data: r.data}
	if ahead.scan().kind != '{' {
		return ""
	}
	for ahead.more() {
		found := ahead.scan().text() == name
		value := ahead.scan()
		if found && value.kind == '"' {
			return value.text()
		} else if found {
			return ""
		}
		for depth := opens(value); depth > 0; {
			depth += opens(ahead.scan())
		}
	}
	return ""
}

// length is how many elements the array has whose beginning was read. The
// reader stays where it is.
func (r *reader) length() (n int) {
	ahead := &reader{data: r.data, pos: r.pos}
	for ; ahead.more(); n++ {
		for depth := opens(ahead.scan()); depth > 0; {
			depth += opens(ahead.scan())
		}
	}
	return n
}

// opens is how many arrays and objects a token begins, -1 where it ends one.
func opens(t token) int {
	switch t.kind {
	case '{', '[':
		return 1
	case '}', ']':
		return -1
	}
	return 0
}
