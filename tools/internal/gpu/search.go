package gpu

import (
	"encoding/binary"
)

// wordSize is the alignment at which magics are looked for. Linkers align
// device code to 8 bytes and more (HIP bundles to 4096).
const wordSize = 8

// The magics as the first four bytes of an aligned word.
const (
	wordBundle  = 0x4c435f5f // "__CL"
	wordCCOB    = 0x424f4343 // "CCOB"
	wordFatbin  = fatbinMagic
	wordOffload = 0xad10ff10 // LLVM offload binary
	wordHIPF    = 0x48495046
	wordHIPK    = 0x4b504948
)

// nameTable and kpackKey are texts that may lie at any offset. Each has eleven
// bytes or more, so that wherever it lies, one aligned word begins inside it
// with four bytes of it.
const (
	// nameTable is the section name table's own name, and so part of it.
	nameTable = "\x00.shstrtab\x00"
	// kpackKey is a key of the MessagePack map in .rocm_kpack_ref.
	kpackKey = "\xb2kpack_search_paths"
)

// hashBits and hashFactor make a hash that sends every word looked for to a
// slot of its own.
const (
	hashBits   = 5
	hashFactor = 0x7733fea7
)

// wanted has the words looked for, each in its slot.
var wanted = func() (t [1 << hashBits]uint32) {
	// A slot without a word holds one that belongs elsewhere: 0 in all but its
	// own, and there 1.
	t[slot(0)] = 1
	words := []uint32{wordBundle, wordCCOB, wordFatbin, wordOffload, wordHIPF, wordHIPK}
	for _, text := range []string{nameTable, kpackKey} {
		for i := range wordSize {
			words = append(words, binary.LittleEndian.Uint32([]byte(text[i:])))
		}
	}
	for _, w := range words {
		t[slot(w)] = w
	}
	return t
}()

func slot(w uint32) int { return int(w * hashFactor >> (32 - hashBits)) }

// find returns the index in p of the first aligned word that begins with one
// of the words looked for, or len(p) without its last incomplete word.
func find(p []byte) int {
	i := 0
	for q := p; len(q) >= 4*wordSize; q = q[4*wordSize:] {
		a, b := binary.LittleEndian.Uint32(q), binary.LittleEndian.Uint32(q[wordSize:])
		c, d := binary.LittleEndian.Uint32(q[2*wordSize:]), binary.LittleEndian.Uint32(q[3*wordSize:])
		if wanted[slot(a)] == a || wanted[slot(b)] == b || wanted[slot(c)] == c || wanted[slot(d)] == d {
			break
		}
		i += 4 * wordSize
	}
	for ; len(p)-i >= wordSize; i += wordSize {
		if w := binary.LittleEndian.Uint32(p[i:]); wanted[slot(w)] == w {
			return i
		}
	}
	return i
}
