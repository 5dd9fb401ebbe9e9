package merge

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// Allowable lists the fields that may be allowed to differ, sorted.
func Allowable() []string {
	var names []string
	for name, r := range table[reflect.TypeFor[document.Manifest]()] {
		if r == allowed {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ParseAllow reads fields that may differ, separated by commas; an empty text is
// none. The error names every one that may not be allowed.
func ParseAllow(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	names := strings.Split(text, ",")
	var wrong []string
	for _, name := range names {
		if !slices.Contains(Allowable(), name) {
			wrong = append(wrong, finding.Quote(name))
		}
	}
	if wrong != nil {
		return nil, fmt.Errorf("got %s, want fields of %s", strings.Join(wrong, ", "), strings.Join(Allowable(), ", "))
	}
	return names, nil
}

// ParsePrefix reads a folder that artifacts are put below, in which labels that
// are texts stand in braces: {amdgpu_family}/. An empty text is none.
func ParsePrefix(text string) (key.Template, error) {
	if text == "" {
		return key.Template{}, nil
	}
	t, err := key.Parse(text)
	if err != nil {
		return key.Template{}, err
	}
	var wrong []string
	for _, field := range t.Fields() {
		if _, known := key.Labels(&document.Artifact{})(field); !known {
			wrong = append(wrong, finding.Quote(field))
		}
	}
	if wrong != nil {
		return key.Template{}, fmt.Errorf("got the fields %s, want labels of an artifact that are texts, such as amdgpu_family", strings.Join(wrong, ", "))
	}
	return t, nil
}

// below is the path of an artifact of a document below the folder that is made
// of its labels, if it is not there already. It is false where there is no such
// folder.
func (j *joining) below(prefix key.Template, a *document.Artifact, in string) (path string, ok bool) {
	if prefix.String() == "" {
		return a.RelativePath, true
	}
	ok = true
	labels := reflect.ValueOf(&a.Labels).Elem()
	for _, f := range fields[labels.Type()] {
		value := labels.Field(f.index)
		null := value.Kind() == reflect.Pointer && value.IsNil()
		if value.Kind() == reflect.Pointer && !null {
			value = value.Elem()
		}
		if slices.Contains(prefix.Fields(), f.name) && (null || value.String() == document.Multiple) {
			j.disagree(codePrefix, place{on: a.RelativePath}.at("labels").at(f.name), []side{{in, labels.Field(f.index)}}, "one value", "the prefix needs this label")
			ok = false
		}
	}
	if !ok {
		return "", false
	}
	folder, err := prefix.Expand(key.Labels(a))
	if err != nil {
		j.add(finding.Errorf(codePrefix, "the labels make no folder: %v, in %s", err, finding.Escape(in)).On(a.RelativePath).At("/labels"))
		return "", false
	}
	if folder = strings.TrimSuffix(folder, "/") + "/"; strings.HasPrefix(a.RelativePath, folder) {
		return a.RelativePath, true
	}
	return folder + a.RelativePath, true
}
