package merge

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// unknown are the fields of one document, or of one object in it, that this
// version of the format does not know, by JSON pointer.
type unknown struct {
	document string
	fields   map[string]json.RawMessage
}

// extra asks that objects agree on their own unknown fields.
func (j *joining) extra(at place, sides []side) {
	f, has := sides[0].value.Type().FieldByName("Extra")
	if !has {
		return
	}
	var of []unknown
	some := false
	for _, s := range sides {
		fields := map[string]json.RawMessage{}
		for name, value := range s.value.FieldByIndex(f.Index).Interface().(document.Extra) {
			fields[place{}.at(name).pointer] = value
			some = true
		}
		of = append(of, unknown{s.document, fields})
	}
	if some {
		j.unknown(at, of)
	}
}

// unknown asks that all have the same unknown fields with the same values: how
// they join is not known, and none may be lost.
func (j *joining) unknown(at place, of []unknown) {
	names := map[string]bool{}
	for _, u := range of {
		for name := range u.fields {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		sides, differ := make([]side, len(of)), false
		for i, u := range of {
			if value, there := u.fields[name]; there {
				sides[i].value = reflect.ValueOf(value)
			}
			sides[i].document = u.document
			differ = differ || !same(sides[0].value, sides[i].value)
		}
		if differ {
			here := place{at.on, at.pointer + name}
			j.disagree(codeUnknown, here, sides, "one value, or a program that knows this version", "the documents disagree on a field that is not known")
		}
	}
}

// same is equal of values that may be missing.
func same(a, b reflect.Value) bool {
	return a.IsValid() == b.IsValid() && (!a.IsValid() || equal(a, b))
}

// extrasOf are the unknown fields in a value and everything below it.
func extrasOf(v reflect.Value) map[string]json.RawMessage {
	found := map[string]json.RawMessage{}
	gather(v, place{}, found)
	return found
}

func gather(v reflect.Value, at place, found map[string]json.RawMessage) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			gather(v.Elem(), at, found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if extra, is := v.Field(i).Interface().(document.Extra); is {
				for name, value := range extra {
					found[at.at(name).pointer] = value
				}
			} else {
				gather(v.Field(i), at.at(v.Type().Field(i).Tag.Get("json")), found)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				gather(v.Index(i), at.elem(i), found)
			}
		}
	}
}
