package document

import (
	"encoding/json"
	"reflect"
	"strings"
)

// object reads the members of a struct, after its opening brace.
func (r *reader) object(v reflect.Value, at *place) error {
	o := objectOf(v.Type())
	read := make([]bool, v.NumField())
	err := r.members(at, func(name string, token json.Token, here *place) error {
		if f, ok := o.find(name); ok {
			read[f.index] = true
			return r.value(token, v.Field(f.index), here, f.required)
		}
		r.unknown = append(r.unknown, here)
		value, err := r.anything(token, here)
		if err != nil || o.extra < 0 {
			return err
		}
		extra := v.Field(o.extra)
		if extra.IsNil() {
			extra.Set(reflect.MakeMap(extraType))
		}
		extra.Interface().(Extra)[name] = value
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range o.fields {
		if !read[f.index] {
			r.report.fault("missing_field", at.at(f.name), "", kindOfType(v.Type().Field(f.index).Type), "a field is missing")
		}
	}
	return nil
}

// dictionary reads a JSON object with names of any kind.
func (r *reader) dictionary(v reflect.Value, at *place) error {
	v.Set(reflect.MakeMap(v.Type()))
	return r.members(at, func(name string, token json.Token, here *place) error {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := r.value(token, value, here, false); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(name), value)
		return nil
	})
}

func (r *reader) array(v reflect.Value, at *place) error {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	return r.elements(at, func(token json.Token, here *place) error {
		value := reflect.New(v.Type().Elem()).Elem()
		err := r.value(token, value, here, false)
		v.Set(reflect.Append(v, value))
		return err
	})
}

// anything reads a value of any type.
func (r *reader) anything(token json.Token, at *place) (any, error) {
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		err := r.members(at, func(name string, token json.Token, here *place) error {
			value, err := r.anything(token, here)
			object[name] = value
			return err
		})
		return object, err
	case json.Delim('['):
		array := []any{}
		err := r.elements(at, func(token json.Token, here *place) error {
			value, err := r.anything(token, here)
			array = append(array, value)
			return err
		})
		return array, err
	}
	return token, nil
}

// members walks an object after its opening brace. A name that stands twice,
// also in another case, is a fault, and its value is read over.
func (r *reader) members(at *place, do func(name string, token json.Token, here *place) error) error {
	seen := map[string]string{}
	for r.decoder.More() {
		token, err := r.next(at)
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			r.report.fault("malformed_document", at, kindOfToken(token), "string", "an object's name is no string")
			return errStop
		}
		here := at.at(name)
		if token, err = r.next(here); err != nil {
			return err
		}
		folded := fold(name)
		if first, twice := seen[folded]; twice {
			r.report.fault("duplicate_field", here, name, "one field of this name, whatever its case", "the object already has %q", first)
			_, err = r.anything(token, here)
		} else {
			seen[folded] = name
			err = do(name, token, here)
		}
		if err != nil {
			return err
		}
	}
	_, err := r.next(at)
	return err
}

// elements walks an array after its opening bracket.
func (r *reader) elements(at *place, do func(token json.Token, here *place) error) error {
	for i := 0; r.decoder.More(); i++ {
		here := at.elem(i)
		token, err := r.next(here)
		if err != nil {
			return err
		}
		if err := do(token, here); err != nil {
			return err
		}
	}
	_, err := r.next(at)
	return err
}

// fold makes names equal that differ only in case.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }
