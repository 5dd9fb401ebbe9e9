package gpu

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lz4Block makes a block of the given number of sequences, and what it holds.
func lz4Block(r *rand.Rand, sequences, longest int) (block, image []byte) {
	length := func(n int) (nibble byte, more []byte) {
		if n < 15 {
			return byte(n), nil
		}
		for n -= 15; n >= 255; n -= 255 {
			more = append(more, 255)
		}
		return 15, append(more, byte(n))
	}
	for i := range sequences {
		literals := make([]byte, r.IntN(longest))
		if i == 0 {
			literals = append(literals, 1)
		}
		for j := range literals {
			literals[j] = byte(r.Uint32())
		}
		image = append(image, literals...)
		first, more := length(len(literals))
		if i == sequences-1 {
			block = append(append(append(block, first<<4), more...), literals...)
			break
		}
		match, offset := 4+r.IntN(longest), 1+r.IntN(min(len(image), 0xffff))
		if r.IntN(4) == 0 {
			offset = min(len(image), 1+r.IntN(8))
		}
		for range match {
			image = append(image, image[len(image)-offset])
		}
		second, rest := length(match - 4)
		block = append(append(append(block, first<<4|second), more...), literals...)
		block = append(append(block, byte(offset), byte(offset>>8)), rest...)
	}
	return block, image
}

func TestLZ4(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		block, image := lz4Block(r, 1+r.IntN(30), 1+i*i*20)
		got, err := io.ReadAll(newLZ4(bytes.NewReader(block), lz4History))
		require.NoError(t, err)
		require.True(t, bytes.Equal(image, got), "block %d: %d bytes, want %d", i, len(got), len(image))
		got, err = io.ReadAll(iotest.OneByteReader(newLZ4(bytes.NewReader(block), lz4History)))
		require.NoError(t, err)
		require.True(t, bytes.Equal(image, got), "block %d, one byte at a time", i)
		n := min(len(image), 1+r.IntN(2000))
		head := make([]byte, n)
		_, err = io.ReadFull(newLZ4(bytes.NewReader(block), n), head)
		require.NoError(t, err)
		require.True(t, bytes.Equal(image[:n], head), "the first %d bytes of block %d", n, i)
	}
}

// The same cubins, compressed together with LZ4 and with zstd.
func TestLZ4HoldsWhatZstdHolds(t *testing.T) {
	images := map[string][]byte{}
	for _, name := range []string{"concat_lz4.fatbin", "concat_zstd.fatbin"} {
		data := nvidiaFile(t, name)
		at := entries(t, data)[2]
		e, err := readEntry(data[at:], int64(len(data)-at))
		require.NoError(t, err)
		require.EqualValues(t, kindConcat, e.kind)
		s := newStream(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, s.Discard(int64(at)+e.header))
		d, err := e.open(s, &Budget{})
		require.NoError(t, err)
		images[name], err = io.ReadAll(d)
		require.NoError(t, err)
		require.EqualValues(t, e.size, len(images[name]))
		d.close()
	}
	assert.True(t, bytes.Equal(images["concat_lz4.fatbin"], images["concat_zstd.fatbin"]))
	assert.True(t, bytes.HasPrefix(images["concat_lz4.fatbin"], nvidiaFile(t, "abi8_sm_75.cubin")))
}

func TestLZ4Refuses(t *testing.T) {
	for block, want := range map[string]error{
		"":                       io.ErrUnexpectedEOF,
		"\x40abc":                io.ErrUnexpectedEOF,
		"\xf0":                   io.ErrUnexpectedEOF,
		"\xf0\xff":               io.ErrUnexpectedEOF,
		"\x10a\x01":              io.ErrUnexpectedEOF,
		"\x10a\x01\x00":          io.ErrUnexpectedEOF, // no last sequence
		"\x1fa\x01\x00":          io.ErrUnexpectedEOF,
		"\x10a\x00\x00\x10b":     errLZ4Offset,
		"\x10a\x02\x00\x10b":     errLZ4Offset,
		"\x00\x01\x00\x10b":      errLZ4Offset,
		"\x10a\xff\xff\x10b":     errLZ4Offset,
		"\x10a\x01\x00\x00":      nil,
		"\x10a\x01\x00\x30bcd":   nil,
		"\x00":                   nil,
		"\x30abc":                nil,
		"\x10a\x01\x00\x10b\x09": io.ErrUnexpectedEOF,
	} {
		_, err := io.ReadAll(newLZ4(bytes.NewReader([]byte(block)), lz4History))
		assert.ErrorIs(t, err, want, "%q", block)
	}
	endless := append([]byte{0xf0}, bytes.Repeat([]byte{255}, 9<<20)...)
	_, err := io.ReadAll(newLZ4(bytes.NewReader(endless), lz4History))
	assert.ErrorIs(t, err, errLZ4Length)
	broken := errors.New("broken")
	_, err = io.ReadAll(newLZ4(&limited{newStream(io.MultiReader(bytes.NewReader([]byte("\xf0")), iotest.ErrReader(broken)), 100), 100}, 64))
	assert.ErrorIs(t, err, broken)
}

func FuzzLZ4(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 8 {
		block, _ := lz4Block(r, 6, 300)
		f.Add(block)
	}
	f.Fuzz(func(t *testing.T, block []byte) {
		const limit = 1 << 20
		whole, wholeErr := io.ReadAll(io.LimitReader(newLZ4(bytes.NewReader(block), lz4History), limit))
		pieces, err := io.ReadAll(io.LimitReader(iotest.HalfReader(newLZ4(iotestByte{bytes.NewReader(block)}, lz4History)), limit))
		require.Equal(t, wholeErr == nil, err == nil)
		require.True(t, bytes.Equal(whole, pieces))
	})
}

// iotestByte reads one byte at a time.
type iotestByte struct{ *bytes.Reader }

func (r iotestByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(1, len(p))]) }
