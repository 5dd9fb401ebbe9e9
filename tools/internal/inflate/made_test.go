package inflate

import (
	"math/bits"
	"math/rand/v2"
)

// bitWriter writes bits, the first one lowest (section 3.1.1).
type bitWriter struct {
	data []byte
	free uint // bits of the last byte
}

func (w *bitWriter) write(v uint64, n uint) {
	for range n {
		if w.free == 0 {
			w.data, w.free = append(w.data, 0), 8
		}
		w.data[len(w.data)-1] |= byte(v&1) << (8 - w.free)
		w.free--
		v >>= 1
	}
}

// align ends the byte, as stored blocks do.
func (w *bitWriter) align() { w.free = 0 }

// stored writes a stored block.
func (w *bitWriter) stored(final bool, data []byte) {
	w.header(final, 0)
	w.align()
	w.write(uint64(len(data)), 16)
	w.write(^uint64(len(data)), 16)
	w.data = append(w.data, data...)
}

func (w *bitWriter) header(final bool, kind uint64) {
	if final {
		kind = kind<<1 | 1
	} else {
		kind <<= 1
	}
	w.write(kind, 3)
}

// encoder writes symbols by a canonical code (section 3.2.2).
type encoder struct {
	lengths []uint8
	codes   []uint64
}

// encoderOf is that of any lengths; where they are no code, neither is it.
func encoderOf(lengths []uint8) encoder {
	var count, next [17]uint64
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	for n := 1; n < 17; n++ {
		next[n] = (next[n-1] + count[n-1]) << 1
	}
	e := encoder{lengths, make([]uint64, len(lengths))}
	for i, n := range lengths {
		if n > 0 {
			e.codes[i] = uint64(bits.Reverse16(uint16(next[n])) >> (16 - n))
			next[n]++
		}
	}
	return e
}

func (e encoder) write(w *bitWriter, symbol int) { w.write(e.codes[symbol], uint(e.lengths[symbol])) }

// used are the symbols that have a code.
func (e encoder) used() (symbols []int) {
	for i, n := range e.lengths {
		if n > 0 {
			symbols = append(symbols, i)
		}
	}
	return symbols
}

// fixedEncoders are those of fixed blocks, by the RFC's table.
func fixedEncoders() (literals, distances encoder) {
	lengths := make([]uint8, 288)
	for i := range lengths {
		lengths[i] = 8
	}
	for i := 144; i < 256; i++ {
		lengths[i] = 9
	}
	for i := 256; i < 280; i++ {
		lengths[i] = 7
	}
	far := make([]uint8, 32)
	for i := range far {
		far[i] = 5
	}
	return encoderOf(lengths), encoderOf(far)
}

// codes writes the codes of a dynamic block (section 3.2.7). repeat uses the
// symbols for repetitions wherever they fit.
func (w *bitWriter) codes(literals, distances []uint8, repeat bool) {
	w.write(uint64(len(literals)-257), 5)
	w.write(uint64(len(distances)-1), 5)
	w.write(19-4, 4)
	sizes := make([]uint8, 19)
	for i := range sizes {
		if sizes[i] = 4; i >= 13 {
			sizes[i] = 5
		}
	}
	for _, i := range order {
		w.write(uint64(sizes[i]), 3)
	}
	e := encoderOf(sizes)
	all := append(append([]uint8{}, literals...), distances...)
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && all[i+n] == all[i] {
			n++
		}
		switch {
		case repeat && all[i] == 0 && n >= 11:
			n = min(n, 138)
			e.write(w, 18)
			w.write(uint64(n-11), 7)
		case repeat && all[i] == 0 && n >= 3:
			n = min(n, 10)
			e.write(w, 17)
			w.write(uint64(n-3), 3)
		case repeat && n >= 4:
			n = min(n, 7)
			e.write(w, int(all[i]))
			e.write(w, 16)
			w.write(uint64(n-4), 2)
		default:
			n = 1
			e.write(w, int(all[i]))
		}
		i += n
	}
}

// match writes a match by what section 3.2.5 says of its extra bits.
func match(w *bitWriter, literals, distances encoder, length, distance int, extra uint64) {
	literals.write(w, length)
	if length >= 265 && length < 285 {
		w.write(extra, uint(length-261)/4)
	}
	distances.write(w, distance)
	if distance >= 4 && distance < 30 {
		w.write(extra>>5, uint(distance-2)/2)
	}
}

// made makes a stream of blocks of all kinds out of a few bytes. Mostly they
// are right; some have codes that are over-subscribed or incomplete, distances
// too far, wrong lengths, symbols that must not occur, or end too early.
func made(seed []byte) []byte {
	var w bitWriter
	for at := 0; at+3 < len(seed) && at < 32 && len(w.data) < 1<<16; at += 4 {
		r := rand.New(rand.NewPCG(uint64(seed[at+1])<<8|uint64(seed[at+2]), uint64(seed[at+3])))
		kind, final := seed[at]&3, seed[at]&4 != 0
		damage, many := seed[at]>>3&7, 20<<(seed[at]>>6*2)
		switch kind {
		case 0:
			data := make([]byte, seed[at+3])
			for i := range data {
				data[i] = byte(r.Uint32())
			}
			w.stored(final, data)
			if damage == 1 {
				w.data[len(w.data)-len(data)-1] ^= 1 << (r.Uint32() & 7)
			}
		case 1:
			w.header(final, 1)
			literals, distances := fixedEncoders()
			w.symbols(r, literals, distances, many, damage)
		default:
			w.header(final, 2)
			literals := someCode(r, 257+r.IntN(30), 1+r.IntN(300))
			distances := someCode(r, 1+r.IntN(30), r.IntN(32))
			if damage != 1 && literals[256] == 0 { // give the end the first code there is
				i := encoderOf(literals).used()[0]
				literals[256], literals[i] = literals[i], 0
			}
			if damage == 2 {
				literals[r.IntN(len(literals))] = uint8(r.IntN(16))
			}
			if damage == 3 {
				distances[r.IntN(len(distances))] = uint8(r.IntN(16))
			}
			w.codes(literals, distances, r.Uint32()&1 == 0)
			w.symbols(r, encoderOf(literals), encoderOf(distances), many, damage)
		}
		if damage == 4 && len(w.data) > 0 {
			w.data[r.IntN(len(w.data))] ^= 1 << (r.Uint32() & 7)
		}
		if damage == 5 {
			return w.data[:len(w.data)-min(len(w.data), r.IntN(20))]
		}
	}
	return w.data
}

// symbols writes symbols of a block and its end. Where damage is not 6, no
// distance is chosen that fits only much output.
func (w *bitWriter) symbols(r *rand.Rand, literals, distances encoder, many int, damage byte) {
	used, far := literals.used(), distances.used()
	longest := 285
	if damage == 7 {
		longest = 287
	}
	for range r.IntN(many) + 1 {
		switch symbol := used[r.IntN(len(used))]; {
		case symbol < 256:
			literals.write(w, symbol)
		case symbol == 256 || symbol > longest || len(far) == 0:
			continue
		default:
			distance := far[r.IntN(len(far))]
			if damage != 6 && (distance > 29 || distance > 2*bits.Len(uint(len(w.data)))) {
				distance = far[0]
			}
			match(w, literals, distances, symbol, distance, r.Uint64())
		}
	}
	literals.write(w, 256)
}

// someCode is the lengths of a complete code of some of n symbols, or of one
// or none.
func someCode(r *rand.Rand, n, some int) []uint8 {
	lengths := make([]uint8, n)
	leaves := []uint8{0}
	for tries := 0; len(leaves) < min(some, n) && tries < 1000; tries++ {
		// Long codes come from splitting the leaf that came last.
		i := r.IntN(len(leaves))
		if some&1 == 0 {
			i = max(len(leaves)-1-r.IntN(4), 0)
		}
		if leaves[i] < 15 {
			leaves[i]++
			leaves = append(leaves, leaves[i])
		}
	}
	if len(leaves) == 1 {
		leaves[0] = 1
	}
	if some == 0 {
		return lengths
	}
	for i, symbol := range r.Perm(n)[:len(leaves)] {
		lengths[symbol] = leaves[i]
	}
	return lengths
}
