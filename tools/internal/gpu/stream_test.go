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

func TestStream(t *testing.T) {
	data := make([]byte, 3*bufferSize+1234)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	for name, reader := range map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "half": iotest.HalfReader, "error with data": iotest.DataErrReader,
	} {
		s := newStream(reader(bytes.NewReader(data)), int64(len(data)))
		var tapped bytes.Buffer
		s.tap = func(p []byte) { tapped.Write(p) }
		at := 0
		for at < len(data) {
			n := random.IntN(maxPeek + 100)
			switch random.IntN(4) {
			case 0:
				p, err := s.Peek(n)
				want := data[at:min(at+min(n, maxPeek), len(data))]
				require.True(t, bytes.Equal(want, p), name)
				require.Equal(t, len(want) < min(n, maxPeek), err != nil, name)
				n = 0
			case 1:
				n = min(n, len(data)-at)
				require.NoError(t, s.Discard(int64(n)))
			case 2:
				p := make([]byte, min(n, len(data)-at))
				_, err := io.ReadFull(s, p)
				require.NoError(t, err)
				require.True(t, bytes.Equal(data[at:at+len(p)], p), name)
				n = len(p)
			default:
				c, err := s.ReadByte()
				require.NoError(t, err)
				require.Equal(t, data[at], c)
				n = 1
			}
			at += n
			require.Equal(t, int64(at), s.Offset())
			require.Equal(t, int64(len(data)-at), s.Left())
			require.True(t, bytes.HasSuffix(data[:at], s.behind(history)), name)
			require.GreaterOrEqual(t, len(s.behind(history)), min(at, history))
		}
		assert.True(t, bytes.Equal(data, tapped.Bytes()), "a tap sees every byte once")
		assert.LessOrEqual(t, len(s.buf), history+bufferSize)
		assert.ErrorIs(t, s.Discard(1), io.ErrUnexpectedEOF)
		_, err := s.ReadByte()
		assert.ErrorIs(t, err, io.EOF)
		assert.NoError(t, s.failed())
	}
}

func TestStreamErrors(t *testing.T) {
	broken := errors.New("broken")
	s := newStream(io.MultiReader(bytes.NewReader(make([]byte, 10)), iotest.ErrReader(broken)), 100)
	p, err := s.Peek(20)
	assert.Len(t, p, 10)
	assert.ErrorIs(t, err, broken)
	assert.ErrorIs(t, s.Discard(11), broken)
	assert.ErrorIs(t, s.failed(), broken)
	assert.ErrorIs(t, newStream(lazy{}, 100).Discard(1), io.ErrNoProgress)
}

// lazy gives neither bytes nor an error.
type lazy struct{}

func (lazy) Read([]byte) (int, error) { return 0, nil }

func TestFind(t *testing.T) {
	for w := range 3 {
		for _, text := range []string{"__CL", "CCOB", "\x50\xed\x55\xba", "\x10\xff\x10\xad", "FPIH", "HIPK"} {
			for at := 0; at < 200; at++ {
				p := bytes.Repeat([]byte{byte(w * 0x41)}, 200+w)
				copy(p[at:], text)
				if want := len(p) &^ 7; at%8 == 0 && at+8 <= len(p) {
					assert.Equal(t, at, find(p), "%q at %d", text, at)
				} else {
					assert.Equal(t, want, find(p), "%q at %d", text, at)
				}
			}
		}
		for _, text := range []string{nameTable, kpackKey} {
			for at := 8; at < 100; at++ {
				p := bytes.Repeat([]byte{byte(w * 0x41)}, 200)
				copy(p[at:], text)
				i := find(p)
				assert.Less(t, i-at, 8, "%q at %d", text, at)
				assert.GreaterOrEqual(t, i, at)
			}
		}
	}
}
