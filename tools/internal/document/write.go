package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Encode returns the document in its canonical form: UTF-8, names sorted by
// bytes, two spaces a level, artifacts by relative path, a final newline, and
// in strings only what JSON demands escaped (as RFC 8785 does). Equal documents
// give equal bytes. Text that is no UTF-8 and integers from 2^53 are errors.
func (m *Manifest) Encode() ([]byte, error) {
	sorted := *m
	sorted.Artifacts = slices.SortedStableFunc(slices.Values(m.Artifacts), func(a, b Artifact) int {
		return strings.Compare(a.RelativePath, b.RelativePath)
	})
	return encode(sorted, "  ")
}

// Encode returns the artifact as one line of JSON, names sorted by bytes.
func (a *Artifact) Encode() ([]byte, error) { return encode(*a, "") }

func encode(v any, indent string) ([]byte, error) {
	w := &writer{indent: indent}
	w.value(reflect.ValueOf(v), &place{})
	w.WriteByte('\n')
	return w.Bytes(), w.err
}

// writer writes Go values as JSON and keeps its first error. Without an indent
// it writes one line.
type writer struct {
	bytes.Buffer
	indent string
	depth  int
	err    error
}

func (w *writer) value(v reflect.Value, at *place) {
	if v.IsValid() && v.Type() == rawType {
		w.value(w.raw(v.Bytes(), at), at)
		return
	}
	switch v.Kind() {
	case reflect.Invalid:
		w.WriteString("null")
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			w.WriteString("null")
			return
		}
		w.value(v.Elem(), at)
	case reflect.Struct:
		w.object(v, at)
	case reflect.Map:
		w.dictionary(v, at)
	case reflect.Slice:
		if v.IsNil() && v.Type() == listType {
			w.WriteString("null")
			return
		}
		here := at.elem(0)
		w.block('[', ']', v.Len(), func(i int) {
			here.index = i
			w.value(v.Index(i), here)
		})
	case reflect.String:
		if v.Type() == reflect.TypeFor[json.Number]() {
			w.WriteString(v.String())
			return
		}
		w.text(v.String(), at)
	case reflect.Bool:
		w.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int64:
		if n := v.Int(); n > maxInteger || n < -maxInteger {
			w.fail("%s: got %d, want an integer below 2^53", at, n)
		}
		w.WriteString(strconv.FormatInt(v.Int(), 10))
	default:
		w.fail("%s: a value of type %s cannot be written", at, v.Type())
	}
}

var rawType = reflect.TypeFor[json.RawMessage]()

// raw is JSON as nil, bool, string, json.Number, []any and map[string]any, so
// that it is written as all else is.
func (w *writer) raw(text []byte, at *place) reflect.Value {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		w.fail("%s: a value that is not JSON: %v", at, err)
	}
	return reflect.ValueOf(value)
}

func (w *writer) object(v reflect.Value, at *place) {
	o := objectOf(v.Type())
	if o.extra < 0 || v.Field(o.extra).Len() == 0 {
		here := at.at("")
		w.block('{', '}', len(o.fields), func(i int) {
			here.name = o.fields[i].name
			w.member(here, v.Field(o.fields[i].index))
		})
		return
	}
	members := make(map[string]reflect.Value, len(o.fields))
	for _, f := range o.fields {
		members[f.name] = v.Field(f.index)
	}
	if o.extra >= 0 {
		for name, value := range v.Field(o.extra).Interface().(Extra) {
			if _, known := members[name]; known {
				w.fail("%s: the field is kept twice", at.at(name))
			}
			members[name] = reflect.ValueOf(value)
		}
	}
	w.names(members, at)
}

func (w *writer) dictionary(v reflect.Value, at *place) {
	members := make(map[string]reflect.Value, v.Len())
	for i := v.MapRange(); i.Next(); {
		members[i.Key().String()] = i.Value()
	}
	w.names(members, at)
}

func (w *writer) names(members map[string]reflect.Value, at *place) {
	names := slices.Sorted(maps.Keys(members))
	w.block('{', '}', len(names), func(i int) {
		w.member(at.at(names[i]), members[names[i]])
	})
}

// member writes one, its name first.
func (w *writer) member(at *place, value reflect.Value) {
	w.text(at.name, at)
	w.WriteByte(':')
	if w.indent != "" {
		w.WriteByte(' ')
	}
	w.value(value, at)
}

// block writes n items between two brackets.
func (w *writer) block(open, end byte, n int, item func(int)) {
	w.WriteByte(open)
	w.depth++
	for i := range n {
		if i > 0 {
			w.WriteByte(',')
		}
		w.line()
		item(i)
	}
	if w.depth--; n > 0 {
		w.line()
	}
	w.WriteByte(end)
}

func (w *writer) line() {
	if w.indent == "" {
		return
	}
	w.WriteByte('\n')
	for range w.depth {
		w.WriteString(w.indent)
	}
}

// text writes a string, escaped as RFC 8785, section 3.2.2.2, says.
func (w *writer) text(s string, at *place) {
	if !utf8.ValidString(s) {
		w.fail("%s: got %q, want UTF-8", at, s)
	}
	w.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			w.Write([]byte{'\\', c})
		case '\b':
			w.WriteString(`\b`)
		case '\f':
			w.WriteString(`\f`)
		case '\n':
			w.WriteString(`\n`)
		case '\r':
			w.WriteString(`\r`)
		case '\t':
			w.WriteString(`\t`)
		default:
			if c < 0x20 {
				fmt.Fprintf(w, `\u%04x`, c)
			} else {
				w.WriteByte(c)
			}
		}
	}
	w.WriteByte('"')
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("write document: "+format, args...)
	}
}
