package index

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// Steps are the files of the tree in the order in which they may be put one by
// one to where they are read: METADATA before the pages that promise it, a
// project's page before the root that leads to it, and first the pages that
// ParsePage takes the yanks from. Those of one step may go side by side.
func (t Tree) Steps() [][]string {
	steps := make([][]string, 6)
	for _, name := range slices.Sorted(maps.Keys(t)) {
		n := 0
		switch {
		case name == simple+pageHTML:
			n = 5
		case name == simple+pageJSON:
			n = 4
		case name == requirements || name == sums:
			n = 3
		case !IsPage(name):
		case path.Base(name) == pageHTML:
			n = 2
		default:
			n = 1
		}
		steps[n] = append(steps[n], name)
	}
	return steps
}

// Pages begin with this, below the root of the index.
const Pages = simple

// Lists are the files of every index that are no pages.
func Lists() []string { return []string{requirements, sums} }

// IsPage says whether a path in an index is one that changes with every build:
// that of a page or of a list.
func IsPage(name string) bool { return Ours(name) && !strings.HasSuffix(name, metadataEnd) }

// ProjectOf is the project whose page has a path, "" where it is no such page.
func ProjectOf(name string) string {
	if !IsPage(name) || !strings.HasPrefix(name, simple) {
		return ""
	}
	folder, _ := path.Split(strings.TrimPrefix(name, simple))
	return strings.TrimSuffix(folder, "/")
}

// MetadataKey is where METADATA of the wheel at a key lies.
func MetadataKey(key string) string { return key + metadataEnd }

// IsMetadata says whether a path in an index is that of a wheel's METADATA, which
// never changes.
func IsMetadata(name string) bool { return Ours(name) && strings.HasSuffix(name, metadataEnd) }
