package document

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("schema.json", raw))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

// refused says whether the schema refuses a document.
func refused(t *testing.T, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	return s.Validate(v)
}

func TestSchemaTakesSamples(t *testing.T) {
	s := compiled(t)
	for name, m := range map[string]*Manifest{"full": sample(), "bare": bare()} {
		assert.Empty(t, m.Validate(), name)
		assert.NoError(t, refused(t, s, encoded(t, m)), name)
	}
}

// TestSchemaIsTheTypes holds the schema against the Go types, in both
// directions: names, types, what may be null, and that everything is required
// and described.
func TestSchemaIsTheTypes(t *testing.T) {
	var root map[string]any
	require.NoError(t, json.Unmarshal(Schema(), &root))
	walk := &schemaWalk{t: t, defs: root["$defs"].(map[string]any), used: map[string]bool{}}
	walk.object("", root, reflect.TypeFor[Manifest]())
	for name, def := range walk.defs {
		assert.True(t, walk.used[name], "nothing uses $defs/%s", name)
		assert.NotEmpty(t, def.(map[string]any)["description"], "$defs/%s is not described", name)
	}
}

type schemaWalk struct {
	t    *testing.T
	defs map[string]any
	used map[string]bool
}

func (w *schemaWalk) object(at string, s map[string]any, typ reflect.Type) {
	assert.Equal(w.t, false, s["additionalProperties"], "%s takes unknown fields", at)
	var names, required []string
	for _, f := range objectOf(typ).fields {
		names = append(names, f.name)
		property, ok := s["properties"].(map[string]any)[f.name].(map[string]any)
		if !assert.True(w.t, ok, "%s/%s is not in the schema", at, f.name) {
			continue
		}
		w.value(at+"/"+f.name, property, typ.Field(f.index).Type, f.required)
	}
	for name := range s["properties"].(map[string]any) {
		assert.Contains(w.t, names, name, "%s has no such field in Go", at)
	}
	for _, name := range s["required"].([]any) {
		required = append(required, name.(string))
	}
	assert.Equal(w.t, names, required, "%s does not require every field", at)
}

func (w *schemaWalk) value(at string, s map[string]any, typ reflect.Type, required bool) {
	description, _ := s["description"].(string)
	nullable := typ.Kind() == reflect.Pointer && !required || typ == listType
	if nullable {
		assert.Truef(w.t, strings.HasPrefix(description, "Required, may be null. "), "%s: %q", at, description)
	} else {
		assert.Truef(w.t, strings.HasPrefix(description, "Required. "), "%s: %q", at, description)
	}
	s, null := w.resolve(s)
	assert.Equal(w.t, nullable, null, "%s: null", at)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch typ.Kind() {
	case reflect.Struct:
		w.object(at, s, typ)
	case reflect.Map:
		item, _ := w.resolve(s["additionalProperties"].(map[string]any))
		w.object(at+"/*", item, typ.Elem())
	case reflect.Slice:
		assert.Equal(w.t, "array", s["type"], at)
		item, _ := w.resolve(s["items"].(map[string]any))
		if typ.Elem().Kind() == reflect.Struct {
			w.object(at+"/0", item, typ.Elem())
		} else {
			assert.Equal(w.t, "string", item["type"], at)
		}
	default:
		assert.Equal(w.t, kindOfType(typ), s["type"], at)
	}
}

// resolve follows references and takes null out of alternatives. What has no
// type but constants has the type of those.
func (w *schemaWalk) resolve(s map[string]any) (resolved map[string]any, null bool) {
	if name, ok := s["$ref"].(string); ok {
		name = strings.TrimPrefix(name, "#/$defs/")
		w.used[name] = true
		return w.resolve(w.defs[name].(map[string]any))
	}
	if alternatives, ok := s["anyOf"].([]any); ok {
		for _, one := range alternatives {
			one := one.(map[string]any)
			if one["type"] == "null" {
				null = true
				continue
			}
			var inner bool
			resolved, inner = w.resolve(one)
			null = null || inner
		}
		return resolved, null
	}
	if types, ok := s["type"].([]any); ok {
		require.Equal(w.t, "null", types[1])
		s = with(s, "type", types[0])
		return s, true
	}
	values, _ := s["enum"].([]any)
	if value, ok := s["const"]; ok {
		values = []any{value}
	}
	if len(values) > 0 {
		return with(s, "type", "string"), slices.Contains(values, nil)
	}
	return s, false
}

// with is a copy of a map with one value changed.
func with(m map[string]any, name string, value any) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = v
	}
	out[name] = value
	return out
}
