package record

import "hash"

// Algorithms are all that a digest can be checked with.
func Algorithms() []*Algorithm { return algorithms }

// Hashes makes digests of one file in several algorithms. It is an io.Writer.
type Hashes struct {
	algorithms []*Algorithm
	hashes     []hash.Hash
}

// NewHashes returns the hashes of a file of which nothing was written yet.
func NewHashes(all []*Algorithm) *Hashes {
	h := &Hashes{algorithms: all}
	for _, a := range all {
		h.hashes = append(h.hashes, a.New())
	}
	return h
}

func (h *Hashes) Write(p []byte) (int, error) {
	for _, one := range h.hashes {
		one.Write(p)
	}
	return len(p), nil
}

// Sums are the digests of what was written in the algorithms named, which must
// be among those that are made.
func (h *Hashes) Sums(all []*Algorithm) [][]byte {
	var sums [][]byte
	for _, a := range all {
		for i, made := range h.algorithms {
			if made == a {
				sums = append(sums, h.hashes[i].Sum(nil))
			}
		}
	}
	return sums
}
