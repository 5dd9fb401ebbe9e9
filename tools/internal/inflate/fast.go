package inflate

import "encoding/binary"

// slack is how much input the fast loop needs for one turn, in bytes: it fills
// hold twice and then reads a word.
const slack = 24

// fast decodes as long as there is slack and room, or until a symbol is not for
// it, which it leaves. There is slack for a turn when it is called.
func (r *Reader) fast() {
	var (
		output    = &r.output
		literals  = &r.literals.table
		distances = &r.distances.table
		in        = r.piece
		last      = uint(len(in) - slack) // place of the last turn
		next      = uint(r.next)
		written   = r.written
		hold      = r.hold
		// Only the lowest six bits of bits count: a whole entry is subtracted.
		bits = r.bits
		undo uint // of a length whose distance is not for this loop
	)

	// Filled, hold has at least 56 bits. More may be there above those counted;
	// they are the right ones, so that the next filling changes nothing.
	hold |= binary.LittleEndian.Uint64(in[next:next+8]) << (bits & 63)
	next += 7 - bits>>3&7
	bits |= 56
	e := literals[hold&(1<<firstLiteral-1)]
	for written <= full && next <= last {
		// Three literals take at most 33 bits.
		if e&literal != 0 {
			hold >>= e & 63
			bits -= uint(e)
			output[written] = byte(e >> 16)
			written++
			e = literals[hold&(1<<firstLiteral-1)]
			if e&literal != 0 {
				hold >>= e & 63
				bits -= uint(e)
				output[written] = byte(e >> 16)
				written++
				e = literals[hold&(1<<firstLiteral-1)]
				if e&literal != 0 {
					hold >>= e & 63
					bits -= uint(e)
					output[written] = byte(e >> 16)
					written++
					e = literals[hold&(1<<firstLiteral-1)]
					hold |= binary.LittleEndian.Uint64(in[next:next+8]) << (bits & 63)
					next += 7 - bits>>3&7
					bits |= 56
					continue
				}
			}
		}
		if e&special != 0 {
			if e&second == 0 {
				break
			}
			e = literals[(uint64(e>>16)+hold>>firstLiteral&(1<<(e>>8&15)-1))&(tableSize-1)]
			if e&literal != 0 {
				hold >>= e & 63
				bits -= uint(e)
				output[written] = byte(e >> 16)
				written++
				hold |= binary.LittleEndian.Uint64(in[next:next+8]) << (bits & 63)
				next += 7 - bits>>3&7
				bits |= 56
				e = literals[hold&(1<<firstLiteral-1)]
				continue
			}
			if e&special != 0 {
				break
			}
		}

		// The length: after two literals at most 20 bits more are taken, and a
		// distance has up to 28.
		length := uint(e>>16) + uint(hold&(1<<(e&63)-1)>>(e>>8&15))
		hold >>= e & 63
		bits -= uint(e)
		taken := uint(e & 0xff)
		if bits&63 < 28 {
			hold |= binary.LittleEndian.Uint64(in[next:next+8]) << (bits & 63)
			next += 7 - bits>>3&7
			bits |= 56
		}
		e = distances[hold&(1<<firstDistance-1)]
		if e&second != 0 {
			e = distances[(uint64(e>>16)+hold>>firstDistance&(1<<(e>>8&15)-1))&(tableSize-1)]
		}
		distance := uint(e>>16) + uint(hold&(1<<(e&63)-1)>>(e>>8&15))
		if e&special != 0 || distance > written {
			undo = taken
			break
		}
		hold >>= e & 63
		bits -= uint(e)

		// The next symbol is looked up before the copying, which needs none of
		// its results.
		hold |= binary.LittleEndian.Uint64(in[next:next+8]) << (bits & 63)
		next += 7 - bits>>3&7
		bits |= 56
		e = literals[hold&(1<<firstLiteral-1)]

		end := written + length
		from := written - distance
		switch {
		case distance >= 16:
			for {
				*(*[16]byte)(output[written : written+16]) = *(*[16]byte)(output[from : from+16])
				written += 16
				from += 16
				if written >= end {
					break
				}
			}
		case distance >= 8:
			for {
				*(*[8]byte)(output[written : written+8]) = *(*[8]byte)(output[from : from+8])
				written += 8
				from += 8
				if written >= end {
					break
				}
			}
		default:
			// A word full of repetitions of the last bytes, written in steps of
			// whole repetitions.
			p := &periods[distance&7]
			word := binary.LittleEndian.Uint64(output[from:from+8]) & p.mask * p.times
			for {
				binary.LittleEndian.PutUint64(output[written:written+8], word)
				written += p.step
				if written >= end {
					break
				}
			}
		}
		written = end
	}
	r.written = written
	r.resume(int64(next)*8 - int64(bits&63+undo))
}

// periods has, by distance, which bits of a word count, the factor that repeats
// them, and how many bytes whole repetitions in a word have.
var periods = func() (p [8]struct {
	mask, times uint64
	step        uint
}) {
	for d := uint(1); d < 8; d++ {
		p[d].mask = 1<<(8*d) - 1
		p[d].step = 8 / d * d
		for at := uint(0); at < 8; at += d {
			p[d].times |= 1 << (8 * at)
		}
	}
	return p
}()

// resume makes hold what it is to be between symbols, where at is the next bit,
// counted from the beginning of piece. It is negative as long as no more was
// taken than hold had before.
func (r *Reader) resume(at int64) {
	if at < 0 {
		r.drop(uint(at + int64(r.bits) - 8*int64(r.next)))
		return
	}
	r.next, r.hold, r.bits = int(at>>3), 0, 0
	if over := uint(at & 7); over > 0 {
		r.hold, r.bits = uint64(r.piece[r.next])>>over, 8-over
		r.next++
	}
}
