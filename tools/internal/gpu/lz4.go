package gpu

import (
	"errors"
	"io"
)

// lz4History is how far back an LZ4 match may reach, in bytes.
const lz4History = 64 << 10

var (
	errLZ4Offset = errors.New("lz4: a match reaches before the beginning")
	errLZ4Length = errors.New("lz4: a length of more than 2 GiB")
)

// byteSource is a source that gives single bytes too.
type byteSource interface {
	io.Reader
	io.ByteReader
}

// lz4Reader decompresses one LZ4 block (the LZ4 Block Format, without a frame)
// as a stream: NVIDIA's fat binaries hold blocks of any size, and the decoders
// of other packages want a whole one in memory, compressed and not.
type lz4Reader struct {
	src byteSource
	// buf holds the history and, from read to write, what is decoded and not
	// yet given out.
	buf         []byte
	read, write int
	// literals and match are what is left of the sequence at hand.
	literals, match, offset int
	// token's low half waits until the literals are copied.
	token byte
	begun bool
	err   error
}

// newLZ4 returns a reader of the block that src holds from its beginning to
// its end. Whoever reads no more than n bytes gives n; else lz4History.
func newLZ4(src byteSource, n int) *lz4Reader {
	return &lz4Reader{src: src, buf: make([]byte, 2*min(max(n, 1), lz4History))}
}

// Read is io.Reader's.
func (l *lz4Reader) Read(p []byte) (int, error) {
	for l.read == l.write && l.err == nil && len(p) > 0 {
		l.err = l.step()
	}
	if l.read == l.write && len(p) > 0 {
		return 0, l.err
	}
	n := copy(p, l.buf[l.read:l.write])
	l.read += n
	return n, nil
}

// step decodes something. Everything decoded before has been given out.
func (l *lz4Reader) step() error {
	if half := len(l.buf) / 2; l.write > half {
		if room := len(l.buf) - l.write; room == 0 || l.literals+l.match > room {
			copy(l.buf, l.buf[l.write-half:l.write])
			l.read, l.write = half, half
		}
	}
	switch {
	case l.literals > 0:
		n, err := l.src.Read(l.buf[l.write:min(len(l.buf), l.write+l.literals)])
		l.write += n
		l.literals -= n
		if n == 0 && err != nil {
			return unexpected(err)
		}
		return nil
	case l.match > 0:
		end := min(len(l.buf), l.write+l.match)
		l.match -= end - l.write
		for l.write < end {
			// A match may reach into what it makes: each turn copies at most
			// the distance, which then is there.
			l.write += copy(l.buf[l.write:end], l.buf[l.write-l.offset:l.write])
		}
		return nil
	case l.begun:
		return l.matchOf()
	}
	token, err := l.src.ReadByte()
	if err != nil {
		return unexpected(err) // a block ends behind literals
	}
	l.token, l.begun = token, true
	l.literals, err = l.length(int(token >> 4))
	return err
}

// matchOf reads the second half of a sequence, which the last one lacks.
func (l *lz4Reader) matchOf() error {
	low, err := l.src.ReadByte()
	if err != nil {
		return err
	}
	high, err := l.src.ReadByte()
	if err != nil {
		return unexpected(err)
	}
	l.begun = false
	l.offset = int(low) | int(high)<<8
	if l.offset == 0 || l.offset > l.write {
		return errLZ4Offset
	}
	if l.match, err = l.length(int(l.token & 15)); err == nil {
		l.match += 4
	}
	return err
}

// length reads the rest of a length that begins with four bits.
func (l *lz4Reader) length(n int) (int, error) {
	if n < 15 {
		return n, nil
	}
	for {
		b, err := l.src.ReadByte()
		if err != nil {
			return 0, unexpected(err)
		}
		if n += int(b); n > 1<<31-64 {
			return 0, errLZ4Length
		}
		if b < 255 {
			return n, nil
		}
	}
}

// unexpected is for ends where more must come.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
