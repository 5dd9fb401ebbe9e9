package merge

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

var (
	listType  = reflect.TypeFor[document.List]()
	rawType   = reflect.TypeFor[json.RawMessage]()
	extraType = reflect.TypeFor[document.Extra]()
)

// equal says whether two values are written alike: a slice that is nil is
// empty, but for a List, and JSON is compared as values.
func equal(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() && b.IsNil()
		}
		return a.Pointer() == b.Pointer() || equal(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		return equalMaps(a, b)
	case reflect.Slice:
		switch a.Type() {
		case rawType:
			return equalJSON(a.Bytes(), b.Bytes())
		case listType:
			if a.IsNil() != b.IsNil() {
				return false
			}
		}
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func equalMaps(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := a.MapRange(); i.Next(); {
		if other := b.MapIndex(i.Key()); !other.IsValid() || !equal(i.Value(), other) {
			return false
		}
	}
	return true
}

// equalJSON compares what the texts say: spaces, escapes and the order of names
// do not count, the digits of a number do.
func equalJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errX := decoded(a)
	y, errY := decoded(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func decoded(text []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

// differences calls yield with each value in which a and b differ, the innermost
// that both have. Fields that the types do not know are passed over.
func differences(a, b reflect.Value, at place, yield func(at place, a, b reflect.Value)) {
	switch {
	case a.Type() == extraType || equal(a, b):
		return
	case a.Kind() == reflect.Pointer && !a.IsNil() && !b.IsNil():
		differences(a.Elem(), b.Elem(), at, yield)
	case a.Kind() == reflect.Struct:
		for i := range a.NumField() {
			differences(a.Field(i), b.Field(i), at.at(a.Type().Field(i).Tag.Get("json")), yield)
		}
	case a.Kind() == reflect.Slice && a.Len() == b.Len() && a.Type() != listType:
		for i := range a.Len() {
			differences(a.Index(i), b.Index(i), at.elem(i), yield)
		}
	default:
		yield(at, a, b)
	}
}
