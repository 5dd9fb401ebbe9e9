package entry_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
)

func TestDigest(t *testing.T) {
	for _, n := range []int{0, 1, 1<<19 - 1, 1 << 19, 1<<19 + 1, 1 << 20, 5<<19 + 77} {
		data := bytes.Repeat([]byte("0123456789abcdef!"), n/17+1)[:n]
		want := sha256.Sum256(data)
		size, digest, err := Digest(iotest.HalfReader(bytes.NewReader(data)))
		require.NoError(t, err)
		assert.EqualValues(t, n, size)
		assert.Equal(t, hex.EncodeToString(want[:]), digest)
	}
}

func TestDigestReturnsTheErrorOfTheFile(t *testing.T) {
	broken := errors.New("broken disk")
	for _, n := range []int{0, 1, 1 << 19, 3 << 20} {
		_, _, err := Digest(io.MultiReader(bytes.NewReader(make([]byte, n)), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken)
	}
}

// TestDigestMemory: two buffers, however large the file.
func TestDigestMemory(t *testing.T) {
	allocated := testing.AllocsPerRun(1, func() {
		_, _, err := Digest(io.LimitReader(zeros{}, 64<<20))
		require.NoError(t, err)
	})
	assert.Less(t, allocated, 50.0)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// BenchmarkDigest and BenchmarkSHA256 read one file of 256 MiB; the second is
// what crypto/sha256 alone does on it, the bytes being in memory.
func BenchmarkDigest(b *testing.B) {
	path := file(b)
	b.SetBytes(benchmarkSize)
	for b.Loop() {
		f, err := os.Open(path)
		require.NoError(b, err)
		_, _, err = Digest(f)
		require.NoError(b, err)
		require.NoError(b, f.Close())
	}
}

func BenchmarkSHA256(b *testing.B) {
	data, err := os.ReadFile(file(b))
	require.NoError(b, err)
	b.SetBytes(benchmarkSize)
	for b.Loop() {
		sha256.Sum256(data)
	}
}

func BenchmarkSHA256Copy(b *testing.B) {
	path := file(b)
	b.SetBytes(benchmarkSize)
	for b.Loop() {
		f, err := os.Open(path)
		require.NoError(b, err)
		_, err = io.Copy(sha256.New(), f)
		require.NoError(b, err)
		require.NoError(b, f.Close())
	}
}

const benchmarkSize = 256 << 20

func file(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "file")
	f, err := os.Create(path)
	require.NoError(b, err)
	_, err = io.CopyN(f, zeros{}, benchmarkSize)
	require.NoError(b, err)
	require.NoError(b, f.Close())
	return path
}
