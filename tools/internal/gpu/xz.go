package gpu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// xzMagic begins an .xz stream. The decoder in use is given the blocks one by
// one, because it would allocate whatever dictionary a block asks for.
const xzMagic = "\xfd7zXZ\x00"

const (
	xzHeaderSize = 12
	filterLZMA2  = 0x21
)

// xzCheckSizes are the sizes of a block's check by its type (The .xz File
// Format 1.2.1, 2.1.1.2).
var xzCheckSizes = [16]int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}

// xz decodes one .xz stream with LZMA2 blocks. The checks of the blocks are
// not computed: the wheel's RECORD covers the same bytes.
type xz struct {
	s      *stream
	budget *Budget
	// size is what all blocks decode to.
	size    int64
	check   int64
	block   *lzma.Reader2
	start   int64
	release func()
	err     error
}

// openXZ starts a decoder of a stream that decodes to size bytes.
func openXZ(s *stream, size int64, budget *Budget) (*xz, error) {
	p, err := s.Peek(xzHeaderSize)
	if err != nil {
		return nil, err
	}
	if string(p[:6]) != xzMagic || p[6] != 0 || p[7] > 15 || crc32.ChecksumIEEE(p[6:8]) != binary.LittleEndian.Uint32(p[8:]) {
		return nil, fmt.Errorf("no .xz stream: % x", p)
	}
	return &xz{s: s, budget: budget, size: size, check: xzCheckSizes[p[7]], release: func() {}}, s.Discard(xzHeaderSize)
}

func (x *xz) Close() { x.release() }

// Read is io.Reader's.
func (x *xz) Read(p []byte) (n int, err error) {
	for x.err == nil && n == 0 && len(p) > 0 {
		if x.block == nil {
			if x.err = x.next(); x.err != nil {
				break
			}
		}
		if n, err = x.block.Read(p); errors.Is(err, io.EOF) {
			x.err = x.finish()
		} else {
			x.err = err
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, x.err
}

// next begins the next block. At the index it is io.EOF; the index is not
// read.
func (x *xz) next() error {
	p, err := x.s.Peek(1)
	if err != nil {
		return err
	}
	if p[0] == 0 {
		return io.EOF
	}
	size := (int(p[0]) + 1) * 4
	if p, err = x.s.Peek(size); err != nil {
		return err
	}
	dictionary, err := xzBlock(p)
	if err != nil {
		return err
	}
	// Nothing refers further back than to the beginning.
	dictionary = max(min(dictionary, x.size), lzma.MinDictCap)
	release, err := x.budget.window(x.s, dictionary)
	if err != nil {
		return err
	}
	x.release = release
	if err := x.s.Discard(int64(size)); err != nil {
		return err
	}
	x.start = x.s.Offset()
	x.block, err = lzma.Reader2Config{DictCap: int(dictionary)}.NewReader2(x.s)
	return err
}

// finish passes the padding and the check of a block.
func (x *xz) finish() error {
	if !x.block.EOS() {
		return io.ErrUnexpectedEOF
	}
	x.block = nil
	x.release()
	return x.s.Discard(-(x.s.Offset()-x.start)&3 + x.check)
}

// xzBlock reads a block header with the one filter that AOTriton uses, and
// returns the size of the dictionary.
func xzBlock(p []byte) (dictionary int64, err error) {
	body, sum := p[:len(p)-4], binary.LittleEndian.Uint32(p[len(p)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return 0, errors.New("an .xz block header with a wrong CRC-32")
	}
	flags, rest := body[1], body[2:]
	if flags&0x3f != 0 {
		return 0, fmt.Errorf("an .xz block with flags %#x", flags)
	}
	for _, present := range []byte{0x40, 0x80} {
		if flags&present != 0 {
			_, n := binary.Uvarint(rest)
			if n <= 0 {
				return 0, errors.New("an .xz block header with a damaged size")
			}
			rest = rest[n:]
		}
	}
	if len(rest) < 3 || rest[0] != filterLZMA2 || rest[1] != 1 || rest[2] > 40 {
		return 0, fmt.Errorf("an .xz block with filter % x", rest[:min(len(rest), 3)])
	}
	if rest[2] == 40 {
		return 1<<32 - 1, nil
	}
	return int64(2|rest[2]&1) << (rest[2]/2 + 11), nil
}
