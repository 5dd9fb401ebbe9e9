package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// object reads the members of a struct, after its opening brace.
func (r *reader) object(v reflect.Value, at *place) error {
	o := objectOf(v.Type())
	read := make([]bool, v.NumField())
	err := r.members(at, func(name string, t token, here *place) error {
		if f, ok := o.find(name); ok {
			read[f.index] = true
			return r.value(t, v.Field(f.index), here, f.required)
		}
		if o.rest >= 0 {
			return r.entry(v.Field(o.rest), name, t, here)
		}
		if err := r.note(here); err != nil {
			return err
		}
		start := r.pos - len(t.raw)
		if err := r.skip(t, here); err != nil || o.extra < 0 || !r.lenient {
			return err
		}
		extra := v.Field(o.extra)
		if extra.IsNil() {
			extra.Set(reflect.MakeMap(extraType))
		}
		extra.Interface().(Extra)[name] = json.RawMessage(bytes.Clone(r.data[start:r.pos]))
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range o.fields {
		if !read[f.index] && !f.optional {
			r.report.fault("missing_field", at.at(f.name), "", kindOfType(v.Type().Field(f.index).Type), "a field is missing")
		}
	}
	return nil
}

// dictionary reads a JSON object with names of any kind.
func (r *reader) dictionary(v reflect.Value, at *place) error {
	v.Set(reflect.MakeMap(v.Type()))
	return r.members(at, func(name string, t token, here *place) error { return r.entry(v, name, t, here) })
}

// entry reads one value into a map.
func (r *reader) entry(v reflect.Value, name string, t token, here *place) error {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	value := reflect.New(v.Type().Elem()).Elem()
	if err := r.value(t, value, here, false); err != nil {
		return err
	}
	v.SetMapIndex(reflect.ValueOf(name), value)
	return nil
}

func (r *reader) array(v reflect.Value, at *place) error {
	size := 0
	if v.Type().Elem().Kind() == reflect.String {
		size = r.length() // such lists are long where a document is hostile
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, size))
	return r.elements(at, func(t token, here *place) error {
		n := v.Len()
		v.Grow(1)
		v.SetLen(n + 1)
		return r.value(t, v.Index(n), here, false)
	})
}

// skip reads over a value of any type, as strictly as those that are kept.
func (r *reader) skip(t token, at *place) error {
	switch t.kind {
	case '{':
		return r.members(at, func(_ string, t token, here *place) error { return r.skip(t, here) })
	case '[':
		return r.elements(at, r.skip)
	}
	return nil
}

// members walks an object after its opening brace. A name that stands twice,
// also in another case, is a fault, and its value is read over. The place that
// do gets is another one after it returns.
func (r *reader) members(at *place, do func(name string, t token, here *place) error) error {
	seen := r.names.open()
	defer r.names.close(seen)
	here := at.at("")
	for r.more() {
		if r.report.full() {
			return r.report.stop()
		}
		t, err := r.next(at)
		if err != nil {
			return err
		}
		if len(t.raw) > MaxName || seen.count == MaxNames {
			r.report.fault("malformed_document", at, "", fmt.Sprintf("at most %d names of at most %d bytes", MaxNames, MaxName), "an object with too many names, or one too long")
			return errStop
		}
		name := r.keep(t)
		here.name = name
		if t, err = r.next(here); err != nil {
			return err
		}
		if first, twice := r.names.add(seen, name); twice {
			r.report.fault("duplicate_field", here, name, "one field of this name, whatever its case", "the object already has %q", first)
			err = r.skip(t, here)
		} else {
			err = do(name, t, here)
		}
		if err != nil {
			return err
		}
	}
	_, err := r.next(at)
	return err
}

// elements walks an array after its opening bracket. The place that do gets is
// another one after it returns.
func (r *reader) elements(at *place, do func(t token, here *place) error) error {
	here := at.elem(0)
	for ; r.more(); here.index++ {
		if r.report.full() {
			return r.report.stop()
		}
		t, err := r.next(here)
		if err != nil {
			return err
		}
		if err := do(t, here); err != nil {
			return err
		}
	}
	_, err := r.next(at)
	return err
}
