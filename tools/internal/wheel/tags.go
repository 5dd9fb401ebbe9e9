package wheel

import (
	"iter"
	"slices"
	"strings"
)

// TagSet is one compressed tag set of PEP 425 as a name spells it: members
// separated by dots. The three sets of a short name can stand for tens of
// thousands of triples, so nothing here expands them unasked.
type TagSet string

// Members are the set's members in the name's order and in lower case. A member
// that the name repeats is repeated here: the list is what the name says.
func (s TagSet) Members() []string {
	return strings.Split(strings.ToLower(string(s)), ".")
}

// Distinct is Members with each member once, where it first stands.
func (s TagSet) Distinct() []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(s.Members(), func(member string) bool {
		repeated := seen[member]
		seen[member] = true
		return repeated
	})
}

// Has says whether the set has a member, upper and lower case alike.
func (s TagSet) Has(member string) bool {
	member = strings.ToLower(member)
	for m := range strings.SplitSeq(string(s), ".") {
		if strings.ToLower(m) == member {
			return true
		}
	}
	return false
}

// Tag is one triple, each part one member.
type Tag struct{ Python, ABI, Platform string }

// String is the tag as WHEEL writes it.
func (t Tag) String() string { return t.Python + "-" + t.ABI + "-" + t.Platform }

// Tags yields every triple that the name stands for, once each, made as it is
// asked for: the platform changes fastest, the interpreter slowest.
func (n Name) Tags() iter.Seq[Tag] {
	return func(yield func(Tag) bool) {
		abis, platforms := n.ABI.Distinct(), n.Platform.Distinct()
		for _, python := range n.Python.Distinct() {
			for _, abi := range abis {
				for _, platform := range platforms {
					if !yield(Tag{python, abi, platform}) {
						return
					}
				}
			}
		}
	}
}

// TagCount is how many triples Tags yields, by multiplication alone. It does
// not overflow: a name of MaxName bytes has below 2^13 members in each set.
func (n Name) TagCount() int64 {
	count := int64(1)
	for _, set := range []TagSet{n.Python, n.ABI, n.Platform} {
		count *= int64(len(set.Distinct()))
	}
	return count
}

// HasTag says whether the name stands for a triple, upper and lower case alike.
func (n Name) HasTag(t Tag) bool {
	return n.Python.Has(t.Python) && n.ABI.Has(t.ABI) && n.Platform.Has(t.Platform)
}
