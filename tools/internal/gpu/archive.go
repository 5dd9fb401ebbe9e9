package gpu

import (
	"strconv"
	"strings"
)

// Static libraries (`.a`, `.lib`) are ar archives: object files one after the
// other, each at an even offset, so that the code in them is aligned to two
// bytes of the file only. Each is read as a file of its own.
const (
	arMagic  = "!<arch>\n"
	arHeader = 60
	arEnd    = "`\n"
)

// archive reads an ar archive.
func archive(sc *scanner, _ []byte) error {
	s := sc.s
	if err := s.Discard(int64(len(arMagic))); err != nil {
		return err
	}
	for s.Left() > 0 {
		p, err := s.Peek(arHeader)
		if err != nil {
			// A single line feed is padding.
			return nil
		}
		size, parseErr := strconv.ParseInt(strings.TrimRight(string(p[48:58]), " "), 10, 64)
		if parseErr != nil || string(p[58:60]) != arEnd || size < 0 || size > s.Left()-arHeader {
			// What follows is no archive; the search goes on in it.
			sc.search()
			sc.resolve(layout{})
			return nil
		}
		if err := s.Discard(arHeader); err != nil {
			return err
		}
		payload := &limited{s, size}
		member := &scanner{s: newStream(payload, size), budget: sc.budget, total: newFound(), nested: true}
		member.file()
		if failed := s.failed(); failed != nil {
			return failed
		}
		sc.total.add(member.total)
		sc.outside += member.outside
		sc.kpack = append(sc.kpack, member.kpack...)
		if err := s.Discard(payload.left); err != nil {
			return err
		}
		if s.Offset()%2 != 0 && s.Left() > 0 {
			if err := s.Discard(1); err != nil {
				return err
			}
		}
	}
	return nil
}
