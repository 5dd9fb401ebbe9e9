package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	// maxInteger is what every JSON reader holds exactly (RFC 8259, section 6).
	maxInteger = 1<<53 - 1
)

// errStop ends reading after the finding that says why.
var errStop = errors.New("stop")

var integerPattern = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// reader fills Go values from JSON in one pass over the tokens. It is strict
// where encoding/json is not: names twice or differing only in case, text that
// is no Unicode, missing fields and null where a value must be.
type reader struct {
	data    []byte
	decoder *json.Decoder
	depth   int
	report  report
	// unknown are the places of fields that the types do not have.
	unknown []*place
}

// decode reads data into root, a pointer to a struct. It returns false where
// the text is not JSON that can be read to its end.
func decode(data []byte, root any) (r *reader, whole bool) {
	r = &reader{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	r.decoder.UseNumber()
	if !r.text() {
		return r, false
	}
	top := &place{}
	token, err := r.next(top)
	if err == nil {
		err = r.value(token, reflect.ValueOf(root).Elem(), top, false)
	}
	if err != nil {
		return r, false
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		r.report.fault("malformed_document", top, "", "nothing after the document's end", "data after the document, at byte %d", r.decoder.InputOffset())
		return r, false
	}
	return r, true
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
func (r *reader) next(at *place) (json.Token, error) {
	before := r.decoder.InputOffset()
	token, err := r.decoder.Token()
	if err != nil {
		reason := err.Error()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			reason = "it ends too early"
		}
		r.report.fault("malformed_document", at, "", "one JSON value", "not JSON at byte %d: %s", r.decoder.InputOffset(), reason)
		return nil, errStop
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' || t == '[' {
			if r.depth++; r.depth > MaxDepth {
				r.report.fault("malformed_document", at, "", fmt.Sprintf("at most %d levels", MaxDepth), "the document is nested too deeply")
				return nil, errStop
			}
		} else {
			r.depth--
		}
	case string:
		// encoding/json turns half a surrogate pair into U+FFFD, so that two
		// names or values would become one.
		if raw := r.data[before:r.decoder.InputOffset()]; loneSurrogate(raw) {
			r.report.fault("malformed_document", at, "", "whole surrogate pairs", "half a surrogate pair in a string, before byte %d", r.decoder.InputOffset())
			return nil, errStop
		}
	}
	return token, nil
}

// value reads the value that begins with token into v; an invalid v takes
// anything.
func (r *reader) value(token json.Token, v reflect.Value, at *place, required bool) error {
	if token == nil {
		if v.Kind() == reflect.Pointer && !required || v.Type() == listType {
			v.SetZero()
			return nil
		}
		return r.mistyped(token, v, at)
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return r.value(token, v.Elem(), at, false)
	case reflect.Struct:
		if token == json.Delim('{') {
			return r.object(v, at)
		}
	case reflect.Map:
		if token == json.Delim('{') {
			return r.dictionary(v, at)
		}
	case reflect.Slice:
		if token == json.Delim('[') {
			return r.array(v, at)
		}
	case reflect.String:
		if s, ok := token.(string); ok {
			v.SetString(s)
			return nil
		}
	case reflect.Bool:
		if b, ok := token.(bool); ok {
			v.SetBool(b)
			return nil
		}
	case reflect.Int64:
		if n, ok := token.(json.Number); ok {
			r.integer(n, v, at)
			return nil
		}
	}
	return r.mistyped(token, v, at)
}

func (r *reader) integer(n json.Number, v reflect.Value, at *place) {
	i, err := strconv.ParseInt(string(n), 10, 64)
	if !integerPattern.MatchString(string(n)) || err != nil || i > maxInteger || i < -maxInteger {
		r.report.fault("invalid_value", at, string(n), "an integer in digits, below 2^53", "not an integer that every reader holds exactly")
		return
	}
	v.SetInt(i)
}

func (r *reader) mistyped(token json.Token, v reflect.Value, at *place) error {
	r.report.fault("wrong_type", at, kindOfToken(token), kindOfType(v.Type()), "a value of the wrong type")
	_, err := r.anything(token, at)
	return err
}

func kindOfToken(token json.Token) string {
	switch token.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	}
	if token == json.Delim('{') {
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

// pending turns the unknown fields to findings of the given severity.
func (r *reader) pending(severity finding.Severity) {
	for _, at := range r.unknown {
		f := finding.Errorf("unknown_field", "a field that is not known").At(at.String())
		f.Severity = severity
		r.report.add(f)
	}
}
