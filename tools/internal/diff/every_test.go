package diff

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// never are the fields whose change is no difference, and why.
var never = map[string]string{
	"run_id":                 "a later run of the same build compares as equal; the head tells it",
	"run_attempt":            "likewise",
	"job_id":                 "likewise",
	"run_url":                "likewise",
	"artifacts.build":        "no document lacks it",
	"artifacts.build.status": "it says whether the rest of the record counts; any value but rebuilt says that it does not",
}

// TestEveryFieldIsADifference changes each field of a document by itself, found
// from its types, so that a field which is added must be compared too.
func TestEveryFieldIsADifference(t *testing.T) {
	seen := map[string]bool{}
	var paths []string
	walk(reflect.ValueOf(whole()).Elem(), "", func(path string, _ reflect.Value) { paths = append(paths, path) })
	require.Greater(t, len(paths), 80)
	for _, path := range paths {
		changed := whole()
		walk(reflect.ValueOf(changed).Elem(), "", func(at string, v reflect.Value) {
			if at == path && v.CanSet() {
				mutate(v)
			}
		})
		require.NotEqual(t, whole(), changed, path)
		d := Compare(Side{Manifest: whole()}, Side{Manifest: changed})
		field := strings.TrimSuffix(path, "?")
		if why, is := never[field]; is {
			seen[field] = true
			assert.Empty(t, d.Changes, "%s: %s", path, why)
			continue
		}
		assert.NotEmpty(t, d.Changes, path)
		back := Compare(Side{Manifest: changed}, Side{Manifest: whole()})
		assert.NotEmpty(t, back.Changes, path)
		for _, c := range d.Changes {
			assert.Less(t, rank(c.Kind), len(kinds), path)
			assert.NotEmpty(t, c.Field, path)
			assert.NotEqual(t, c.Old, c.New, path)
		}
		text := string(d.Text())
		assert.Contains(t, text, kinds[rank(d.Changes[0].Kind)].heading)
		_, err := d.JSON()
		require.NoError(t, err)
	}
	assert.Len(t, seen, len(never), "a field that is not there is on the list")
}

func TestEqualDocumentsDoNotDiffer(t *testing.T) {
	d := Compare(Side{Manifest: whole()}, Side{Manifest: whole()})
	assert.Empty(t, d.Changes)
	assert.Empty(t, d.Counts)
	assert.Empty(t, d.NotCompared)
	assert.Equal(t, "SAME: no difference", d.Summary())
}

// whole is a document in which every field has a value.
func whole() *document.Manifest {
	m := &document.Manifest{}
	fill(reflect.ValueOf(m).Elem())
	a := &m.Artifacts[0]
	a.RelativePath, a.Build.Status = "dist/a-1-py3-none-any.whl", document.Rebuilt
	a.Contents.DeviceCode.CUDA = []string{"sm_90"}
	return m
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if v.Type() == reflect.TypeFor[document.Extra]() {
			v.SetMapIndex(reflect.ValueOf("later"), reflect.ValueOf(json.RawMessage(`{"a": 1}`)))
			return
		}
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value)
		v.SetMapIndex(reflect.ValueOf("pytorch"), value)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(1)
	}
}

// walk calls do with every value of a document; a path ending in ? is of the
// value as a whole, which can be null.
func walk(v reflect.Value, path string, do func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		do(path+"?", v)
		if !v.IsNil() {
			walk(v.Elem(), path, do)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Tag.Get("json")
			if name == "-" {
				name = "(later fields)"
			}
			walk(v.Field(i), strings.TrimPrefix(path+"."+name, "."), do)
		}
	case reflect.Slice:
		do(path, v)
		if v.Type().Elem().Kind() == reflect.Struct && v.Len() > 0 {
			walk(v.Index(0), path, do)
		}
	case reflect.Map:
		do(path, v)
		if v.Type() == reflect.TypeFor[document.Extra]() {
			return
		}
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			walk(value, path, do)
			v.SetMapIndex(key, value)
		}
	default:
		do(path, v)
	}
}

func mutate(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice:
		v.SetZero()
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.String:
		v.SetString(v.String() + "y")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int64:
		v.SetInt(v.Int() + 1)
	}
}
