package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Bounds of reading.
const (
	// MaxBytes is the size of the largest document that is read.
	MaxBytes = 256 << 20
	// MaxDepth is the deepest nesting of arrays and objects that is read.
	MaxDepth = 32
	// MaxNames is how many fields one object may have, MaxName how many bytes
	// the name of one.
	MaxNames = 1 << 14
	MaxName  = 1 << 12
	// maxUnknown is how many fields of a newer version one document may have.
	maxUnknown = 1 << 17
	// maxInteger is what every JSON reader holds exactly (RFC 8259, section 6).
	maxInteger = 1<<53 - 1
)

// errStop ends reading after the finding that says why.
var errStop = errors.New("stop")

var integerPattern = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// reader fills Go values from JSON in one pass over the tokens. It is strict
// where encoding/json is not: names twice or differing only in case, text that
// is no Unicode, missing fields and null where a value must be. It stops where
// the report is full, and holds no more of the text than it was asked for.
type reader struct {
	data  []byte
	pos   int // of the next byte
	depth int
	names names
	// kept are texts by how the document spells them; see keep.
	kept   map[string]string
	report report
	// lenient says that unknown fields are warnings and are kept: the document
	// has a newer minor version.
	lenient bool
	// unknown are the pointers of the first fields that the types do not have,
	// of as many as unknowns.
	unknown  []string
	unknowns int
}

// newReader returns nothing to read where the text is not JSON.
func newReader(data []byte) (r *reader, ok bool) {
	r = &reader{data: data, kept: map[string]string{}}
	if !r.text() {
		return r, false
	}
	if !json.Valid(data) {
		r.malformed()
		return r, false
	}
	return r, true
}

// read fills root, a pointer to a struct. It returns false where the text could
// not be read to its end.
func (r *reader) read(root any) bool {
	top := &place{}
	t, err := r.next(top)
	if err == nil {
		err = r.value(t, reflect.ValueOf(root).Elem(), top, false)
	}
	return err == nil
}

// decode reads data into root. It returns false where it cannot be read to its
// end.
func decode(data []byte, root any) (*reader, bool) {
	r, ok := newReader(data)
	return r, ok && r.read(root)
}

// text checks what holds for the document as a whole.
func (r *reader) text() bool {
	top := &place{}
	switch {
	case len(r.data) > MaxBytes:
		r.report.fault("malformed_document", top, fmt.Sprintf("%d bytes", len(r.data)), fmt.Sprintf("at most %d bytes", MaxBytes), "the document is too large")
	case bytes.HasPrefix(r.data, []byte("\xef\xbb\xbf")):
		r.report.fault("malformed_document", top, "", "UTF-8 without one", "the document begins with a byte order mark")
	case !utf8.Valid(r.data):
		at := 0
		for {
			c, n := utf8.DecodeRune(r.data[at:])
			if c == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
		r.report.fault("malformed_document", top, fmt.Sprintf("0x%02x", r.data[at]), "UTF-8", "invalid UTF-8 at byte %d", at)
	default:
		return true
	}
	return false
}

// next reads one token.
func (r *reader) next(at *place) (token, error) {
	t := r.scan()
	r.depth += opens(t)
	if r.depth > MaxDepth {
		r.tooDeep(at)
		return t, errStop
	}
	// encoding/json turns half a surrogate pair into U+FFFD, so that two names
	// or values would become one.
	if t.kind == '"' && loneSurrogate(t.raw) {
		r.report.fault("malformed_document", at, "", "whole surrogate pairs", "half a surrogate pair in a string, before byte %d", r.pos)
		return t, errStop
	}
	return t, nil
}

// value reads the value that begins with t into v.
func (r *reader) value(t token, v reflect.Value, at *place, required bool) error {
	switch kind := v.Kind(); {
	case t.kind == 'n':
		if kind == reflect.Pointer && !required || v.Type() == listType {
			v.SetZero()
			return nil
		}
	case kind == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return r.value(t, v.Elem(), at, false)
	case kind == reflect.Struct && t.kind == '{':
		return r.object(v, at)
	case kind == reflect.Map && t.kind == '{':
		return r.dictionary(v, at)
	case kind == reflect.Slice && t.kind == '[':
		return r.array(v, at)
	case kind == reflect.String && t.kind == '"':
		v.SetString(r.keep(t))
		return nil
	case kind == reflect.Bool && (t.kind == 't' || t.kind == 'f'):
		v.SetBool(t.kind == 't')
		return nil
	case kind == reflect.Int64 && t.kind == '0':
		r.integer(string(t.raw), v, at)
		return nil
	}
	r.report.fault("wrong_type", at, kindOfToken(t), kindOfType(v.Type()), "a value of the wrong type")
	return r.skip(t, at)
}

func (r *reader) integer(digits string, v reflect.Value, at *place) {
	i, err := strconv.ParseInt(digits, 10, 64)
	if !integerPattern.MatchString(digits) || err != nil || i > maxInteger || i < -maxInteger {
		r.report.fault("invalid_value", at, digits, "an integer in digits, below 2^53", "not an integer that every reader holds exactly")
		return
	}
	v.SetInt(i)
}

func kindOfToken(t token) string {
	switch t.kind {
	case 'n':
		return "null"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case '0':
		return "number"
	case '{':
		return "object"
	}
	return "array"
}

func kindOfType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return kindOfType(t.Elem())
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice:
		return "array"
	case reflect.Bool:
		return "boolean"
	case reflect.Int64:
		return "integer"
	}
	return "string"
}

// loneSurrogate says whether the raw text of a string has a \u escape of one
// half of a surrogate pair.
func loneSurrogate(raw []byte) bool {
	for i := 0; i+5 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if raw[i+1] != 'u' {
			i++
			continue
		}
		half := string(raw[i+2 : i+6])
		switch i += 5; {
		case surrogate(half, "89ab"):
			if i+6 >= len(raw) || raw[i+1] != '\\' || raw[i+2] != 'u' || !surrogate(string(raw[i+3:i+7]), "cdef") {
				return true
			}
			i += 6
		case surrogate(half, "cdef"):
			return true
		}
	}
	return false
}

// surrogate says whether four hex digits are d and then one of second.
func surrogate(hex, second string) bool {
	hex = strings.ToLower(hex)
	return hex[0] == 'd' && strings.ContainsRune(second, rune(hex[1]))
}

// note notes an unknown field. It returns errStop where they are more than
// any version has.
func (r *reader) note(at *place) error {
	r.unknowns++
	if len(r.unknown) < maxFindings {
		r.unknown = append(r.unknown, at.String())
	}
	if r.unknowns > maxUnknown || !r.lenient && r.unknowns > maxFindings {
		r.pending(finding.Error)
		return r.report.stop()
	}
	return nil
}

// pending turns the unknown fields to findings of the given severity.
func (r *reader) pending(severity finding.Severity) {
	for _, at := range r.unknown {
		f := finding.Errorf("unknown_field", "a field that is not known").At(at)
		f.Severity = severity
		r.report.add(f)
	}
	if r.unknowns > len(r.unknown) {
		r.report.drop(severity)
	}
}
