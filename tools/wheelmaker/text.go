package main

import "math/rand/v2"

const (
	// pieceSize is the size in bytes of the pieces that large members are made
	// of: more than the window of deflate, so that packing each by itself costs
	// little.
	pieceSize = 256 << 10
	// maxPieces is how many different ones there are: 16 MiB, more than the
	// caches nearest to a processor hold.
	maxPieces = 64
)

// text is n bytes that deflate to a bit more than half of them, as libraries
// do: of every two bytes one is new, from a few likely values and the others,
// and one repeats what stands not far before.
func text(r *rand.Rand, n int) []byte {
	p := make([]byte, 0, n+64)
	for len(p) < n {
		for range 1 + r.IntN(12) {
			c := byte(r.Uint32())
			if r.IntN(3) > 0 {
				c &= 0x1f
			}
			p = append(p, c)
		}
		if far := min(len(p), 32<<10); far > 64 {
			at := len(p) - 1 - r.IntN(far-32)
			p = append(p, p[at:min(len(p), at+3+r.IntN(12))]...)
		}
	}
	return p[:n]
}

// pieces makes the pieces of members that have up to size bytes.
func pieces(r *rand.Rand, size int64, stored bool) (all []part, err error) {
	for range min(maxPieces, 1+size/pieceSize) {
		p := part{data: text(r, pieceSize)}
		if !stored {
			if p.packed, err = pack(p.data, false); err != nil {
				return nil, err
			}
		}
		all = append(all, p)
	}
	return all, nil
}
