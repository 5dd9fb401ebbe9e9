// Package inflate decodes raw DEFLATE data (RFC 1951), as zip members hold it:
// without the header and checksum of zlib or gzip.
//
// It gives what compress/flate gives, several times as fast: the same output,
// the same error after the same output, and the same place at which the data
// ends. Like it, it takes no byte of the source that follows the final block.
// It is Go without unsafe, assembly and C.
//
// # How it works
//
// Two loops decode the symbols of a block, by the same tables. The careful one
// takes the source byte by byte, never one more than compress/flate would; it
// alone finds errors and ends of blocks. The fast one runs as long as both
// enough input and enough room for output are left that nothing has to be asked
// for in between. It never fails: a symbol that it cannot decode (the end of a
// block, a code that does not exist, a distance too far) it leaves untaken to
// the careful one. So errors are made in one place and are the same whatever
// the input's pieces are.
//
// The output goes into one buffer that is also the window of section 2: the
// last 32 KiB are moved to its front whenever it is full and was read.
package inflate

import (
	"compress/flate"
	"io"
)

const (
	// window is the farthest that a match may reach back, in bytes.
	window = 32 << 10
	// longest is the length of the longest match, in bytes.
	longest = 258
	// bufferSize is the window and a piece of output behind it.
	bufferSize = 256 << 10
	// room is what both loops need free in the buffer for one turn: three
	// literals and the longest match, which the fast one writes in whole words.
	room = 3 + longest + 27
	// full is the length of output from which on a turn may have no room.
	full = bufferSize - room
)

// Source is compressed data, as a *bufio.Reader has it: Peek shows bytes without
// taking them, Discard takes them, Buffered counts those that Peek can show
// without reading. The larger its buffer, the faster the decoder.
type Source interface {
	Peek(n int) ([]byte, error)
	Discard(n int) (int, error)
	Buffered() int
}

// Reader reads the output of one DEFLATE stream. It holds less than 320 KiB,
// whatever the stream, and can be used again for another.
type Reader struct {
	input
	// literals and distances are the codes of the block at hand.
	literals, distances *code
	dynamic             struct{ literals, distances code }
	lengths             code
	// kind is that of the block at hand, final whether it is the last.
	kind  kind
	final bool
	// stored is what is left of a stored block, in bytes.
	stored int
	// output[:written] was decoded, output[:given] was read by the caller.
	output         [bufferSize]byte
	written, given uint
	err            error
}

// NewReader returns a Reader of the stream that src begins with.
func NewReader(src Source) *Reader {
	r := &Reader{}
	r.Reset(src)
	return r
}

// Reset makes the Reader one of the stream that src begins with.
func (r *Reader) Reset(src Source) {
	r.input = input{src: src}
	r.kind, r.final, r.stored = between, false, 0
	r.written, r.given, r.err = 0, 0, nil
}

// Read reads the output. At the end of the final block it returns io.EOF, and
// the source gives the byte that follows. Otherwise it returns, after all
// output that comes before:
//   - flate.CorruptInputError for what RFC 1951 does not allow, with the number
//     of bytes taken from the source;
//   - io.ErrUnexpectedEOF where the source ends within the stream;
//   - the source's own error as it is.
//
// Until then the source must not be used by others.
func (r *Reader) Read(p []byte) (int, error) {
	for r.given == r.written {
		if r.err != nil {
			return 0, r.err
		}
		if r.written > full {
			copy(r.output[:], r.output[r.written-window:r.written])
			r.written, r.given = window, window
		}
		if r.err = r.decode(); r.err != nil {
			r.release()
		}
	}
	n := copy(p, r.output[r.given:r.written])
	if r.given += uint(n); r.given == r.written {
		return n, r.err
	}
	return n, nil
}

// corrupt is the error of data that is none.
func (r *Reader) corrupt() error { return flate.CorruptInputError(r.taken()) }

// unexpected is the error of a source that ends within the stream.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
