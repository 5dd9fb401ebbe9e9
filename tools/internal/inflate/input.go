package inflate

// input is the source, taken bit by bit (section 3.1.1).
type input struct {
	src Source
	// piece is what the source showed last; next is the byte of it that follows
	// those in hold.
	piece []byte
	next  int
	// before counts the bytes taken before piece.
	before int64
	// hold has the next bits, the first one lowest, and no others. There are
	// fewer than a byte of them between symbols.
	hold uint64
	bits uint
}

// more puts the next byte behind those in hold. Only when all bytes shown are
// taken does it ask the source for one, so that it never waits for a byte that
// the stream does not have.
func (in *input) more() error {
	if in.next == len(in.piece) {
		if err := in.show(); err != nil {
			return unexpected(err)
		}
	}
	in.hold |= uint64(in.piece[in.next]) << (in.bits & 63)
	in.next++
	in.bits += 8
	return nil
}

// show makes piece what the source has next, at least one byte.
func (in *input) show() error {
	in.release()
	if _, err := in.src.Peek(1); err != nil {
		return err
	}
	var err error
	in.piece, err = in.src.Peek(in.src.Buffered())
	return err
}

// release takes from the source what was used of it.
func (in *input) release() {
	if in.next > 0 {
		// Cannot fail: the source has shown these bytes.
		n, _ := in.src.Discard(in.next)
		in.before += int64(n)
	}
	in.piece, in.next = nil, 0
}

// taken counts the bytes taken from the source, those in hold among them.
func (in *input) taken() int64 { return in.before + int64(in.next) }

// take takes n bits, at most 16.
func (in *input) take(n uint) (uint, error) {
	for in.bits < n {
		if err := in.more(); err != nil {
			return 0, err
		}
	}
	v := uint(in.hold) & (1<<(n&31) - 1)
	in.drop(n)
	return v, nil
}

// drop drops n bits that are in hold.
func (in *input) drop(n uint) {
	in.hold >>= n & 63
	in.bits -= n
}

// align drops what is left of a byte, which stored blocks begin with.
func (in *input) align() { in.hold, in.bits = 0, 0 }

// symbol takes one symbol and returns its entry, of which no extra bits are
// taken yet. ok is false for bits that are no code.
func (in *input) symbol(c *code) (e entry, ok bool, err error) {
	for n := c.least; ; {
		for in.bits < n {
			if err := in.more(); err != nil {
				return 0, false, err
			}
		}
		// Bits that are not there are zero here. The entry found counts once
		// there are as many as its code has: they alone choose it.
		e = c.lookup(in.hold)
		if n = e.codeBits(); n <= in.bits {
			in.drop(n)
			return e, n > 0, nil
		}
	}
}
