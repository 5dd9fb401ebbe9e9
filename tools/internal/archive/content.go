package archive

import (
	"bufio"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Damage is the error of a member whose content is not what its header says.
// Any other error of a member's reader is one of reading the file.
type Damage struct {
	Finding finding.Finding
}

func (d *Damage) Error() string { return d.Finding.String() }

// Source is compressed data, as a *bufio.Reader has it. That it gives single
// bytes, and shows bytes before they are taken, lets a decoder stop exactly at
// the end of the deflate data.
type Source interface {
	io.Reader
	io.ByteReader
	Peek(n int) ([]byte, error)
	Discard(n int) (int, error)
	Buffered() int
}

// Inflater starts a decoder of raw deflate data (RFC 1951). The decoder must
// take no byte from the source that is not part of the data.
type Inflater func(Source) io.Reader

// Inflate is the Inflater of the standard library.
func Inflate(src Source) io.Reader { return flate.NewReader(src) }

// sourceBuffer is how much compressed data is read at a time, in bytes.
const sourceBuffer = 64 << 10

// Content returns a reader of the member's content, held to what the header
// says: exactly Size bytes with the right CRC-32, from deflate data that ends
// exactly where the member's data does. Where that fails, Read returns a
// *Damage, after the bytes that came before it.
func (d *Directory) Content(m Member, inflate Inflater) (io.Reader, error) {
	damage := func(code, format string, args ...any) error {
		return &Damage{fault(code, m.Name, format, args...)}
	}
	switch {
	case m.DataOffset < 0 || m.CompressedSize > d.size-m.DataOffset:
		return nil, damage(Unreadable, "the member cannot be read: its data was not found")
	case m.Flags&(flagEncrypted|flagStrong|flagPatched|flagMasked) != 0:
		return nil, damage(Encrypted, "the member cannot be read: it is encrypted or a patch")
	case m.Method != Stored && m.Method != Deflated:
		return nil, damage(UnsupportedMethod, "the member cannot be read: compression method %d", m.Method)
	}
	src := &source{}
	size := int(min(m.CompressedSize, sourceBuffer))
	src.Reader = bufio.NewReaderSize(&watched{io.NewSectionReader(d.r, m.DataOffset, m.CompressedSize), &src.err}, size)
	c := &content{member: m, src: src, damage: damage}
	if c.plain = src; m.Method == Deflated {
		// As itself: decoders have a faster path for a bufio.Reader.
		c.plain = inflate(src.Reader)
	}
	return c, nil
}

// ReadAll returns the content of a member of at most limit bytes.
func (d *Directory) ReadAll(m Member, limit int64) ([]byte, error) {
	if m.Size > limit {
		return nil, &Damage{fault(MemberTooLarge, m.Name, "the member has %d bytes, want at most %d", m.Size, limit)}
	}
	r, err := d.Content(m, Inflate)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// source is the compressed data, buffered on our side of the decoder.
type source struct {
	*bufio.Reader
	err error
}

// watched keeps the error of the file, which decoders wrap or replace.
type watched struct {
	r   io.Reader
	err *error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		*w.err = err
	}
	return n, err
}

type content struct {
	member Member
	src    *source
	plain  io.Reader
	damage func(code, format string, args ...any) error
	read   int64
	crc    uint32
	done   error
}

func (c *content) Read(p []byte) (int, error) {
	if c.done != nil || len(p) == 0 {
		return 0, c.done
	}
	left := c.member.Size - c.read
	if left == 0 {
		c.done = c.finish()
		return 0, c.done
	}
	n, err := c.plain.Read(p[:min(int64(len(p)), left)])
	c.read += int64(n)
	c.crc = crc32.Update(c.crc, crc32.IEEETable, p[:n])
	if err != nil && c.read < c.member.Size {
		c.done = c.failed(err)
	}
	return n, c.done
}

// failed turns an error of the decoder into what it means here.
func (c *content) failed(err error) error {
	switch {
	case c.src.err != nil:
		return fmt.Errorf("reading member %q: %w", c.member.Name, c.src.err)
	case errors.Is(err, io.EOF):
		return c.damage(ContentSize, "the content ends after %d of %d bytes", c.read, c.member.Size)
	default:
		return c.damage(DeflateDamaged, "the compressed data is damaged after %d of %d bytes: %v", c.read, c.member.Size, err)
	}
}

// finish checks everything that has to hold once all bytes were read.
func (c *content) finish() error {
	var more [1]byte
	for c.member.Method == Deflated {
		n, err := c.plain.Read(more[:])
		if n > 0 {
			return c.damage(ContentSize, "the content goes on after its %d bytes", c.member.Size)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return c.failed(err)
		}
	}
	if _, err := c.src.ReadByte(); err == nil {
		return c.damage(DeflateTrailer, "the compressed data ends before the compressed size of %d bytes", c.member.CompressedSize)
	}
	if c.src.err != nil {
		return fmt.Errorf("reading member %q: %w", c.member.Name, c.src.err)
	}
	if c.crc != c.member.CRC32 {
		return c.damage(ChecksumFailed, "the content has CRC-32 %08x, its header says %08x", c.crc, c.member.CRC32)
	}
	return io.EOF
}
