package gpu

import (
	"errors"
	"io"
)

const (
	// maxPeek is the longest look ahead.
	maxPeek = 64 << 10
	// bufferSize is what a stream reads ahead at most. It is small enough for
	// a core's cache, which is where hashing and searching meet the bytes.
	bufferSize = 4 * maxPeek
	// history is how much of what was taken can be looked at again.
	history = 4 << 10
)

// stream gives bytes in order, with a bounded look ahead.
type stream struct {
	r   io.Reader
	buf []byte
	// start and end delimit the bytes read and not yet taken.
	start, end int
	// offset is where the stream stands.
	offset int64
	// size is where it says that it ends.
	size int64
	err  error
	// tap sees all bytes once, in order, before anybody else.
	tap func(p []byte)
	// inner says that the bytes were decompressed by this package.
	inner bool
}

func newStream(r io.Reader, size int64) *stream {
	return &stream{r: r, size: size, buf: make([]byte, max(min(history+bufferSize, size+1), 64))}
}

// Offset is the number of bytes taken so far.
func (s *stream) Offset() int64 { return s.offset }

// Left is the number of bytes that should still come.
func (s *stream) Left() int64 { return s.size - s.offset }

// fill reads until n bytes are there or the stream ends.
func (s *stream) fill(n int) {
	if s.end-s.start >= n || s.err != nil {
		return
	}
	if n > len(s.buf)-s.start {
		s.compact(n)
	}
	for empty := 0; s.end-s.start < n && s.err == nil; {
		read, err := s.r.Read(s.buf[s.end:])
		if s.tap != nil {
			s.tap(s.buf[s.end : s.end+read])
		}
		s.end += read
		if s.err = err; read > 0 {
			empty = 0
		} else if empty++; empty > 100 && err == nil {
			s.err = io.ErrNoProgress
		}
	}
}

// compact makes room for n bytes behind what has been taken of late.
func (s *stream) compact(n int) {
	keep := min(s.start, history)
	from := s.start - keep
	buf := s.buf
	if need := keep + n; need > len(buf) {
		buf = make([]byte, min(max(need, 4*len(buf)), history+bufferSize))
	}
	copy(buf, s.buf[from:s.end])
	s.buf, s.start, s.end = buf, keep, s.end-from
}

// behind returns the last bytes taken, up to n and 4 KiB.
func (s *stream) behind(n int) []byte { return s.buf[max(0, s.start-min(n, history)):s.start] }

// Peek returns the next n bytes, at most 64 KiB, without taking them. Where
// the stream ends before, it returns what there is and an error.
func (s *stream) Peek(n int) ([]byte, error) {
	n = max(0, min(n, maxPeek))
	// Where the end is near, no buffer is made for more than that.
	s.fill(int(min(int64(n), max(s.Left(), 0)+1)))
	if s.end-s.start < n {
		s.fill(n)
	}
	if s.end-s.start < n {
		return s.buf[s.start:s.end], s.short()
	}
	return s.buf[s.start : s.start+n], nil
}

// buffered returns what can be had in one step: at least one byte unless the
// stream is at its end.
func (s *stream) buffered() []byte {
	s.fill(1)
	return s.buf[s.start:s.end]
}

// take passes n buffered bytes.
func (s *stream) take(n int) {
	s.start += n
	s.offset += int64(n)
}

// Discard passes n bytes.
func (s *stream) Discard(n int64) error {
	for n > 0 {
		p := s.buffered()
		if len(p) == 0 {
			return s.short()
		}
		step := int(min(n, int64(len(p))))
		s.take(step)
		n -= int64(step)
	}
	return nil
}

// Read is io.Reader's.
func (s *stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b := s.buffered()
	if len(b) == 0 {
		return 0, s.err
	}
	n := copy(p, b)
	s.take(n)
	return n, nil
}

// ReadByte is io.ByteReader's: decoders that have it take no byte too many.
func (s *stream) ReadByte() (byte, error) {
	b := s.buffered()
	if len(b) == 0 {
		return 0, s.err
	}
	s.take(1)
	return b[0], nil
}

// short is the error of a stream that ended too early.
func (s *stream) short() error {
	if errors.Is(s.err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return s.err
}

// failed is the source's own error, if it had one.
func (s *stream) failed() error {
	if errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}
