package gpu

import (
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
)

const compressedMagic = "CCOB"

// compressedHeader is the head of a compressed bundle (LLVM,
// ClangOffloadBundler.rst, Compression).
type compressedHeader struct {
	method uint16
	// size is the header's own; total and raw are the bundle's compressed and
	// decompressed bytes, header included in total. total is -1 where the
	// header does not say.
	size, total, raw int64
}

func parseCompressed(p []byte) (h compressedHeader, err error) {
	if len(p) < 20 || string(p[:4]) != compressedMagic {
		return h, bad(CodeDamaged, "no compressed bundle begins here")
	}
	version := binary.LittleEndian.Uint16(p[4:])
	h.method = binary.LittleEndian.Uint16(p[6:])
	var total, raw uint64
	switch {
	case version == 1:
		h.size, raw = 20, uint64(binary.LittleEndian.Uint32(p[8:]))
	case version == 2 && len(p) >= 24:
		h.size, total, raw = 24, uint64(binary.LittleEndian.Uint32(p[8:])), uint64(binary.LittleEndian.Uint32(p[12:]))
	case version == 3 && len(p) >= 32:
		h.size, total, raw = 32, binary.LittleEndian.Uint64(p[8:]), binary.LittleEndian.Uint64(p[16:])
	case version == 2 || version == 3:
		return h, bad(CodeTruncated, "the header of a compressed bundle has %d bytes", len(p))
	default:
		return h, bad(VersionUnknown, "compressed bundle (CCOB) version %d", version)
	}
	if h.method > 1 {
		return h, bad(VersionUnknown, "compressed bundle (CCOB) compression method %d", h.method)
	}
	if total > 1<<62 || raw > 1<<62 || version > 1 && total <= uint64(h.size) {
		return h, bad(CodeDamaged, "a compressed bundle of %d bytes for %d", total, raw)
	}
	if h.total, h.raw = int64(total), int64(raw); version == 1 {
		h.total = -1
	}
	return h, nil
}

// compressed reads one compressed bundle from its magic to its end.
func compressed(s *stream, f *found, budget *Budget) error {
	p, err := s.Peek(32 + zstd.HeaderMaxSize)
	if failed := s.failed(); failed != nil {
		return failed
	}
	h, parseErr := parseCompressed(p)
	if parseErr != nil {
		return parseErr
	}
	if h.total > s.Left() {
		return bad(CodeTruncated, "a compressed bundle of %d bytes, of which %d are there", h.total, s.Left())
	}
	if int64(len(p)) < h.size+4 {
		return bad(CodeTruncated, "a compressed bundle ends in its header: %v", err)
	}
	head := p[h.size:]
	if zlib := h.method == 0; zlib && !isZlib(head) || !zlib && binary.LittleEndian.Uint32(head) != zstdMagic {
		return bad(CodeDamaged, "a compressed bundle's data begins with %x", head[:4])
	}
	if err := budget.spend(h.raw); err != nil {
		return err
	}
	head = append([]byte(nil), head...)
	if err := s.Discard(h.size); err != nil {
		return err
	}
	return h.inflate(s, head, f, budget)
}

func (h compressedHeader) inflate(s *stream, head []byte, f *found, budget *Budget) error {
	var r io.Reader
	payload := &limited{s, h.total - h.size}
	switch {
	case h.total >= 0:
		r = payload
	case h.method == 1:
		r = &frame{s: s}
	default:
		r = s
	}
	var d *inflating
	var err error
	if h.method == 0 {
		d, err = openZlib(s, r, budget)
	} else {
		d, err = openZstd(s, r, head, budget)
	}
	if err == nil {
		inner := within(d, h.raw)
		if err = bundle(inner, f); err == nil || inner.failed() != nil {
			err = done(inner, d)
		}
		d.close()
	}
	if failed := s.failed(); failed != nil {
		return failed
	}
	if h.total < 0 || payload.left == 0 {
		return err
	}
	// What the decoder left is this bundle's all the same.
	if err == nil {
		err = bad(CodeDamaged, "a compressed bundle has %d bytes after its data", payload.left)
	}
	if skipErr := s.Discard(payload.left); skipErr != nil {
		return skipErr
	}
	return err
}
