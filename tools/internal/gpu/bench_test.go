package gpu

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkScan measures Scan over data without device code: what most of a
// wheel is. The figure to look at is MB/s; inflating gives a tenth of it.
func BenchmarkScan(b *testing.B) {
	const size = 64 << 20
	random := rand.New(rand.NewPCG(1, 2))
	code := make([]byte, size)
	for i := 0; i < size; i += 8 {
		binary.LittleEndian.PutUint64(code[i:], random.Uint64())
	}
	sparse := make([]byte, size)
	for i := 0; i < size; i += 64 {
		sparse[i] = byte(i>>6) | 1
	}
	for _, data := range []struct {
		name  string
		bytes []byte
	}{
		{"random", code},
		{"zeros", make([]byte, size)},
		{"sparse", sparse},
		{"text", bytes.Repeat([]byte("the quick brown fox; "), size/21)},
		{"library", append(append([]byte(nil), library(piece{name: ".text", data: code[:1<<20]})...), code...)},
	} {
		b.Run(data.name, func(b *testing.B) {
			b.SetBytes(int64(len(data.bytes)))
			for b.Loop() {
				_, err := Scan("m", int64(len(data.bytes)), bytes.NewReader(data.bytes), &Budget{})
				require.NoError(b, err)
			}
		})
	}
}
