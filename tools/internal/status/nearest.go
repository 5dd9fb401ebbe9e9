package status

import (
	"cmp"
	"slices"
	"strings"
)

// maxNear is how many keys an error offers instead of a missing one.
const maxNear = 3

// nearest returns up to three stable keys with the least edit distance from
// key, the nearest first. Bazel's own keys are never what was meant.
func nearest(key string, keys []string) []string {
	type near struct {
		key      string
		distance int
	}
	var all []near
	for _, k := range keys {
		if k != key && strings.HasPrefix(k, stablePrefix) {
			all = append(all, near{k, distance(key, k)})
		}
	}
	slices.SortFunc(all, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.key, b.key))
	})
	var out []string
	for _, n := range all[:min(len(all), maxNear)] {
		out = append(out, n.key)
	}
	return out
}

// distance is Levenshtein's, over bytes. Long keys are compared by their first
// 128 bytes: the time grows with the square.
func distance(a, b string) int {
	a, b = a[:min(len(a), 128)], b[:min(len(b), 128)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
