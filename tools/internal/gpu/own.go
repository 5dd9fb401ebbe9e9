package gpu

import (
	"encoding/binary"
	"fmt"
)

// container says how to read a file that is device code as a whole and is no
// sequence of containers: those the search finds.
func container(p []byte, nested bool) (read func(*scanner, []byte) error, ok bool) {
	switch {
	case machine(p) == machineAMDGPU:
		return ownObject, true
	case isCubin(p):
		return func(sc *scanner, p []byte) error { noteCubin(p, sc.total); return nil }, true
	case begins(p, arMagic) && !nested:
		return archive, true
	case begins(p, kpackMagic) && len(p) >= wordSize && p[5] == 0:
		return func(sc *scanner, _ []byte) error { return kpackArchive(sc.s, sc.total, sc.budget) }, true
	case begins(p, aotritonMagic):
		return func(sc *scanner, _ []byte) error { return aotriton(sc.s, sc.total, sc.budget) }, true
	}
	if f := newFound(); notePTX(p[:min(len(p), ptxHeader)], f) {
		return func(sc *scanner, _ []byte) error { sc.total.add(f); return nil }, true
	}
	return nil, false
}

// beginsContainer says whether a file is a sequence of containers: the magic of
// one, and a version that is no text.
func beginsContainer(p []byte) bool {
	if len(p) < wordSize {
		return false
	}
	switch binary.LittleEndian.Uint32(p) {
	case wordFatbin, wordOffload:
		return true
	case wordCCOB:
		return p[5] == 0
	}
	return begins(p, bundleMagic)
}

func begins(p []byte, magic string) bool {
	return len(p) >= len(magic) && string(p[:len(magic)]) == magic
}

func ownObject(sc *scanner, p []byte) error {
	o, ok := amdgpu(p)
	if !ok {
		sc.total.unknown[fmt.Sprintf("amdgpu code object of class %d, OS ABI 0x%02x", p[4], p[7])] = true
		return nil
	}
	o.prove("", sc.s.size, sc.total)
	return nil
}

// own reads such a file.
func (sc *scanner) own(read func(*scanner, []byte) error, p []byte) {
	if err := read(sc, p); err != nil && sc.s.failed() == nil {
		sc.total.failed(err, "")
	}
}
