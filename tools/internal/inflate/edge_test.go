package inflate

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// lengthsWith are the lengths of some codes among n symbols.
func lengthsWith(n int, some map[int]uint8) []uint8 {
	lengths := make([]uint8, n)
	for symbol, length := range some {
		lengths[symbol] = length
	}
	return lengths
}

// ones are codes of one bit for two symbols.
func ones(n, x, y int) []uint8 { return lengthsWith(n, map[int]uint8{x: 1, y: 1}) }

// dynamic writes a block with such codes and what symbols writes.
func dynamic(w *bitWriter, literals, distances []uint8, symbols func(l, d encoder)) {
	w.header(true, 2)
	w.codes(literals, distances, true)
	symbols(encoderOf(literals), encoderOf(distances))
}

// The edges of the format, each as compress/flate takes it.
func TestEdges(t *testing.T) {
	noise := bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyz!"), 5000)
	fixedL, fixedD := fixedEncoders()
	corrupt, cut, end := "corrupt", "cut", "end"
	l := lengthsWith(286, map[int]uint8{'x': 2, 'y': 2, 256: 2, 285: 3, 284: 3})
	d := lengthsWith(30, map[int]uint8{0: 1, 28: 2, 29: 2})
	for name, c := range map[string]struct {
		make   func(w *bitWriter)
		result string
		size   int
	}{
		"nothing":      {func(*bitWriter) {}, cut, 0},
		"kind 3":       {func(w *bitWriter) { w.header(true, 3) }, corrupt, 0},
		"kind 3 later": {func(w *bitWriter) { w.stored(false, noise[:9]); w.header(true, 3) }, corrupt, 9},

		"stored 0":            {func(w *bitWriter) { w.stored(true, nil) }, end, 0},
		"stored 0 in between": {func(w *bitWriter) { w.stored(false, noise[:5]); w.stored(false, nil); w.stored(true, noise[:5]) }, end, 10},
		"stored 65535":        {func(w *bitWriter) { w.stored(true, noise[:65535]) }, end, 65535},
		"stored, many": {func(w *bitWriter) {
			for range 9 {
				w.stored(false, noise[:65535])
			}
			w.stored(true, noise[:1])
		}, end, 9*65535 + 1},
		"stored, complement": {func(w *bitWriter) { w.stored(true, noise[:9]); w.data[3] ^= 1 }, corrupt, 0},
		"stored, cut":        {func(w *bitWriter) { w.stored(true, noise[:9]); w.data = w.data[:10] }, cut, 5},
		"stored, cut length": {func(w *bitWriter) { w.stored(true, noise[:9]); w.data = w.data[:4] }, cut, 0},

		"fixed, empty": {func(w *bitWriter) { w.header(true, 1); fixedL.write(w, 256) }, end, 0},
		"fixed, every literal": {func(w *bitWriter) {
			w.header(true, 1)
			for i := range 256 {
				fixedL.write(w, i)
			}
			fixedL.write(w, 256)
		}, end, 256},
		"fixed, 286": {func(w *bitWriter) { w.header(true, 1); fixedL.write(w, 286); w.write(0, 64) }, corrupt, 0},
		"fixed, 287": {func(w *bitWriter) { w.header(true, 1); fixedL.write(w, 287); w.write(0, 300) }, corrupt, 0},
		"fixed, distance 30": {func(w *bitWriter) {
			w.header(true, 1)
			fixedL.write(w, 'a')
			match(w, fixedL, fixedD, 257, 30, 0)
			w.write(0, 300)
		}, corrupt, 1},
		"fixed, distance 31": {func(w *bitWriter) { w.header(true, 1); fixedL.write(w, 'a'); match(w, fixedL, fixedD, 257, 31, 0) }, corrupt, 1},
		"too far by one": {func(w *bitWriter) {
			w.header(true, 1)
			fixedL.write(w, 'a')
			match(w, fixedL, fixedD, 257, 1, 0)
			w.write(0, 300)
		}, corrupt, 1},
		"too far at once": {func(w *bitWriter) { w.header(true, 1); match(w, fixedL, fixedD, 257, 0, 0); w.write(0, 300) }, corrupt, 0},
		"284 with 31 is 258 too": {func(w *bitWriter) {
			w.header(true, 1)
			fixedL.write(w, 'a')
			match(w, fixedL, fixedD, 284, 0, 31)
			fixedL.write(w, 256)
		}, end, 259},

		"distance 32768": {func(w *bitWriter) {
			w.stored(false, noise[:32768])
			dynamic(w, l, d, func(l, d encoder) {
				for range 2000 {
					match(w, l, d, 285, 29, 1<<63-1)
				}
				l.write(w, 256)
			})
		}, end, 32768 + 2000*258},
		"distance 32768 of 32767": {func(w *bitWriter) {
			w.stored(false, noise[:32767])
			dynamic(w, l, d, func(l, d encoder) { match(w, l, d, 285, 29, 1<<63-1); w.write(0, 300) })
		}, corrupt, 32767},
		"distance 1, over all pieces": {func(w *bitWriter) {
			dynamic(w, l, d, func(l, d encoder) {
				l.write(w, 'x')
				for i := range 4000 {
					match(w, l, d, 285, 0, 0)
					for range i % 5 {
						l.write(w, 'y')
					}
				}
				l.write(w, 256)
			})
		}, end, 1 + 4000*258 + 8000},

		"no distance code, none used": {func(w *bitWriter) {
			dynamic(w, ones(257, 'x', 256), make([]uint8, 1), func(l, _ encoder) { l.write(w, 'x'); l.write(w, 256) })
		}, end, 1},
		"no distance code, one used": {func(w *bitWriter) {
			dynamic(w, lengthsWith(258, map[int]uint8{'x': 1, 256: 2, 257: 2}), make([]uint8, 1), func(l, _ encoder) { l.write(w, 'x'); l.write(w, 257); w.write(0, 300) })
		}, corrupt, 1},
		"one distance code": {func(w *bitWriter) {
			dynamic(w, lengthsWith(258, map[int]uint8{'x': 1, 256: 2, 257: 2}), lengthsWith(1, map[int]uint8{0: 1}), func(l, d encoder) {
				l.write(w, 'x')
				for range 100 {
					match(w, l, d, 257, 0, 0)
				}
				l.write(w, 256)
			})
		}, end, 301},
		"one distance code, the other bit": {func(w *bitWriter) {
			dynamic(w, lengthsWith(258, map[int]uint8{'x': 1, 256: 2, 257: 2}), lengthsWith(1, map[int]uint8{0: 1}), func(l, d encoder) {
				l.write(w, 'x')
				l.write(w, 257)
				w.write(^uint64(0), 64)
				w.write(0, 300)
			})
		}, corrupt, 1},
		"one distance code of two bits": {func(w *bitWriter) {
			dynamic(w, ones(257, 'x', 256), lengthsWith(1, map[int]uint8{0: 2}), func(encoder, encoder) { w.write(0, 300) })
		}, corrupt, 0},
		"only the end": {func(w *bitWriter) {
			dynamic(w, lengthsWith(257, map[int]uint8{256: 1}), make([]uint8, 1), func(l, _ encoder) { l.write(w, 256) })
		}, end, 0},
		"only the end, the other bit": {func(w *bitWriter) {
			dynamic(w, lengthsWith(257, map[int]uint8{256: 1}), make([]uint8, 1), func(encoder, encoder) { w.write(1, 1); w.write(0, 300) })
		}, corrupt, 0},
		"no literal code": {func(w *bitWriter) {
			dynamic(w, make([]uint8, 257), make([]uint8, 1), func(encoder, encoder) { w.write(0, 300) })
		}, corrupt, 0},
		"no end": {func(w *bitWriter) {
			dynamic(w, ones(257, 'x', 'y'), make([]uint8, 1), func(encoder, encoder) { w.write(0, 300) })
		}, cut, 302},
		"over-subscribed": {func(w *bitWriter) {
			dynamic(w, lengthsWith(257, map[int]uint8{'x': 1, 'y': 1, 256: 1}), make([]uint8, 1), func(encoder, encoder) { w.write(0, 300) })
		}, corrupt, 0},
		"incomplete": {func(w *bitWriter) {
			dynamic(w, lengthsWith(257, map[int]uint8{'x': 2, 'y': 2, 256: 2}), make([]uint8, 1), func(encoder, encoder) { w.write(0, 300) })
		}, corrupt, 0},
		"distances over-subscribed": {func(w *bitWriter) {
			dynamic(w, ones(257, 'x', 256), []uint8{1, 1, 1}, func(encoder, encoder) { w.write(0, 300) })
		}, corrupt, 0},
		"287 literals": {func(w *bitWriter) {
			dynamic(w, ones(287, 'x', 256), make([]uint8, 1), func(l, _ encoder) { l.write(w, 256) })
		}, corrupt, 0},
		"31 distances": {func(w *bitWriter) {
			dynamic(w, ones(257, 'x', 256), ones(31, 0, 1), func(l, _ encoder) { l.write(w, 256) })
		}, corrupt, 0},
		"all of 15 bits": {func(w *bitWriter) {
			long := lengthsWith(257, map[int]uint8{256: 15, 255: 15})
			for i := range uint8(14) {
				long[i] = i + 1
			}
			dynamic(w, long, make([]uint8, 1), func(l, _ encoder) {
				for i := range 5000 {
					l.write(w, []int{255, i % 14}[i&1])
				}
				l.write(w, 256)
			})
		}, end, 5000},
		"repetition of nothing": {func(w *bitWriter) {
			w.header(true, 2)
			w.write(0, 5+5)
			w.write(0, 4)       // lengths of 16, 17, 18 and 0
			w.write(1|1<<3, 12) // 16 and 17 have one bit
			w.write(0, 300)     // 16
		}, corrupt, 0},
		"repetition beyond the end": {func(w *bitWriter) {
			w.header(true, 2)
			w.write(0, 5+5)
			w.write(0, 4)
			w.write(1<<3|1<<6, 12) // 17 and 18
			w.write(^uint64(0), 64)
			w.write(0, 300)
		}, corrupt, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var w bitWriter
			c.make(&w)
			o := equality{again(), 4 << 20}.require(t, w.data)
			switch c.result {
			case end:
				require.Equal(t, io.EOF, o.err)
			case cut:
				require.Equal(t, io.ErrUnexpectedEOF, o.err)
			default:
				require.IsType(t, flate.CorruptInputError(0), o.err)
			}
			require.Len(t, o.output, c.size)
			if c.result == end {
				equality{again(), 4 << 20}.require(t, append(w.data, make([]byte, 400)...))
			}
		})
	}
}

// Matches of every length and distance where words overlap, and of the farthest
// distances, at every place relative to the buffer's end.
func TestMatches(t *testing.T) {
	l, d := fixedEncoders()
	var w bitWriter
	for i := range 3 {
		w.stored(false, bytes.Repeat([]byte{byte(i), 2, 3, 5, 7, 11, 13}, 9000))
	}
	w.header(true, 1)
	for distance := range 30 {
		for length := 257; length <= 285; length++ {
			for extra := range uint64(34) {
				l.write(&w, int(extra))
				match(&w, l, d, length, distance, extra<<2|extra*2654435761<<8)
			}
		}
	}
	l.write(&w, 256)
	w.write(0, 400)
	o := equality{again(), 8 << 20}.require(t, w.data)
	require.Equal(t, io.EOF, o.err)
	require.Greater(t, len(o.output), 6*bufferSize)
}

// The codes and extra bits that take most, one after another: what the fast
// loop holds and reads ahead is enough for the worst.
func TestLongestCodes(t *testing.T) {
	literals, distances := make([]uint8, 286), make([]uint8, 30)
	for i, symbol := range []int{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 284, 283, 282, 256} {
		literals[symbol] = uint8(i + 1)
	}
	literals[285] = 15
	for i := range 15 {
		distances[15+i] = uint8(i + 1)
	}
	distances[14] = 15
	l, d := encoderOf(literals), encoderOf(distances)
	r := rand.New(rand.NewPCG(1951, 1))
	noise := make([]byte, window)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for range 40 {
		var w bitWriter
		w.stored(false, noise)
		dynamic(&w, literals, distances, func(encoder, encoder) {
			for range 3000 {
				for range r.IntN(4) {
					l.write(&w, 'k'-r.IntN(r.IntN(11)+1))
				}
				match(&w, l, d, 282+r.IntN(4), 29-r.IntN(r.IntN(3)+1), r.Uint64()>>r.IntN(64))
			}
			l.write(&w, 256)
		})
		require.Equal(t, io.EOF, equality{again(), 4 << 20}.requireIn(t, w.data, atOnce).err)
	}
}

// Turns that need most of the room that is left for them begin at every place
// around the last one where a turn begins.
func TestRoomAtTheEnd(t *testing.T) {
	l, d := fixedEncoders()
	const turn = 2 + longest
	for begin := full%turn + turn - 20; begin <= full%turn+turn+20; begin++ {
		var w bitWriter
		w.stored(false, bytes.Repeat([]byte("pi=3.14159265"), 50)[:begin])
		w.header(true, 1)
		for range 2*bufferSize/turn + 1 {
			l.write(&w, 'x')
			l.write(&w, 'y')
			match(&w, l, d, 285, 13, 1<<10) // 97 to 128 back
		}
		l.write(&w, 256)
		require.Equal(t, io.EOF, equality{again(), 4 << 20}.requireIn(t, w.data, atOnce).err)
	}
}
