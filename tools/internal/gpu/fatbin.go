package gpu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	fatbinMagic = 0xBA55ED50
	// fatbinHeader and fatbinEntry are the sizes of the two headers without
	// what newer toolkits put behind them, in bytes. Both headers give their
	// own size: entries of 64 to 264 bytes occur.
	fatbinHeader = 16
	fatbinEntry  = 64
	// maxHeader bounds an entry's header: one with a table of concatenated
	// cubins has 64 bytes for each.
	maxHeader = 1 << 20
	// prefixSize is how much of an image is decoded to see what it is.
	prefixSize = 1024
)

// entry is the header of one entry of a fat binary.
type entry struct {
	nvidiaCode
	version uint16
	// header and padded are the sizes of this header and of what follows it,
	// compressed that of the compressed image, 0 where it is not compressed,
	// and size that of the image itself.
	header     int64
	padded     int64
	compressed int64
	size       int64
	// table is where in the header the table of concatenated images begins.
	table int64
}

// fatbin reads one container from its magic to its end and notes its entries
// in f; the error says where and why it is none. Nothing is taken from s
// before the container's header and its first entry's have been held against
// each other, so that a magic in other data costs nothing.
func fatbin(s *stream, f *found, budget *Budget) error {
	head, err := s.Peek(fatbinHeader)
	if err != nil {
		return truncated(err, "its header")
	}
	if magic := binary.LittleEndian.Uint32(head); magic != fatbinMagic {
		return bad(CodeDamaged, "nvidia fat binary: magic %#x", magic)
	}
	version, header := binary.LittleEndian.Uint16(head[4:]), int64(binary.LittleEndian.Uint16(head[6:]))
	if version != 1 {
		return bad(VersionUnknown, "nvidia fat binary version %d", version)
	}
	payload := binary.LittleEndian.Uint64(head[8:])
	if header < fatbinHeader || header > maxPeek-fatbinEntry || header%8 != 0 {
		return bad(CodeDamaged, "nvidia fat binary: a header of %d bytes", header)
	}
	if left := s.Left() - header; left < 0 || payload > uint64(left) {
		return bad(CodeTruncated, "nvidia fat binary: %d bytes announced, %d there", payload, max(left, 0))
	}
	left := int64(payload)
	if left > 0 {
		if head, err = s.Peek(int(header + min(fatbinEntry, left))); err != nil {
			return truncated(err, "its first entry")
		}
		if _, err := readEntry(head[header:], left); err != nil {
			return err
		}
	}
	if err := s.Discard(header); err != nil {
		return truncated(err, "its header")
	}
	for number := 1; left > 0; number++ {
		n, err := fatbinImage(s, left, f, budget)
		if err != nil {
			return inEntry(err, number)
		}
		left -= n
	}
	return nil
}

// fatbinImage reads one entry, of which at most left bytes may be taken, and
// says how many it took.
func fatbinImage(s *stream, left int64, f *found, budget *Budget) (int64, error) {
	head, err := s.Peek(int(min(fatbinEntry, left)))
	if err != nil {
		return 0, truncated(err, "an entry")
	}
	e, err := readEntry(head, left)
	if err != nil {
		return 0, err
	}
	end := s.Offset() + e.header + e.padded
	switch e.kind {
	case kindPTX, kindCubin:
		if err := s.Discard(e.header); err != nil {
			return 0, truncated(err, "an entry")
		}
		prefix, err := e.prefix(s)
		if err != nil {
			return 0, err
		}
		if err := e.note(f, prefix); err != nil {
			return 0, err
		}
	case kindConcat:
		if err := concatenated(s, e, f, budget); err != nil {
			return 0, err
		}
	default:
		f.unknown[fmt.Sprintf("nvidia fat binary entry kind %d", e.kind)] = true
	}
	if err := s.Discard(end - s.Offset()); err != nil {
		return 0, truncated(err, "an image")
	}
	return e.header + e.padded, nil
}

// readEntry reads an entry's header and holds its sizes against each other and
// against the left bytes of the container.
func readEntry(p []byte, left int64) (entry, error) {
	if len(p) < fatbinEntry {
		return entry{}, bad(CodeDamaged, "nvidia fat binary: %d bytes where an entry should be", len(p))
	}
	u32 := func(at int) int64 { return int64(binary.LittleEndian.Uint32(p[at:])) }
	e := entry{
		nvidiaCode: nvidiaCode{binary.LittleEndian.Uint16(p), binary.LittleEndian.Uint32(p[28:]), binary.LittleEndian.Uint64(p[40:])},
		version:    binary.LittleEndian.Uint16(p[2:]),
		header:     u32(4),
		compressed: u32(16),
		table:      u32(20),
	}
	padded, size := binary.LittleEndian.Uint64(p[8:]), binary.LittleEndian.Uint64(p[56:])
	if e.version != 0x0101 {
		return e, bad(VersionUnknown, "nvidia fat binary entry version %#x", e.version)
	}
	if e.header < fatbinEntry || e.header > min(maxHeader, left) || padded > uint64(left-e.header) {
		return e, bad(CodeDamaged, "nvidia fat binary: an entry of %d and %d bytes where %d are left", e.header, padded, left)
	}
	e.padded = int64(padded)
	if e.kind != kindPTX && e.kind != kindCubin && e.kind != kindConcat {
		return e, nil // its fields may mean anything
	}
	switch e.flags & (flagLZ4 | flagZstd) {
	case 0:
		if e.compressed, e.size = 0, e.padded; e.size == 0 {
			return e, bad(CodeDamaged, "nvidia fat binary: an entry without an image")
		}
		return e, nil
	case flagLZ4, flagZstd:
	default:
		return e, bad(CodeDamaged, "nvidia fat binary: an entry compressed twice")
	}
	if e.compressed == 0 || e.compressed > e.padded || size == 0 || size > maxInflated {
		return e, bad(CodeDamaged, "nvidia fat binary: %d compressed bytes in %d make %d", e.compressed, padded, size)
	}
	e.size = int64(size)
	return e, nil
}

// prefix decodes the beginning of the image at which the stream stands,
// without taking it. Of zstd it is nothing, as its first block may be long;
// there the frame must only be one, of the image's size.
func (e entry) prefix(s *stream) ([]byte, error) {
	n := e.padded
	if e.compressed > 0 {
		n = e.compressed
	}
	p, err := s.Peek(int(min(n, prefixSize)))
	if err != nil {
		return nil, truncated(err, "an image")
	}
	switch {
	case e.flags&flagZstd != 0:
		return nil, e.frame(p)
	case e.flags&flagLZ4 != 0:
		want := int(min(e.size, prefixSize))
		image, err := io.ReadAll(io.LimitReader(newLZ4(bytes.NewReader(p), want), int64(want)))
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) { // p is cut
			return nil, bad(CodeDamaged, "nvidia fat binary: %v", err)
		}
		return image, nil
	default:
		return p, nil
	}
}

// frame holds the header of the image's zstd frame against the entry.
func (e entry) frame(p []byte) error {
	var h zstd.Header
	if err := h.Decode(p); err != nil {
		return bad(CodeDamaged, "nvidia fat binary: a zstd frame: %v", err)
	}
	if h.Skippable || h.DictionaryID != 0 || h.HasFCS && h.FrameContentSize != uint64(e.size) {
		return bad(CodeDamaged, "nvidia fat binary: a zstd frame of %d bytes for an image of %d", h.FrameContentSize, e.size)
	}
	return nil
}

// truncated turns the end of a stream into a truncated container; other errors
// are the source's own.
func truncated(err error, part string) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return bad(CodeTruncated, "nvidia fat binary: the file ends in %s", part)
	}
	return err
}

// inEntry names the entry in which something is wrong.
func inEntry(err error, number int) error {
	var m *malformed
	if errors.As(err, &m) {
		return bad(m.class, "entry %d: %s", number, m.reason)
	}
	return err
}
