package document

import "strings"

// fewNames is how many names of one object are searched one by one.
const fewNames = 16

// names are those of all the objects that are open, the innermost last: most
// objects are small, and none of them allocates.
type names struct{ stack []folded }

type folded struct{ name, key string }

// objectNames are those of one object.
type objectNames struct {
	begin, count int
	// index has them by key where they are many.
	index map[string]string
}

func (n *names) open() *objectNames { return &objectNames{begin: len(n.stack)} }

func (n *names) close(o *objectNames) { n.stack = n.stack[:o.begin] }

// add adds a name to the innermost object. It returns the one that stands there
// already, the same or another in case alone.
func (n *names) add(o *objectNames, name string) (first string, twice bool) {
	key := fold(name)
	if o.index != nil {
		first, twice = o.index[key]
	} else {
		for _, other := range n.stack[o.begin:] {
			if other.key == key {
				return other.name, true
			}
		}
	}
	if twice {
		return first, true
	}
	if o.count++; o.index != nil {
		o.index[key] = name
		return "", false
	}
	n.stack = append(n.stack, folded{name, key})
	if o.count > fewNames {
		o.index = make(map[string]string, 4*fewNames)
		for _, other := range n.stack[o.begin:] {
			o.index[other.key] = other.name
		}
	}
	return "", false
}

// fold makes names equal that differ only in case.
func fold(name string) string {
	for i := range len(name) {
		if c := name[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return strings.ToLower(strings.ToUpper(name))
		}
	}
	return name
}
