package document

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

var (
	extraType = reflect.TypeFor[Extra]()
	listType  = reflect.TypeFor[List]()
)

// field is one JSON field of a struct.
type field struct {
	name  string
	index int
	// required says that the field is a pointer in Go which a document cannot
	// hold as null.
	required bool
	// optional says that the field may be missing: in no document of this
	// format, see DecodeOther.
	optional bool
}

// object describes a struct type as a JSON object; extra is the index of its
// Extra field, or -1; rest likewise that of a map for all that no other field
// is for, see DecodeOther.
type object struct {
	fields      []field // sorted by name
	extra, rest int
}

var objects sync.Map // reflect.Type -> *object

func objectOf(t reflect.Type) *object {
	if o, ok := objects.Load(t); ok {
		return o.(*object)
	}
	o := &object{extra: -1, rest: -1}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == extraType {
			o.extra = i
			continue
		}
		if f.Tag.Get("document") == "rest" {
			o.rest = i
			continue
		}
		o.fields = append(o.fields, field{f.Tag.Get("json"), i, f.Tag.Get("document") == "required", f.Tag.Get("document") == "optional"})
	}
	slices.SortFunc(o.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	loaded, _ := objects.LoadOrStore(t, o)
	return loaded.(*object)
}

func (o *object) find(name string) (field, bool) {
	i, ok := slices.BinarySearchFunc(o.fields, name, func(f field, n string) int { return strings.Compare(f.name, n) })
	if !ok {
		return field{}, false
	}
	return o.fields[i], true
}

// place is where in a document something stands; its string is made only
// when a finding needs it.
type place struct {
	parent *place
	name   string // of a member, or "" for
	index  int    // an element
	member bool
}

func (p *place) at(name string) *place { return &place{parent: p, name: name, member: true} }
func (p *place) elem(i int) *place     { return &place{parent: p, index: i} }

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// String is the JSON pointer (RFC 6901).
func (p *place) String() string { return string(p.append(nil)) }

func (p *place) append(b []byte) []byte {
	switch {
	case p == nil || p.parent == nil:
		return b
	case p.member:
		return append(append(p.parent.append(b), '/'), pointerEscapes.Replace(p.name)...)
	default:
		return strconv.AppendInt(append(p.parent.append(b), '/'), int64(p.index), 10)
	}
}
