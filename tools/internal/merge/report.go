package merge

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// What is told of one merge is bounded: so many findings, and so many values in
// one of them.
const (
	maxFindings = 1_000
	maxSides    = 8
)

// joining gathers what documents disagree on.
type joining struct {
	allow    []string
	findings []finding.Finding
	dropped  int
}

func (j *joining) add(f finding.Finding) {
	if len(j.findings) == maxFindings {
		j.dropped++
		return
	}
	j.findings = append(j.findings, f)
}

func (j *joining) all() []finding.Finding {
	if j.dropped == 0 {
		return j.findings
	}
	return append(j.findings, finding.Errorf("too_many_findings", "%d further findings are not listed", j.dropped))
}

// disagree notes what each side says, every value once with the first document
// that says it.
func (j *joining) disagree(code string, at place, sides []side, want, message string) {
	if len(j.findings) == maxFindings {
		j.dropped++
		return
	}
	var distinct []side
	others := 0
	for _, s := range sides {
		switch {
		case slices.ContainsFunc(distinct, func(d side) bool { return same(d.value, s.value) }):
		case len(distinct) < maxSides:
			distinct = append(distinct, s)
		default:
			others++
		}
	}
	var said []string
	for _, s := range distinct {
		said = append(said, show(s.value)+" in "+finding.Escape(s.document))
	}
	if others > 0 {
		said = append(said, strconv.Itoa(others)+" more")
	}
	j.add(finding.Errorf(code, "%s: %s", message, strings.Join(said, ", ")).On(at.on).At(at.pointer).GotWant("", want))
}

// show is a value in words.
func show(v reflect.Value) string {
	if !v.IsValid() {
		return "nothing"
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "null"
		}
		return show(v.Elem())
	case reflect.String:
		return finding.Quote(v.String())
	case reflect.Struct:
		return "an object"
	case reflect.Slice:
		if v.IsNil() && v.Type() != listType {
			return "[]"
		}
	}
	return jsonOf(v.Interface())
}

// jsonOf is a short value as JSON, and a long one as text that is cut.
func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("a value of type %T", v)
	}
	if len(text) > 100 {
		return finding.Quote(string(text))
	}
	return finding.Escape(string(text))
}

// place is where in a merged document something stands: a JSON pointer (RFC
// 6901) into the document, or into one artifact.
type place struct{ on, pointer string }

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func (p place) at(name string) place {
	return place{p.on, p.pointer + "/" + pointerEscapes.Replace(name)}
}

func (p place) elem(i int) place { return place{p.on, p.pointer + "/" + strconv.Itoa(i)} }

// sorted walks a map by its keys.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
