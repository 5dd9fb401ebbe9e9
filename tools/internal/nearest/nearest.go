// Package nearest finds the words that were probably meant, for errors about
// one that is not known.
package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// maxCompared is how many bytes of a word are compared: the time grows with
// the square.
const maxCompared = 128

// Words returns the known words other than word itself, the least edit
// distance first, equal ones by their bytes.
func Words(word string, known []string) []string {
	type near struct {
		word     string
		distance int
	}
	var all []near
	for _, k := range known {
		if k != word {
			all = append(all, near{k, distance(word, k)})
		}
	}
	slices.SortFunc(all, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.word, b.word))
	})
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = n.word
	}
	return words
}

// distance is Levenshtein's, over bytes.
func distance(a, b string) int {
	a, b = a[:min(len(a), maxCompared)], b[:min(len(b), maxCompared)]
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
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
