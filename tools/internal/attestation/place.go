package attestation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// maxFindings is how many faults of one layer are listed.
const maxFindings = 100

// place is a value and its JSON pointer, with the report of everything that is
// wrong on the way to a value below it.
type place struct {
	value  any
	at     string
	report *report
}

// report gathers findings; code is that of most.
type report struct {
	code     string
	findings []finding.Finding
}

func (r *report) add(f finding.Finding) {
	switch len(r.findings) {
	case maxFindings:
	case maxFindings - 1:
		r.findings = append(r.findings, finding.Errorf(r.code, "too many faults; further ones are not listed"))
	default:
		r.findings = append(r.findings, f)
	}
}

func (p place) fault(got, want, message string) {
	p.report.add(finding.Errorf(p.report.code, "%s", message).At(p.at).GotWant(got, want))
}

// member is a member of an object, by its exact name; ok is false, and the
// fault noted, where it is not there or not of T's type.
func member[T any](p place, name string) (T, place, bool) {
	object, _ := p.value.(map[string]any)
	value, there := object[name]
	below := place{value, p.at + "/" + name, p.report}
	typed, ok := value.(T)
	switch {
	case !there:
		below.fault("", kind(any(typed)), "a field is missing")
	case !ok:
		below.fault(kind(value), kind(any(typed)), "a value of the wrong type")
	}
	return typed, below, ok
}

// elements are the values of a list.
func (p place) elements() []place {
	list, _ := p.value.([]any)
	out := make([]place, len(list))
	for i, v := range list {
		out[i] = place{v, fmt.Sprintf("%s/%d", p.at, i), p.report}
	}
	return out
}

// object says whether the value is one, and notes the fault where it is not.
func (p place) object() bool {
	_, ok := p.value.(map[string]any)
	if !ok {
		p.fault(kind(p.value), "object", "a value of the wrong type")
	}
	return ok
}

// others notes every field that is none of the known.
func (p place) others(known ...string) {
	object, _ := p.value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(known, name) {
			place{nil, p.at + "/" + name, p.report}.fault("", "", "a field that is not known")
		}
	}
}

func kind(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	}
	return "null"
}
