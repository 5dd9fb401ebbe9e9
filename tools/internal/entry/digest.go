package entry

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
)

// Bytes of a buffer. The larger one hashes a lone wheel faster, and wheels on
// every processor slower: the two cases of go run ./bench digest.
const (
	digestBuffer      = 512 << 10
	spareDigestBuffer = 1 << 20
)

// Digest reads r to its end, once, and returns the number of bytes and their
// SHA-256 as 64 lower-case hex digits. Reading goes on while the last buffer is
// hashed; two buffers are all the memory it needs.
func Digest(r io.Reader) (size int64, digest string, err error) {
	return digestWith(r, digestBuffer)
}

// digestWith is Digest with two buffers of that many bytes.
func digestWith(r io.Reader, bufferSize int) (size int64, digest string, err error) {
	type part struct {
		buffer []byte
		n      int
		err    error
	}
	empty := make(chan []byte, 2)
	full := make(chan part, 2)
	empty <- make([]byte, bufferSize)
	empty <- make([]byte, bufferSize)
	go func() {
		defer close(full)
		for buffer := range empty {
			n, err := io.ReadFull(r, buffer)
			full <- part{buffer, n, err}
			if err != nil {
				return
			}
		}
	}()
	h := sha256.New()
	for p := range full {
		h.Write(p.buffer[:p.n])
		size += int64(p.n)
		if p.err == nil {
			empty <- p.buffer
		} else if !errors.Is(p.err, io.EOF) && !errors.Is(p.err, io.ErrUnexpectedEOF) {
			err = p.err
		}
	}
	return size, hex.EncodeToString(h.Sum(nil)), err
}
