package gpu

import "bytes"

// surrounded says whether the stream stands inside the text, no further than
// one word behind its beginning.
func (sc *scanner) surrounded(text string) bool {
	before := len(sc.s.behind(wordSize - 1))
	after, _ := sc.s.Peek(len(text))
	// Both lie in one buffer, one after the other.
	return bytes.Contains(sc.s.buf[sc.s.start-before:sc.s.start+len(after)], []byte(text))
}

// excerpt keeps the bytes around where the stream stands, and of many such
// pieces the last: the tables looked for come late in a file.
func (sc *scanner) excerpt(list []excerpt) []excerpt {
	if n := len(list); n > 0 && sc.s.offset+history <= list[n-1].start+int64(len(list[n-1].bytes)) {
		// It lies well inside the last one: a file may be full of them.
		return list
	}
	before := sc.s.behind(history)
	after, _ := sc.s.Peek(excerptSize)
	x := excerpt{sc.s.offset - int64(len(before)), append(append(make([]byte, 0, len(before)+len(after)), before...), after...)}
	if len(list) == maxExcerpts {
		list = append(list[:0], list[1:]...)
	}
	return append(list, x)
}
