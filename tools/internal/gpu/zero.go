package gpu

import "encoding/binary"

// pages notes the runs of zeros in p, the next bytes of the stream, that cover
// an aligned page. Sections whose code was taken out are made of such pages.
func (sc *scanner) pages(p []byte) {
	i := int(-sc.s.offset & (pageSize - 1))
	if n := len(sc.zeros); n > 0 && sc.zeros[n-1].end == sc.s.offset {
		run := leadingZeros(p)
		sc.zeros[n-1].end += int64(run)
		i = max(i, (run-i+pageSize-1)/pageSize*pageSize+i)
	}
	for ; i+wordSize <= len(p); i += pageSize {
		if binary.LittleEndian.Uint64(p[i:]) != 0 {
			continue
		}
		n := leadingZeros(p[i:])
		if n < pageSize && i+n < len(p) {
			continue
		}
		back := trailingZeros(p[:i])
		start := sc.s.offset + int64(i)
		if back == i {
			// The run may have begun before p; what precedes p is still there.
			back += trailingZeros(sc.s.behind(history))
		}
		sc.zero(span{start - int64(back), start + int64(n)})
		i += n &^ (pageSize - 1)
	}
}

// zerosAfter passes the zeros after a container, up to the word that ends
// them: it may be one looked for.
func (sc *scanner) zerosAfter() {
	start := sc.s.offset
	for {
		p := sc.s.buffered()
		n := leadingZeros(p)
		end := sc.s.offset + int64(n)
		if n == len(p) && n > 0 {
			sc.s.take(n)
			continue
		}
		sc.s.take(int(max(0, end&^(wordSize-1)-sc.s.offset)))
		sc.zero(span{start, end})
		return
	}
}

// zero adds a run of zeros, which may touch or cover the last one.
func (sc *scanner) zero(s span) {
	if s.start >= s.end {
		return
	}
	if n := len(sc.zeros); n > 0 && s.start <= sc.zeros[n-1].end {
		last := &sc.zeros[n-1]
		last.start, last.end = min(last.start, s.start), max(last.end, s.end)
		return
	}
	if len(sc.zeros) < maxSpans {
		sc.zeros = append(sc.zeros, s)
	}
}

func leadingZeros(p []byte) int {
	i := 0
	for ; i+wordSize <= len(p) && binary.LittleEndian.Uint64(p[i:]) == 0; i += wordSize {
	}
	for ; i < len(p) && p[i] == 0; i++ {
	}
	return i
}

func trailingZeros(p []byte) int {
	i := len(p)
	for ; i >= wordSize && binary.LittleEndian.Uint64(p[i-wordSize:]) == 0; i -= wordSize {
	}
	for ; i > 0 && p[i-1] == 0; i-- {
	}
	return len(p) - i
}
