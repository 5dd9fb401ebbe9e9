package key

import (
	"path"
	"reflect"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// Values gives the value of a field, Null where it is null, and says whether
// the field exists.
type Values = func(field string) (text string, known bool)

// Document are the strings at the top of a document, by their names there. Lists
// and objects are no fields of a key.
func Document(m *document.Manifest) Values { return stringsOf(m) }

// Labels are the strings among the labels of an artifact, by their names there.
func Labels(a *document.Artifact) Values { return stringsOf(&a.Labels) }

// Artifact are the fields of one artifact of a document:
//
//	name           the project's name by PEP 503, of the file name
//	filename       the last element of relative_path
//	relative_path  as the document has it
//
// and those of Document. Where the artifact has a label of the same name as a
// field of the document (build_variant, amdgpu_family), the label counts: it is
// equal to the field but in a merged document, where it says more.
func Artifact(m *document.Manifest, a *document.Artifact) Values {
	labels, whole := Labels(a), Document(m)
	return func(field string) (string, bool) {
		switch field {
		case name:
			return wheel.Normalize(a.Labels.Distribution), true
		case filename:
			return path.Base(a.RelativePath), true
		case relativePath:
			return a.RelativePath, true
		}
		text, known := whole(field)
		if label, both := labels(field); known && both {
			return label, true
		}
		return text, known
	}
}

// stringsOf are the fields of a struct that are strings, by their names in JSON.
func stringsOf(pointer any) Values {
	v := reflect.ValueOf(pointer).Elem()
	return func(field string) (string, bool) {
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != field {
				continue
			}
			switch s := v.Field(i).Interface().(type) {
			case string:
				return s, true
			case *string:
				if s == nil {
					return Null, true
				}
				return *s, true
			}
		}
		return "", false
	}
}
