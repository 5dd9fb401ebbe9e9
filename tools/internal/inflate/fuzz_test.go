package inflate

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzInflate holds the decoder against compress/flate: on the data as they
// are, or on a stream that is made of them, since chance alone seldom writes a
// code that is right.
func FuzzInflate(f *testing.F) {
	for _, s := range recorded(f) {
		if len(s.data) < 8<<10 {
			f.Add(s.data, false)
			f.Add(s.data[:len(s.data)*2/3], false)
		}
	}
	for i := range uint64(64) {
		seed := binary.LittleEndian.AppendUint64(nil, i*0x9e3779b97f4a7c15)
		f.Add(seed, true)
		f.Add(made(seed), false)
	}
	e := equality{again(), 400 << 10}
	f.Fuzz(func(t *testing.T, data []byte, make bool) {
		if make {
			data = made(data)
		}
		ways := []way{atOnce}
		if len(data) < 1<<10 {
			ways = append(ways, inSingleBytes)
		}
		e.requireIn(t, data, ways...)
	})
}

// TestMade holds the decoder against compress/flate on many made streams, and
// that these are of all sorts.
func TestMade(t *testing.T) {
	e := equality{again(), 8 << 20}
	whole, damaged, cut := 0, 0, 0
	for i := range uint64(3000) {
		seed := binary.LittleEndian.AppendUint64(nil, (i+1)*0x9e3779b97f4a7c15)
		seed = binary.LittleEndian.AppendUint64(seed, (i+1)*0xd1342543de82ef95)
		switch o := e.require(t, made(seed)); {
		case o.err == nil:
			t.Fatal("too much output")
		case o.err.Error() == "EOF":
			whole++
		case o.err.Error() == "unexpected EOF":
			cut++
		default:
			damaged++
		}
	}
	require.Greater(t, min(whole, damaged, cut), 300, "%d whole, %d damaged, %d cut", whole, damaged, cut)
	t.Logf("%d whole, %d damaged, %d cut", whole, damaged, cut)
}
