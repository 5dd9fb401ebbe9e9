package gpu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	zstdMagic = 0xfd2fb528
	// deflateWindow is a deflate decoder's, with its tables.
	deflateWindow = 64 << 10
)

// zstdWindow is the memory that decoding the frame at the head of p takes.
func zstdWindow(p []byte) (int64, error) {
	var h zstd.Header
	if err := h.Decode(p); err != nil {
		return 0, fmt.Errorf("a zstd frame: %w", err)
	}
	switch {
	case h.Skippable:
		return 0, errors.New("a skippable zstd frame")
	case h.SingleSegment:
		return int64(min(max(h.FrameContentSize, zstd.MinWindowSize), math.MaxInt64)), nil
	}
	return int64(h.WindowSize), nil
}

// isZlib says whether the bytes begin a zlib stream (RFC 1950).
func isZlib(p []byte) bool {
	return len(p) >= 2 && p[0]&0x0f == 8 && p[0]>>4 <= 7 && binary.BigEndian.Uint16(p)%31 == 0 && p[1]&0x20 == 0
}

// inflating is a decoder with the memory that it may use.
type inflating struct {
	io.Reader
	close func()
}

// openZstd starts a decoder of zstd frames over all of r. head is what r
// begins with. A later frame with a larger window fails.
func openZstd(s *stream, r io.Reader, head []byte, budget *Budget) (*inflating, error) {
	window, err := zstdWindow(head)
	if err != nil {
		return nil, bad(CodeDamaged, "%v", err)
	}
	release, err := budget.window(s, window)
	if err != nil {
		return nil, err
	}
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(max(window, zstd.MinWindowSize))))
	if err != nil {
		release()
		return nil, fmt.Errorf("starting a zstd decoder: %w", err)
	}
	return &inflating{d, func() { d.Close(); release() }}, nil
}

// openZlib starts a decoder of one zlib stream. It takes no byte too many
// from an r that gives single bytes.
func openZlib(s *stream, r io.Reader, budget *Budget) (*inflating, error) {
	release, err := budget.window(s, deflateWindow)
	if err != nil {
		return nil, err
	}
	d, err := zlib.NewReader(r)
	if err != nil {
		release()
		return nil, bad(CodeDamaged, "a zlib stream: %v", err)
	}
	return &inflating{d, release}, nil
}

// within is a stream of decompressed bytes, size of them. What the decoder
// takes is r's; it may give more or fewer, which done finds.
func within(r io.Reader, size int64) *stream {
	s := newStream(io.LimitReader(r, size), size)
	s.inner = true
	return s
}

// done passes what is left of the decompressed bytes and checks that there
// are as many as were declared.
func done(inner *stream, d io.Reader) error {
	var m *malformed
	if err := inner.Discard(inner.Left()); errors.As(err, &m) {
		return err
	} else if err != nil {
		return bad(CodeDamaged, "compressed device code ends after %d of %d bytes: %v", inner.Offset(), inner.size, err)
	}
	var more [1]byte
	switch n, err := io.ReadFull(d, more[:]); {
	case n > 0:
		return bad(CodeDamaged, "compressed device code has more than the %d bytes declared", inner.size)
	case errors.As(err, &m):
		return err
	case !errors.Is(err, io.EOF):
		return bad(CodeDamaged, "compressed device code is damaged: %v", err)
	}
	return nil
}

// frame gives the bytes of exactly one zstd frame (RFC 8878): the frame's
// length is written nowhere, so its blocks are walked.
type frame struct {
	s *stream
	// left is what may be given until the next header.
	left int64
	// last says that no block follows; checksum, that four bytes do.
	begun, last, checksum bool
}

func (f *frame) Read(p []byte) (int, error) {
	if f.left == 0 {
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n, err := f.s.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (f *frame) next() error {
	if !f.begun {
		p, err := f.s.Peek(zstd.HeaderMaxSize)
		if err != nil && len(p) == 0 {
			return err
		}
		var h zstd.Header
		if err := h.Decode(p); err != nil {
			return err
		}
		if h.Skippable {
			return errors.New("a skippable zstd frame")
		}
		f.begun, f.checksum, f.left = true, h.HasCheckSum, int64(h.HeaderSize)
		return nil
	}
	if f.last {
		if !f.checksum {
			return io.EOF
		}
		f.checksum, f.left = false, 4
		return nil
	}
	p, err := f.s.Peek(3)
	if err != nil {
		return err
	}
	header := uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16
	f.last = header&1 != 0
	size := int64(header >> 3)
	if header>>1&3 == 1 { // run-length: one byte stands for all
		size = 1
	}
	f.left = 3 + size
	return nil
}
