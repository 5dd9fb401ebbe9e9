package index

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// check reports files of the tree that another's path needs as a folder: a
// wheel whose relative_path begins with SHA256SUMS/, say.
func (t Tree) check(r *report) {
	lower := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		lower[strings.ToLower(name)] = name
	}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		for folder := path.Dir(strings.ToLower(name)); folder != "." && folder != "/"; folder = path.Dir(folder) {
			if other, is := lower[folder]; is {
				r.add(finding.Errorf(Place, "a folder of the index would have the name of a file of it").On(name).At("key").GotWant(other, "another key"))
			}
		}
	}
}

// Ours says whether a path in a folder is one that a tree may have. A folder in
// which every file is ours, and that holds a page of ours (see Made), is an
// index that an earlier Build made.
func Ours(name string) bool {
	if name == requirements || name == sums || strings.HasSuffix(name, ".whl"+metadataEnd) {
		return true
	}
	inside, ok := strings.CutPrefix(name, simple)
	folder, file := path.Split(inside)
	return ok && (file == pageHTML || file == pageJSON) && strings.Count(folder, "/") <= 1
}

// FirstPage is the path of a page that every tree has.
const FirstPage = simple + pageHTML

// Made says whether the bytes of FirstPage are of our making, by this version or
// another.
func Made(page []byte) bool { return bytes.Contains(page, []byte(mark)) }
