package verification

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// differ gathers the fields in which two values of one type differ, each by its
// JSON pointer in the artifact. Fields of a newer version of the document, which
// no reader of this one finds in a wheel, are passed over.
type differ struct{ findings []finding.Finding }

// labels compares those that are parts of the file name.
func (d *differ) labels(got, want *document.Labels) {
	d.compare("/labels/distribution", got.Distribution, want.Distribution)
	d.compare("/labels/version", got.Version, want.Version)
	d.compare("/labels/build_tag", got.BuildTag, want.BuildTag)
	d.compare("/labels/python_tag", got.PythonTag, want.PythonTag)
	d.compare("/labels/abi_tag", got.ABITag, want.ABITag)
	d.compare("/labels/platform_tag", got.PlatformTag, want.PlatformTag)
}

func (d *differ) compare(at string, got, want any) {
	d.values(at, reflect.ValueOf(got), reflect.ValueOf(want))
}

func (d *differ) values(at string, got, want reflect.Value) {
	switch got.Kind() {
	case reflect.Pointer:
		if got.IsNil() != want.IsNil() {
			d.add(at, got, want)
		} else if !got.IsNil() {
			d.values(at, got.Elem(), want.Elem())
		}
	case reflect.Struct:
		for i := range got.NumField() {
			if name := got.Type().Field(i).Tag.Get("json"); name != "-" {
				d.values(at+"/"+name, got.Field(i), want.Field(i))
			}
		}
	case reflect.Slice:
		d.lists(at, got, want)
	default:
		if !got.Equal(want) {
			d.add(at, got, want)
		}
	}
}

// lists compares lists of objects element by element where they are as long as
// each other, and any other list as a whole.
func (d *differ) lists(at string, got, want reflect.Value) {
	objects := got.Type().Elem().Kind() == reflect.Struct
	same := got.Len() == want.Len()
	for i := 0; same && i < got.Len(); i++ {
		if objects {
			d.values(fmt.Sprintf("%s/%d", at, i), got.Index(i), want.Index(i))
		} else {
			same = got.Index(i).Equal(want.Index(i))
		}
	}
	if !same {
		d.add(at, got, want)
	}
}

func (d *differ) add(at string, got, want reflect.Value) {
	d.findings = append(d.findings, finding.Errorf(ContentsDiffer, "the wheel, read again, does not say what the manifest says of it").
		At(at).GotWant(text(got), text(want)))
}

// text is a value for people: text as it is, else JSON; of a list of objects
// their number.
func text(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return text(v.Elem())
	case v.Kind() == reflect.String && v.Len() > 0:
		return v.String()
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		return fmt.Sprintf("%d elements", v.Len())
	case v.Kind() == reflect.Slice && v.Len() == 0:
		return "[]"
	}
	data, err := json.Marshal(v.Interface())
	if err != nil {
		return err.Error() // strings, numbers and lists of them cannot fail
	}
	return string(data)
}
