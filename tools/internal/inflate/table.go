package inflate

import (
	"math/bits"
	"slices"
)

// An entry says everything about one symbol, so that one lookup does:
//
//	bit 31      it is a literal
//	bits 16-30  the literal, the least length or distance (section 3.2.5), or
//	            where a second table begins
//	bit 15      it is none of these but something special
//	bit 14      special: a second table follows
//	bit 13      special: the end of the block
//	bits 8-11   the number of bits of its code; of a second table, of its index
//	bits 0-7    the same with the extra bits
//
// Special entries of neither kind are symbols that have a code but must not
// occur or, where the code has no bits, stand for bits that are no code.
type entry uint32

const (
	literal    entry = 1 << 31
	special    entry = 1 << 15
	second     entry = 1 << 14
	endOfBlock entry = 1 << 13
)

func (e entry) value() uint    { return uint(e >> 16 & 0x7fff) }
func (e entry) codeBits() uint { return uint(e >> 8 & 15) }
func (e entry) extra() uint    { return uint(e&0xff) - e.codeBits() }

const (
	maxLiterals  = 286 // of a dynamic block; fixed codes have two more
	maxDistances = 30  // likewise
	maxCodeBits  = 15

	// firstLiteral bits index the first table of literals and lengths, firstDistance
	// that of distances. One lookup would find more codes with more of them,
	// but the tables are to stay in the processor's nearest cache.
	firstLiteral  = 11
	firstDistance = 8
	firstLength   = 7

	// tableSize holds the first table and every second one: 2,342 entries at
	// most for 288 symbols and 11 bits, 402 for 32 symbols and 8 bits. A power
	// of two, so that a mask shows the compiler that an index is within.
	tableSize = 4096
)

// code is a Huffman code (section 3.2.2) as tables.
type code struct {
	table [tableSize]entry
	// first is how many bits index the first table.
	first uint
	// least is how many bits there are at least before a symbol is looked for.
	least uint
}

// lookup finds the entry of the symbol whose code hold begins with.
func (c *code) lookup(hold uint64) entry {
	e := c.table[hold&(1<<(c.first&31)-1)&(tableSize-1)]
	if e&second != 0 {
		e = c.table[(uint64(e.value())+hold>>(c.first&31)&(1<<e.codeBits()-1))&(tableSize-1)]
	}
	return e
}

// build makes the code with the given lengths, in bits, of the symbols that
// have the given entries. It is false where the lengths are over-subscribed or
// leave codes unused. Allowed are, as in compress/flate, no code at all and one
// code of one bit: their tables have entries for bits that are no code.
func (c *code) build(lengths []uint8, symbols []entry, first uint) bool {
	var count, offset [maxCodeBits + 2]uint
	for _, n := range lengths {
		count[n&15]++
	}
	used := uint(len(lengths)) - count[0]
	count[0] = 0
	least, most, codes := uint(0), uint(0), uint(0)
	for n := uint(1); n <= maxCodeBits; n++ {
		codes = codes<<1 + count[n]
		offset[n+1] = offset[n] + count[n]
		if count[n] > 0 {
			if most = n; least == 0 {
				least = n
			}
		}
	}
	c.first, c.least = first, least
	switch {
	case used == 0 || used == 1 && most == 1:
		for at := range c.table[:1<<first] {
			c.table[at] = special
		}
		if used == 1 {
			symbol := symbols[slices.Index(lengths, 1)]
			for at := 0; at < 1<<first; at += 2 {
				c.table[at] = symbol + 1<<8 + 1
			}
		}
		return true
	case codes != 1<<maxCodeBits:
		return false
	}

	// Canonical order: by length, then by symbol.
	var sorted [288]uint16
	for i, n := range lengths {
		if n > 0 {
			sorted[offset[n&15]] = uint16(i)
			offset[n&15]++
		}
	}
	c.fill(sorted[:used], symbols, &count, least)
	return true
}

// fill writes the tables of a complete code. Codes are sent from their highest
// bit on, which is the lowest of an index: at is the next code, reversed. The
// table for codes of n bits, written twice, is that for n+1.
func (c *code) fill(sorted []uint16, symbols []entry, count *[maxCodeBits + 2]uint, least uint) {
	at, n := uint(0), least
	length := func() entry { return entry(n<<8 + n) }
	for ; n <= c.first; n++ {
		for range count[n] {
			c.table[at] = symbols[sorted[0]] + length()
			sorted = sorted[1:]
			at = following(at, n)
		}
		if n < c.first {
			copy(c.table[1<<n:2<<n], c.table[:1<<n])
		}
	}
	end := uint(1) << c.first // of all tables so far
	mask := end - 1
	begin, width, prefix := uint(0), uint(0), end
	for left := count[n&15]; len(sorted) > 0; left-- {
		for left == 0 {
			n++
			left = count[n]
		}
		if at&mask != prefix {
			prefix = at & mask
			// As wide as the longest code with this prefix: until what is left
			// of it is used up by the codes to come.
			width = n - c.first
			for space := left; space < 1<<width; {
				width++
				space = space<<1 + count[c.first+width]
			}
			begin, end = end, end+1<<width
			c.table[prefix] = special | second | entry(begin<<16+width<<8+c.first)
		}
		for i := at >> c.first; i < 1<<width; i += 1 << (n - c.first) {
			c.table[begin+i] = symbols[sorted[0]] + length()
		}
		sorted = sorted[1:]
		at = following(at, n)
	}
}

// following is the code after that of n bits, both reversed: one is added at
// the highest bit and carried downwards. After the last code it is zero.
func following(at, n uint) uint {
	free := ^at & (1<<n - 1)
	if free == 0 {
		return 0
	}
	bit := uint(1) << (bits.Len(free) - 1)
	return at&(bit-1) | bit
}

// The entries of symbols without their codes' lengths (sections 3.2.5 and
// 3.2.7).
var (
	literalSymbols  = literalEntries()
	distanceSymbols = distanceEntries()
	lengthSymbols   = lengthEntries()
)

func literalEntries() (s [maxLiterals + 2]entry) {
	for i := range entry(256) {
		s[i] = literal | i<<16
	}
	s[256] = special | endOfBlock
	least := entry(3)
	for i := 257; i < 285; i++ {
		extra := entry(max(i-261, 0) / 4)
		s[i] = least<<16 | extra
		least += 1 << extra
	}
	s[285] = longest << 16
	s[286], s[287] = special, special
	return s
}

func distanceEntries() (s [maxDistances + 2]entry) {
	least := entry(1)
	for i := range maxDistances {
		extra := entry(max(i-2, 0) / 2)
		s[i] = least<<16 | extra
		least += 1 << extra
	}
	s[30], s[31] = special, special
	return s
}

func lengthEntries() (s [19]entry) {
	for i := range s {
		s[i] = entry(i) << 16
	}
	return s
}

// The codes of fixed blocks (section 3.2.6).
var fixed = func() (f struct{ literals, distances code }) {
	var lengths [maxLiterals + 2]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	f.literals.build(lengths[:], literalSymbols[:], firstLiteral)
	for i := range maxDistances + 2 {
		lengths[i] = 5
	}
	f.distances.build(lengths[:maxDistances+2], distanceSymbols[:], firstDistance)
	return f
}()
