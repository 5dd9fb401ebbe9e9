package gpu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

const (
	elfSectionSize = 64
	// maxSections bounds a section table; ELF's own 16-bit count ends at
	// 65,279, and files with more are object files of no wheel.
	maxSections = 1 << 16
	// keptBefore is how much of what precedes a section table is kept: the
	// names lie there in most files.
	keptBefore = 4 << 20
	// maxNames bounds a section name table. Object files of C++ templates have
	// names of 2 MB.
	maxNames   = 4 << 20
	typeNobits = 8
	// typeObject is ET_REL.
	typeObject = 1
)

// excerpt is a piece of the file that was kept.
type excerpt struct {
	start int64
	bytes []byte
}

// elf gathers the section table of a 64-bit little-endian ELF file from a
// stream: where it is stands at the file's beginning, the table itself and the
// names of sections anywhere.
type elf struct {
	size int64
	// object says that it is an object file, which a linker is to complete.
	object bool
	// table is where the section table lies; count and names are as in the
	// file's header: number of sections and index of the one with the names.
	table        span
	count, names int64
	offset       int64
	// kept is what was kept of the file, up to offset: what precedes the table
	// and, once the table is there, the table and what is still to come of the
	// names and the kpack reference.
	kept    excerpt
	strings span
	err     error
}

// newELF reads an ELF header. It returns nil where the file has no section
// table, as some tools make it, or is no ELF file that libraries are.
func newELF(header []byte, size int64) *elf {
	if machine(header) == 0 || header[4] != elfClass64 {
		return nil
	}
	offset := binary.LittleEndian.Uint64(header[40:])
	if offset == 0 {
		return nil
	}
	e := &elf{size: size, object: binary.LittleEndian.Uint16(header[16:]) == typeObject, count: int64(binary.LittleEndian.Uint16(header[60:])), names: int64(binary.LittleEndian.Uint16(header[62:]))}
	if entry := binary.LittleEndian.Uint16(header[58:]); entry != elfSectionSize {
		e.err = fmt.Errorf("a section table with entries of %d bytes", entry)
	} else if offset > uint64(size)-min(uint64(size), elfSectionSize) {
		e.err = fmt.Errorf("a section table at %d of a file of %d bytes", offset, size)
	} else {
		// Where there are very many sections, the first one's entry says how
		// many (System V gABI, e_shnum).
		e.table = span{int64(offset), int64(offset) + max(1, e.count)*elfSectionSize}
	}
	return e
}

// see is a stream's tap.
func (e *elf) see(p []byte) {
	start := e.offset
	e.offset += int64(len(p))
	if e.err != nil || e.offset <= e.table.start-keptBefore {
		return
	}
	want := e.table.end
	if e.strings.end > 0 {
		want = max(want, e.strings.end)
	}
	if from := e.table.start - keptBefore; start < from {
		p, start = p[from-start:], from
	}
	if e.kept.bytes == nil {
		e.kept = excerpt{start, make([]byte, 0, min(e.size-start, e.table.end-start)+elfSectionSize)}
	}
	if start >= want && e.strings.end > 0 || int64(len(e.kept.bytes)) > keptBefore+maxSections*elfSectionSize+maxNames {
		return
	}
	e.kept.bytes = append(e.kept.bytes, p...)
	e.locate()
}

// locate finds out where the names are, as soon as the table is there.
func (e *elf) locate() {
	if e.strings.end > 0 || e.err != nil {
		return
	}
	first := e.entry(0)
	if first == nil {
		return
	}
	if e.count == 0 {
		count := binary.LittleEndian.Uint64(first[32:])
		if count > maxSections {
			e.err = fmt.Errorf("a section table of %d entries", count)
			return
		}
		e.count = int64(count)
		e.table.end = e.table.start + e.count*elfSectionSize
	}
	if e.names == 0xffff {
		e.names = int64(binary.LittleEndian.Uint32(first[40:]))
	}
	if e.table.end > e.size || e.names >= e.count {
		e.err = fmt.Errorf("a section table of %d entries at %d of a file of %d bytes, names in entry %d", e.count, e.table.start, e.size, e.names)
		return
	}
	p := e.entry(e.names)
	if p == nil {
		return
	}
	at, ok := fileSpan(p, e.size)
	if !ok || at.end-at.start > maxNames || at.end == at.start {
		e.err = fmt.Errorf("section names of %d bytes at %d of a file of %d bytes", binary.LittleEndian.Uint64(p[32:]), binary.LittleEndian.Uint64(p[24:]), e.size)
		return
	}
	e.strings = at
}

// entry is one entry of the section table, nil where it was not seen yet.
func (e *elf) entry(i int64) []byte {
	return e.kept.at(span{e.table.start + i*elfSectionSize, e.table.start + (i+1)*elfSectionSize})
}

// at returns the bytes of a span, nil where they are not all there.
func (x excerpt) at(s span) []byte {
	if s.start < x.start || s.end > x.start+int64(len(x.bytes)) || s.end < s.start {
		return nil
	}
	return x.bytes[s.start-x.start : s.end-x.start]
}

// fileSpan is where a section lies in the file.
func fileSpan(entry []byte, size int64) (span, bool) {
	offset, length := binary.LittleEndian.Uint64(entry[24:]), binary.LittleEndian.Uint64(entry[32:])
	if offset > math.MaxInt64 || length > math.MaxInt64 || offset > uint64(size) || length > uint64(size)-offset {
		return span{}, false
	}
	return span{int64(offset), int64(offset + length)}, true
}

// layout is the file's layout, once all of it was seen. The names may also lie
// in one of the excerpts taken along the way.
func (e *elf) layout(excerpts []excerpt) layout {
	if e.err == nil && e.strings.end == 0 {
		e.err = fmt.Errorf("a section table at %d that is not there", e.table.start)
	}
	if e.err != nil {
		return layout{err: e.err}
	}
	l := layout{object: e.object}
	excerpts = append([]excerpt{e.kept}, excerpts...)
	missing := 0
	for i := range e.count {
		p := e.entry(i)
		if p == nil {
			return layout{err: fmt.Errorf("a section table that ends after %d of %d entries", i, e.count)}
		}
		name, ok := e.name(int64(binary.LittleEndian.Uint32(p)), excerpts)
		if !ok && i > 0 {
			missing++
		}
		kind := sectionKinds[name]
		if kind == other {
			continue
		}
		if binary.LittleEndian.Uint32(p[4:]) == typeNobits {
			continue
		}
		at, ok := fileSpan(p, e.size)
		if !ok {
			l.lost = true
			l.err = fmt.Errorf("section %s of %d bytes at %d of a file of %d", name, binary.LittleEndian.Uint64(p[32:]), binary.LittleEndian.Uint64(p[24:]), e.size)
			continue
		}
		if len(l.sections) == maxDeviceSections {
			return layout{err: fmt.Errorf("more than %d sections of device code", maxDeviceSections)}
		}
		l.sections = append(l.sections, section{span: at, name: name, kind: kind})
	}
	if missing > 0 && l.err == nil {
		l.err = fmt.Errorf("a section table with %d names that are not to be found", missing)
	}
	return l
}

// longestName is longer than any name looked for.
const longestName = 32

func (e *elf) name(offset int64, excerpts []excerpt) (string, bool) {
	start := e.strings.start + offset
	if start >= e.strings.end {
		return "", false
	}
	for _, x := range excerpts {
		if start < x.start || start >= x.start+int64(len(x.bytes)) {
			continue
		}
		p := x.bytes[start-x.start:]
		p = p[:min(int64(len(p)), e.strings.end-start, longestName)]
		if i := bytes.IndexByte(p, 0); i >= 0 {
			return string(p[:i]), true
		}
		if len(p) == longestName {
			return "", true
		}
	}
	return "", false
}
