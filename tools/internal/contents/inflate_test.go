package contents

import (
	"bufio"
	"bytes"
	"compress/flate"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
)

// FuzzInflater: the decoder takes exactly the deflate data, whatever follows,
// and reads what the standard library reads, also when it is used again.
func FuzzInflater(f *testing.F) {
	f.Add([]byte("some text, some text"), 9, []byte("after"))
	f.Add(noise(70000), 0, []byte{0, 0, 0xff, 0xff})
	f.Add(bytes.Repeat([]byte("a"), 100000), 6, bytes.Repeat([]byte{0}, 100))
	f.Add([]byte{}, -2, []byte{1})
	f.Fuzz(func(t *testing.T, data []byte, level int, after []byte) {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, max(-2, min(9, level)))
		require.NoError(t, err)
		_, err = w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		inflate := newInflater()
		for range 2 {
			src := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(b.Bytes()), bytes.NewReader(after)), 64)
			got, err := io.ReadAll(inflate(src))
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, got))
			rest, err := io.ReadAll(src)
			require.NoError(t, err)
			require.True(t, bytes.Equal(after, rest), "the decoder took %d bytes more", len(after)-len(rest))
		}
	})
}

// FuzzInflaterForeign: no deflate data is read otherwise than by the standard
// library.
func FuzzInflaterForeign(f *testing.F) {
	f.Add(ziptest.Deflate([]byte("some text, some text")))
	f.Add([]byte{0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		ours, theirs := bufio.NewReader(bytes.NewReader(data)), bufio.NewReader(bytes.NewReader(data))
		got, err := io.ReadAll(io.LimitReader(newInflater()(ours), 1<<20))
		want, errWant := io.ReadAll(io.LimitReader(flate.NewReader(theirs), 1<<20))
		require.Equal(t, errWant == nil, err == nil, "%v, %v", errWant, err)
		if err != nil || len(want) == 1<<20 {
			return
		}
		require.True(t, bytes.Equal(want, got))
		rest, err := io.ReadAll(ours)
		require.NoError(t, err)
		restWant, err := io.ReadAll(theirs)
		require.NoError(t, err)
		require.True(t, bytes.Equal(restWant, rest))
	})
}
