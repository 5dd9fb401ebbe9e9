package inflate

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	klauspost "github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recording is what an encoder made of testdata/plain; testdata/record.py made
// them.
type recording struct {
	name string
	data []byte
}

func recorded(t testing.TB) (all []recording) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.deflate")
	require.NoError(t, err)
	require.Greater(t, len(files), 20)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		all = append(all, recording{strings.TrimSuffix(filepath.Base(file), ".deflate"), data})
	}
	return all
}

func plain(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/plain")
	require.NoError(t, err)
	return data
}

// What zlib, zopfli, libdeflate and igzip made is read as compress/flate reads
// it: whole, with other bytes after it, cut, and damaged.
func TestRecorded(t *testing.T) {
	want := plain(t)
	e := equality{again(), 1 << 20}
	for _, s := range recorded(t) {
		t.Run(s.name, func(t *testing.T) {
			after := bytes.Repeat([]byte("after"), 10)
			o := e.require(t, append(bytes.Clone(s.data), after...))
			require.Equal(t, io.EOF, o.err)
			require.True(t, bytes.Equal(want, o.output))
			require.Equal(t, after, o.rest)
			for n := 0; n < len(s.data); n += 1 + len(s.data)/50 {
				require.Equal(t, io.ErrUnexpectedEOF, e.require(t, s.data[:n]).err)
			}
			require.Equal(t, io.ErrUnexpectedEOF, e.require(t, s.data[:len(s.data)-1]).err)
			r := rand.New(rand.NewPCG(1951, 0))
			for range 50 {
				damaged := bytes.Clone(s.data)
				damaged[r.IntN(len(damaged))] ^= 1 << r.IntN(8)
				e.require(t, damaged)
			}
		})
	}
}

// Go's encoders, at every level, on data of several sorts and sizes.
func TestEncoders(t *testing.T) {
	noise := make([]byte, 300<<10)
	_, err := rand.NewChaCha8([32]byte{}).Read(noise)
	require.NoError(t, err)
	inputs := map[string][]byte{
		"nothing": {}, "one byte": {7}, "noise": noise, "zeros": make([]byte, 1<<20),
		"65535": noise[:65535], "65536": noise[:65536], "plain": plain(t),
		"repeats of 32768":  bytes.Repeat(noise[:32768], 10),
		"repeats of 32769":  bytes.Repeat(noise[:32769], 10),
		"repeats of 257":    bytes.Repeat(noise[:257], 1200),
		"plain many times":  bytes.Repeat(plain(t), 7),
		"sparse noise":      sparse(noise),
		"letters by chance": letters(noise),
	}
	encoders := map[string]func(io.Writer, int) (io.WriteCloser, error){
		"standard":  func(w io.Writer, level int) (io.WriteCloser, error) { return flate.NewWriter(w, level) },
		"klauspost": func(w io.Writer, level int) (io.WriteCloser, error) { return klauspost.NewWriter(w, level) },
	}
	e := equality{again(), 2 << 20}
	for name, encoder := range encoders {
		for level := -2; level <= 9; level++ {
			t.Run(fmt.Sprintf("%s %d", name, level), func(t *testing.T) {
				for name, input := range inputs {
					var b bytes.Buffer
					w, err := encoder(&b, level)
					require.NoError(t, err)
					_, err = w.Write(input)
					require.NoError(t, err)
					require.NoError(t, w.Close())
					ways := everyWay
					if len(input) > 100<<10 {
						ways = []way{atOnce, inPieces}
					}
					o := e.requireIn(t, b.Bytes(), ways...)
					assert.Equal(t, io.EOF, o.err, name)
					assert.True(t, bytes.Equal(input, o.output), name)
					assert.Empty(t, o.rest, name)
				}
			})
		}
	}
}

// sparse is mostly zeros.
func sparse(noise []byte) []byte {
	b := make([]byte, len(noise))
	for i := 0; i < len(b); i += 3 + int(noise[i]) {
		b[i] = noise[i]
	}
	return b
}

// letters has few letters, so that codes are short and matches overlap.
func letters(noise []byte) []byte {
	b := make([]byte, len(noise))
	for i := range b {
		b[i] = "aab"[noise[i]%3]
	}
	return b
}
