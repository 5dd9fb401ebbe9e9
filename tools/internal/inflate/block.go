package inflate

import "io"

// kind is the kind of a block (section 3.2.3).
type kind uint8

const (
	between kind = iota // no block was begun
	stored
	compressed
)

// decode decodes until the buffer is full, the stream ends or it fails. It may
// also return where an empty stored block says that output is waited for.
func (r *Reader) decode() (err error) {
	for err == nil && r.written <= full {
		switch r.kind {
		case between:
			if r.final {
				return io.EOF
			}
			err = r.begin()
		case stored:
			if r.stored == 0 {
				r.kind = between
				if !r.final && r.given < r.written {
					return nil
				}
				continue
			}
			err = r.copyStored()
		case compressed:
			err = r.symbols()
		}
	}
	return err
}

// begin reads the header of a block.
func (r *Reader) begin() error {
	header, err := r.take(3)
	if err != nil {
		return err
	}
	r.final = header&1 != 0
	switch header >> 1 {
	case 0:
		return r.beginStored()
	case 1:
		r.literals, r.distances, r.kind = &fixed.literals, &fixed.distances, compressed
		return nil
	case 2:
		if err := r.readCodes(); err != nil {
			return err
		}
		r.literals, r.distances, r.kind = &r.dynamic.literals, &r.dynamic.distances, compressed
		return nil
	}
	return r.corrupt()
}

// beginStored reads the length of a stored block and its complement
// (section 3.2.4).
func (r *Reader) beginStored() error {
	r.align()
	var lengths uint32
	for i := range 4 {
		b, err := r.take(8)
		if err != nil {
			return err
		}
		lengths |= uint32(b) << (8 * i)
	}
	if uint16(lengths) != ^uint16(lengths>>16) {
		return r.corrupt()
	}
	r.kind, r.stored = stored, int(uint16(lengths))
	return nil
}

// copyStored copies what the source shows, the block has and the buffer holds.
func (r *Reader) copyStored() error {
	if r.next == len(r.piece) {
		if err := r.show(); err != nil {
			return unexpected(err)
		}
	}
	piece := r.piece[r.next:]
	n := copy(r.output[r.written:], piece[:min(len(piece), r.stored)])
	r.next += n
	r.stored -= n
	r.written += uint(n)
	return nil
}

// order is that in which the lengths of the code for lengths are sent.
var order = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readCodes reads the codes of a dynamic block (section 3.2.7).
func (r *Reader) readCodes() error {
	counts, err := r.take(5 + 5 + 4)
	if err != nil {
		return err
	}
	literals, distances, lengths := int(counts&31)+257, int(counts>>5&31)+1, int(counts>>10)+4
	if literals > maxLiterals || distances > maxDistances {
		return r.corrupt()
	}
	var sizes [19]uint8
	for _, symbol := range order[:lengths] {
		n, err := r.take(3)
		if err != nil {
			return err
		}
		sizes[symbol] = uint8(n)
	}
	if !r.lengths.build(sizes[:], lengthSymbols[:], firstLength) {
		return r.corrupt()
	}
	var all [maxLiterals + maxDistances]uint8
	if err := r.readLengths(all[:literals+distances]); err != nil {
		return err
	}
	c := &r.dynamic
	if !c.literals.build(all[:literals], literalSymbols[:], firstLiteral) ||
		!c.distances.build(all[literals:literals+distances], distanceSymbols[:], firstDistance) {
		return r.corrupt()
	}
	// Every block has an end, whose code so many bits are left for. It is also
	// what compress/flate waits for, which shows in where cut data fails.
	c.literals.least = max(c.literals.least, uint(all[256]))
	return nil
}

// readLengths reads the lengths of the codes, those of literals and distances
// in one sequence: repetitions may cross from one to the other.
func (r *Reader) readLengths(all []uint8) error {
	for i := 0; i < len(all); {
		e, ok, err := r.symbol(&r.lengths)
		if err != nil {
			return err
		}
		if !ok {
			return r.corrupt()
		}
		length, least, extra := uint8(0), uint(3), uint(0)
		switch symbol := e.value(); symbol {
		default:
			all[i] = uint8(symbol)
			i++
			continue
		case 16:
			if i == 0 {
				return r.corrupt()
			}
			length, extra = all[i-1], 2
		case 17:
			extra = 3
		case 18:
			least, extra = 11, 7
		}
		more, err := r.take(extra)
		if err != nil {
			return err
		}
		n := int(least + more)
		if n > len(all)-i {
			return r.corrupt()
		}
		for range n {
			all[i] = length
			i++
		}
	}
	return nil
}
