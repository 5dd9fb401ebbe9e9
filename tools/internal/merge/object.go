package merge

import (
	"reflect"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// side is what one document says.
type side struct {
	document string
	value    reflect.Value
}

// object joins structs of a type in the table, at least one. Fields that are
// not joined one by one are left as the first has them.
func (j *joining) object(at place, sides []side) reflect.Value {
	t := sides[0].value.Type()
	joined := reflect.New(t).Elem()
	joined.Set(sides[0].value)
	for _, f := range fields[t] {
		switch f.rule {
		case byName, byPath, newest, least:
			continue
		case object:
			if t.Field(f.index).Type.Kind() == reflect.Struct {
				joined.Field(f.index).Set(j.object(at.at(f.name), fieldOf(sides, f.index)))
			}
			continue
		}
		first := sides[0].value.Field(f.index)
		if slices.ContainsFunc(sides[1:], func(s side) bool { return !equal(first, s.value.Field(f.index)) }) {
			joined.Field(f.index).Set(j.differing(f, at.at(f.name), fieldOf(sides, f.index)))
		}
	}
	j.extra(at, sides)
	return joined
}

// fieldOf is what the sides say of one field.
func fieldOf(sides []side, index int) []side {
	of := make([]side, len(sides))
	for i, s := range sides {
		of[i] = side{s.document, s.value.Field(index)}
	}
	return of
}

// differing joins the values of a field, not all of which are equal.
func (j *joining) differing(f field, at place, sides []side) reflect.Value {
	first := sides[0].value
	switch f.rule {
	case multiple:
		return reflect.ValueOf(textOf(document.Multiple))
	case allowed:
		if slices.Contains(j.allow, f.name) {
			return reflect.ValueOf(textOf(document.Multiple))
		}
		j.disagree(codeDisagreement, at, sides, "one value, or --allow="+f.name, "the documents disagree")
	case anyJoins:
		return reflect.ValueOf(joinAny(sides))
	case listed:
		return reflect.ValueOf(joinLists(sides))
	case nulled:
		return reflect.Zero(first.Type())
	case or:
		return reflect.ValueOf(true)
	default:
		j.disagree(codeDisagreement, at, sides, "one value", "the documents disagree")
	}
	return first
}

func textOf(s string) *string { return &s }

// anything is the platform of wheels for every platform, and the Python of
// wheels for every Python.
const anything = "any"

// joinAny is the one value beside any, or multiple. It is what package document
// derives of the tags of all wheels together: that is any for none, the one
// value of a set of one, and multiple for more, and the sets unite.
func joinAny(sides []side) string {
	joined := anything
	for _, s := range sides {
		switch value := s.value.String(); {
		case value == anything || value == joined:
		case joined == anything:
			joined = value
		default:
			return document.Multiple
		}
	}
	return joined
}

// joinLists is the union of lists that are not all equal, sorted, or the one
// list beside null. Lists are ordered thus: one is below another where that is
// sorted and has all its members; null is below all. Two that differ then have
// one least list above both, their sorted union.
func joinLists(sides []side) document.List {
	var joined document.List
	for _, s := range sides {
		switch list := s.value.Interface().(document.List); {
		case list == nil:
		case joined == nil:
			joined = list
		case !slices.Equal(joined, list):
			joined = slices.Concat(joined, list)
			slices.Sort(joined)
			joined = slices.Compact(joined)
		}
	}
	return joined
}
