package merge

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// TestTableHasEveryField walks the types of a document. What is taken whole,
// metadata and contents, has no rules of its own.
func TestTableHasEveryField(t *testing.T) {
	walked := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		walked[typ] = true
		rules := table[typ]
		names := map[string]bool{}
		for i := range typ.NumField() {
			f := typ.Field(i)
			name := f.Tag.Get("json")
			if f.Type == extraType {
				continue
			}
			names[name] = true
			if assert.NotZero(t, rules[name], "%s.%s has no rule", typ, name) && rules[name] != newest {
				walk(f.Type)
			}
		}
		for name := range rules {
			assert.True(t, names[name], "%s has no field %s", typ, name)
		}
	}
	walk(reflect.TypeFor[document.Manifest]())
	for typ := range table {
		assert.True(t, walked[typ], "%s is no part of a document", typ)
	}
}

// TestRulesFitTheirTypes holds each rule against what a field can hold.
func TestRulesFitTheirTypes(t *testing.T) {
	text, list := reflect.TypeFor[*string](), reflect.TypeFor[document.List]()
	for typ, of := range fields {
		for _, f := range of {
			is := typ.Field(f.index).Type
			switch f.rule {
			case multiple, allowed, nulled:
				assert.Equal(t, text, is, f.name)
			case listed:
				assert.Equal(t, list, is, f.name)
			case or:
				assert.Equal(t, reflect.Bool, is.Kind(), f.name)
			case anyJoins:
				assert.Equal(t, reflect.String, is.Kind(), f.name)
			case agree:
				assert.NotEqual(t, reflect.Slice, is.Kind(), f.name)
			}
		}
	}
}

// TestBuildsAreOrderedByEveryField changes one field at a time.
func TestBuildsAreOrderedByEveryField(t *testing.T) {
	rules := table[reflect.TypeFor[document.Build]()]
	for _, f := range fields[reflect.TypeFor[document.Build]()] {
		assert.Equal(t, least, rules[f.name])
		a, b := document.Build{}, document.Build{}
		if v := reflect.ValueOf(&b).Elem().Field(f.index); v.Kind() == reflect.String {
			v.SetString("x")
		} else {
			v.Set(reflect.ValueOf(ref("x")))
		}
		assert.Negative(t, compareBuilds(&a, &b), f.name)
		assert.Positive(t, compareBuilds(&b, &a), f.name)
		assert.Zero(t, compareBuilds(&b, &b), f.name)
	}
	for _, times := range [][2]string{
		{"2025-11-24T08:30:00Z", "2025-11-24T08:30:00.5Z"}, {"2025-11-24T08:30:00.25Z", "2025-11-24T08:30:00.5Z"}, {"2025-11-24T08:30:00.5Z", "2025-11-24T08:30:01Z"},
	} {
		a, b := document.Build{Timestamp: &times[0], Status: "z"}, document.Build{Timestamp: &times[1]}
		assert.Negative(t, compareBuilds(&a, &b), "%v", times)
	}
}
