package gpu

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

const (
	peSectionSize = 40
	// peKept is how much of a PE file's beginning is looked at: headers and
	// section table, in real files within 4 KiB.
	peKept = maxPeek
)

// readPE reads the section table of a PE image (Microsoft's PE Format) from
// the file's beginning. ok is false where it is no PE file.
func readPE(p []byte, size int64) (l layout, ok bool) {
	if len(p) < 0x40 || string(p[:2]) != "MZ" {
		return layout{}, false
	}
	at := int64(binary.LittleEndian.Uint32(p[0x3c:]))
	if at > int64(len(p))-24 {
		// A program for DOS, or a header where no linker puts it.
		return layout{}, false
	}
	coff := p[at:]
	if string(coff[:4]) != "PE\x00\x00" {
		return layout{}, false
	}
	count, optional := int64(binary.LittleEndian.Uint16(coff[6:])), int64(binary.LittleEndian.Uint16(coff[20:]))
	table := at + 24 + optional
	if end := table + count*peSectionSize; end > int64(len(p)) {
		return layout{err: fmt.Errorf("a section table of %d entries that ends at %d", count, end)}, true
	}
	for i := range count {
		entry := p[table+i*peSectionSize:][:peSectionSize]
		name := string(bytes.TrimRight(entry[:8], "\x00"))
		kind := peNames[name]
		if kind == other {
			continue
		}
		memory, raw, start := int64(binary.LittleEndian.Uint32(entry[8:])), int64(binary.LittleEndian.Uint32(entry[16:])), int64(binary.LittleEndian.Uint32(entry[20:]))
		if raw > 0 && (start > size || raw > size-start) {
			l.lost = true
			l.err = fmt.Errorf("section %s of %d bytes at %d of a file of %d", name, raw, start, size)
			continue
		}
		if kind == reference {
			raw = min(raw, memory)
		}
		l.sections = append(l.sections, section{span: span{start, start + raw}, name: name, kind: kind, cut: raw < memory})
	}
	return l, true
}
