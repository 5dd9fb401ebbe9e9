package gpu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// concatMember is the size of one row of the table of concatenated images, in
// bytes, and concatTable that of its head: u32 rows, u32 bytes in all.
const (
	concatMember = 64
	concatTable  = 8
)

// member is one of the images that are compressed together.
type member struct {
	nvidiaCode
	offset, size int64
}

// concatenated reads an entry of kind 0x100: `nvcc --concat` and `fatbinary
// --concat` compress the cubins of several targets as one. Their targets stand
// in a table behind the entry's header, each row shaped as an entry's header
// with an offset into the image in the place of the header's size; the image
// is decompressed to see that they are there. The stream stands at the entry's
// header, and afterwards somewhere inside its image.
func concatenated(s *stream, e entry, f *found, budget *Budget) error {
	if e.table == 0 {
		f.unknown[fmt.Sprintf("nvidia fat binary entry kind %d without a table", e.kind)] = true
		return nil
	}
	members, err := e.members(s)
	if err != nil {
		return err
	}
	if err := budget.spend(e.size); err != nil {
		return err
	}
	d, err := e.open(s, budget)
	if err != nil {
		return err
	}
	defer d.close()
	inner := within(d, e.size)
	for _, m := range members {
		if err = m.read(inner, f); err != nil {
			break
		}
	}
	if err == nil {
		err = done(inner, d)
	}
	if source := s.failed(); source != nil {
		return source // what went wrong afterwards came of it
	}
	return err
}

// read notes one image; the stream stands behind the one before.
func (m member) read(s *stream, f *found) error {
	if err := s.Discard(m.offset - s.Offset()); err != nil {
		return undecoded(err)
	}
	if m.kind != kindCubin && m.kind != kindPTX {
		f.unknown[fmt.Sprintf("nvidia concatenated image kind %d", m.kind)] = true
		return nil
	}
	prefix, err := s.Peek(int(min(m.size, prefixSize)))
	if err != nil {
		return undecoded(err)
	}
	return m.note(f, prefix)
}

// members reads the entry's header with its table, and leaves the stream at
// the image. The rows are in the image's order and do not overlap.
func (e entry) members(s *stream) ([]member, error) {
	if e.table < fatbinEntry || e.table > e.header-concatTable {
		return nil, bad(CodeDamaged, "nvidia fat binary: concatenated images without a table of them")
	}
	header := make([]byte, e.header)
	if _, err := io.ReadFull(s, header); err != nil {
		return nil, truncated(unexpected(err), "an entry")
	}
	table := header[e.table:]
	rows, size := int64(binary.LittleEndian.Uint32(table)), int64(binary.LittleEndian.Uint32(table[4:]))
	if size != concatTable+rows*concatMember || size > int64(len(table)) {
		return nil, bad(CodeDamaged, "nvidia fat binary: a table of %d concatenated images in %d of %d bytes", rows, size, len(table))
	}
	members := make([]member, rows)
	end := int64(0)
	for i := range members {
		row := table[concatTable+i*concatMember:][:concatMember]
		m := member{
			nvidiaCode: nvidiaCode{binary.LittleEndian.Uint16(row), binary.LittleEndian.Uint32(row[28:]), binary.LittleEndian.Uint64(row[40:])},
			offset:     int64(binary.LittleEndian.Uint32(row[4:])),
		}
		length := binary.LittleEndian.Uint64(row[8:])
		if m.offset < end || length == 0 || length > uint64(e.size) || m.offset > e.size-int64(length) {
			return nil, bad(CodeDamaged, "nvidia fat binary: concatenated image %d at %d of %d bytes, in %d behind %d", i+1, m.offset, length, e.size, end)
		}
		m.size = int64(length)
		end = m.offset + m.size
		members[i] = m
	}
	return members, nil
}

// open starts a decoder of the entry's image.
func (e entry) open(s *stream, budget *Budget) (*inflating, error) {
	if e.compressed == 0 {
		return &inflating{&limited{s, e.size}, func() {}}, nil
	}
	src := &limited{s, e.compressed}
	if e.flags&flagLZ4 != 0 {
		release, err := budget.window(s, 2*lz4History)
		if err != nil {
			return nil, err
		}
		return &inflating{newLZ4(src, lz4History), release}, nil
	}
	p, err := s.Peek(int(min(e.compressed, zstd.HeaderMaxSize)))
	if err != nil {
		return nil, truncated(err, "an image")
	}
	if err := e.frame(p); err != nil {
		return nil, err
	}
	return openZstd(s, src, bytes.Clone(p), budget)
}

// undecoded is an image that ends too early or does not decode.
func undecoded(err error) error {
	return bad(CodeDamaged, "nvidia fat binary: concatenated images: %v", unexpected(err))
}
