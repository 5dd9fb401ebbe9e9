// Package merge joins manifests: those of the jobs of one release, a document
// each, become one document of all their wheels.
//
// The join knows no order and no grouping: jobs can be merged as they end, and
// what was merged can be merged again. It is associative, commutative and
// idempotent, since every field joins by a rule that is; the table of this
// package says which. What cannot be joined without loss is a disagreement: a
// finding that names the field and what each document says.
//
// Groupings give the same document or fail. They fail alike but for one case:
// two documents that tell different facts of the same bytes, by the same
// version of the reader, fail together, and where one of them was first joined
// with a third that a newer reader made, that is not seen any more.
package merge

import (
	"reflect"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// Named is a document and the name that findings call it by.
type Named struct {
	Name     string
	Manifest *document.Manifest
}

// Options say how documents are merged.
type Options struct {
	// Prefix is put before the path of each artifact; see ParsePrefix. The zero
	// template is none.
	Prefix key.Template
	// Allow are the fields that may differ and become multiple then; see
	// ParseAllow.
	Allow []string
}

// Merge joins documents that are valid. It returns every disagreement, and the
// document is nil where there is one. The order of the documents counts neither
// for the document nor for the findings, as long as their names differ. The
// document shares what it can with those that it was made of.
func Merge(documents []Named, o Options) (*document.Manifest, []finding.Finding) {
	j := &joining{allow: o.Allow}
	if len(documents) == 0 {
		j.add(finding.Errorf(codeNothing, "there is nothing to merge").GotWant("", "at least one document"))
		return nil, j.all()
	}
	documents = slices.Clone(documents)
	slices.SortStableFunc(documents, func(a, b Named) int { return strings.Compare(a.Name, b.Name) })
	sides := make([]side, len(documents))
	for i, d := range documents {
		sides[i] = side{d.Name, reflect.ValueOf(d.Manifest).Elem()}
	}
	m := j.object(place{}, sides).Interface().(document.Manifest)
	m.TheRock = j.checkout(documents)
	m.Sources = j.sources(documents)
	m.Artifacts = j.artifacts(documents, o.Prefix)
	if len(j.findings) > 0 {
		return nil, j.all()
	}
	if findings := m.Validate(); finding.HasErrors(findings) {
		return nil, findings
	}
	return &m, nil
}

// checkout joins therock. One document with it and one without disagree.
func (j *joining) checkout(documents []Named) *document.Checkout {
	var sides, some []side
	for _, d := range documents {
		v := reflect.ValueOf(d.Manifest.TheRock)
		if sides = append(sides, side{d.Name, v}); !v.IsNil() {
			some = append(some, side{d.Name, v.Elem()})
		}
	}
	if len(some) == 0 {
		return nil
	}
	here := place{}.at("therock")
	if len(some) < len(sides) {
		j.disagree(codeDisagreement, here, sides, "one in every document, or in none", "the documents disagree")
	}
	joined := j.object(here, some).Interface().(document.Checkout)
	return &joined
}

// sources joins the sources of all documents by name.
func (j *joining) sources(documents []Named) map[string]document.Source {
	of := map[string][]side{}
	for _, d := range documents {
		for name, s := range d.Manifest.Sources {
			of[name] = append(of[name], side{d.Name, reflect.ValueOf(s)})
		}
	}
	joined := make(map[string]document.Source, len(of))
	for name, sides := range sorted(of) {
		joined[name] = j.object(place{}.at("sources").at(name), sides).Interface().(document.Source)
	}
	return joined
}
