package gpu

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// The LLVM offload binary (llvm/Object/OffloadBinary.h), all of whose offsets
// are from its beginning.
const (
	offloadHeader = 32
	// offloadHeader3 is version 3's, which adds the inflated size.
	offloadHeader3 = 40
	offloadEntry   = 40
	maxOffload     = 1024
)

// Kinds of image (llvm::object::ImageKind).
const (
	offloadPTX      = 5
	offloadFatbin   = 4
	offloadMetadata = 1 // a flag: the entry holds no image
)

type offloadHead struct {
	version        uint32
	size           int64
	entries, count int64
	inflated       int64
}

type offloadImage struct {
	kind         uint16
	offset, size int64
	triple, arch string
}

// offload reads one offload binary from its magic to its end.
func offload(s *stream, f *found, budget *Budget) error {
	p, err := s.Peek(offloadHeader3)
	if failed := s.failed(); failed != nil {
		return failed
	}
	h, parseErr := parseOffload(p)
	if parseErr != nil {
		return parseErr
	}
	if h.size > s.Left() {
		return bad(CodeTruncated, "an LLVM offload binary of %d bytes, of which %d are there", h.size, s.Left())
	}
	if h.inflated == 0 {
		return h.images(s, h.size, f, budget)
	}
	if err = budget.spend(h.inflated); err != nil {
		return err
	}
	header := make([]byte, h.entries)
	if _, err := io.ReadFull(s, header); err != nil {
		return bad(CodeTruncated, "an LLVM offload binary that ends in its header: %v", err)
	}
	payload := &limited{s, h.size - h.entries}
	if err := h.inflate(s, payload, header, f, budget); err != nil {
		if failed := s.failed(); failed != nil {
			return failed
		}
		if skip := s.Discard(payload.left); skip != nil {
			return skip
		}
		return err
	}
	return s.Discard(payload.left)
}

func parseOffload(p []byte) (h offloadHead, err error) {
	if len(p) < offloadHeader {
		return h, bad(CodeTruncated, "the header of an LLVM offload binary has %d bytes", len(p))
	}
	h.version = binary.LittleEndian.Uint32(p[4:])
	size, entries, count := binary.LittleEndian.Uint64(p[8:]), binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
	header, inflated := uint64(offloadHeader), uint64(0)
	switch {
	case h.version < 1 || h.version > 3:
		return h, bad(VersionUnknown, "LLVM offload binary version %d", h.version)
	case h.version == 1:
		// The last field is the size of the one entry.
		if count != offloadEntry {
			return h, bad(CodeDamaged, "an LLVM offload binary whose entry has %d bytes", count)
		}
		count = 1
	case h.version == 3 && len(p) < offloadHeader3:
		return h, bad(CodeTruncated, "the header of an LLVM offload binary has %d bytes", len(p))
	case h.version == 3:
		header, inflated = offloadHeader3, binary.LittleEndian.Uint64(p[32:])
	}
	end := size
	if inflated > 0 {
		end = inflated
	}
	if size > 1<<62 || end > 1<<62 || entries < header || entries > size || entries > maxPeek || count > maxOffload || end < entries+count*offloadEntry {
		return h, bad(CodeDamaged, "an LLVM offload binary of %d bytes with %d entries at %d", size, count, entries)
	}
	h.size, h.entries, h.count, h.inflated = int64(size), int64(entries), int64(count), int64(inflated)
	return h, nil
}

// inflate reads the images of a compressed binary: all that follows the
// header is one zstd or zlib stream.
func (h offloadHead) inflate(s *stream, payload *limited, header []byte, f *found, budget *Budget) error {
	head, err := s.Peek(int(min(payload.left, 18)))
	if err != nil {
		return bad(CodeTruncated, "an LLVM offload binary that ends in its header: %v", err)
	}
	var d *inflating
	if len(head) >= 4 && binary.LittleEndian.Uint32(head) == zstdMagic {
		d, err = openZstd(s, payload, head, budget)
	} else {
		d, err = openZlib(s, payload, budget)
	}
	if err != nil {
		return err
	}
	defer d.close()
	inner := within(io.MultiReader(bytes.NewReader(header), d), h.inflated)
	if err := h.images(inner, h.inflated, f, budget); err != nil && inner.failed() == nil {
		return err
	}
	return done(inner, d)
}

// images reads the entries of a binary of size bytes whose header the stream
// stands at, and then its images in the order in which they lie.
func (h offloadHead) images(s *stream, size int64, f *found, budget *Budget) error {
	begin := s.Offset()
	images, err := h.table(s, size)
	if err != nil {
		return err
	}
	for _, i := range images {
		at := s.Offset() - begin
		if i.offset < at {
			f.defect(CodeDamaged, fmt.Sprintf("an LLVM offload image at %d, inside what comes before it", i.offset), fmt.Sprintf("%d or more", at))
			continue
		}
		if err := s.Discard(i.offset - at); err != nil {
			return err
		}
		if err := i.read(s, f, budget); err != nil {
			return err
		}
		if err := s.Discard(i.offset + i.size - (s.Offset() - begin)); err != nil {
			return err
		}
	}
	return s.Discard(size - (s.Offset() - begin))
}

// table looks at the entries and their strings, which lie before the images.
func (h offloadHead) table(s *stream, size int64) ([]offloadImage, error) {
	p, err := s.Peek(int(min(size, maxPeek)))
	if err != nil {
		return nil, bad(CodeTruncated, "an LLVM offload binary that ends in its entries: %v", err)
	}
	if h.entries+h.count*offloadEntry > int64(len(p)) {
		return nil, bad(CodeDamaged, "an LLVM offload binary with %d entries at %d", h.count, h.entries)
	}
	images := make([]offloadImage, 0, h.count)
	for n := range h.count {
		e := p[h.entries+n*offloadEntry:]
		offset, length := binary.LittleEndian.Uint64(e[24:]), binary.LittleEndian.Uint64(e[32:])
		if offset > uint64(size) || length > uint64(size)-offset {
			return nil, bad(CodeTruncated, "an LLVM offload image of %d bytes at %d of %d", length, offset, size)
		}
		text, err := h.strings(p, binary.LittleEndian.Uint64(e[8:]), binary.LittleEndian.Uint64(e[16:]))
		if err != nil {
			return nil, err
		}
		if binary.LittleEndian.Uint32(e[4:])&offloadMetadata == 0 {
			images = append(images, offloadImage{binary.LittleEndian.Uint16(e), int64(offset), int64(length), text["triple"], text["arch"]})
		}
	}
	slices.SortStableFunc(images, func(a, b offloadImage) int { return cmp.Compare(a.offset, b.offset) })
	return images, nil
}

// strings reads the string map of one entry.
func (h offloadHead) strings(p []byte, offset, count uint64) (map[string]string, error) {
	width := uint64(24)
	if h.version == 1 {
		width = 16
	}
	text := map[string]string{}
	if count > 64 || offset > uint64(len(p)) || count*width > uint64(len(p))-offset {
		return nil, bad(CodeDamaged, "an LLVM offload entry with %d strings at %d", count, offset)
	}
	for i := range count {
		row := p[offset+i*width:]
		key, keyOK := cString(p, binary.LittleEndian.Uint64(row))
		value, valueOK := cString(p, binary.LittleEndian.Uint64(row[8:]))
		if !keyOK || !valueOK {
			return nil, bad(CodeDamaged, "an LLVM offload entry's string that is not there")
		}
		text[key] = value
	}
	return text, nil
}

// cString is the text up to a zero, of at most 512 bytes.
func cString(p []byte, offset uint64) (string, bool) {
	if offset >= uint64(len(p)) {
		return "", false
	}
	p = p[offset:]
	p = p[:min(len(p), maxID)]
	i := bytes.IndexByte(p, 0)
	return string(p[:max(i, 0)]), i >= 0
}

// read notes what one image is. The stream stands at it, and afterwards
// anywhere in it.
func (i offloadImage) read(s *stream, f *found, budget *Budget) error {
	p, err := s.Peek(int(min(i.size, ptxHeader)))
	if err != nil {
		return bad(CodeTruncated, "an LLVM offload image that ends early: %v", err)
	}
	switch {
	case i.kind == offloadFatbin && len(p) >= 4 && binary.LittleEndian.Uint32(p) == fatbinMagic:
		return fatbin(s, f, budget)
	case i.kind == offloadPTX:
		if !notePTX(p, f) {
			f.unknown["LLVM offload image of PTX without target"] = true
		}
	default:
		deviceImage(p, i.arch, i.size, f)
	}
	return nil
}
