package gpu

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	// maxCandidates bounds the containers of one file, maxSpans its runs of
	// zeros and its wrappers.
	maxCandidates = 1 << 17
	maxSpans      = 1 << 16
	// maxExcerpts is how many pieces of a file are kept for their text.
	maxExcerpts = 8
	excerptSize = 16 << 10
	// pageSize is the alignment at which runs of zeros are looked for.
	pageSize = 512
)

// Scan reads one member to its end and reports the device code in it. r gives
// the member's size bytes in order. The error is r's own; what is wrong with
// the bytes is in File.Defects, what cannot be read safely in File.Faults.
func Scan(name string, size int64, r io.Reader, budget *Budget) (File, error) {
	sc := &scanner{s: newStream(r, size), budget: budget, total: newFound()}
	sc.file()
	// The source's own checks come at its end.
	for len(sc.s.buffered()) > 0 {
		sc.s.take(len(sc.s.buffered()))
	}
	if err := sc.s.failed(); err != nil {
		return File{}, err
	}
	return sc.result(name), nil
}

// scanner is the state of one Scan.
type scanner struct {
	s      *stream
	budget *Budget
	total  *found
	// nested says that the file is a member of an ar archive.
	nested bool
	kpack  []KpackRef
	// outside counts objects outside device sections.
	outside int64

	candidates []candidate
	failures   []failure
	// zeros are runs of zeros next to candidates and of 512 bytes and more.
	zeros []span
	// hipf and hipk are where the magics of wrappers stand.
	hipf, hipk []int64
	// names and refs are excerpts around section names and kpack references.
	names, refs []excerpt
	// marker is the kpack reference of a PE file.
	marker *excerpt
}

// file finds out what the file is and reads it.
func (sc *scanner) file() {
	p, err := sc.s.Peek(peKept)
	if err != nil && sc.s.failed() != nil {
		return
	}
	if own, ok := container(p, sc.nested); ok {
		sc.own(own, p)
		return
	}
	var l layout
	if e := newELF(p, sc.s.size); e != nil {
		e.see(sc.s.buf[sc.s.start:sc.s.end])
		sc.s.tap = e.see
		sc.search()
		l = e.layout(sc.names)
		sc.names = append(sc.names, e.kept)
	} else {
		if beginsContainer(p) {
			// The file is a container, or several one after the other.
			l = layout{sections: []section{{span: span{0, sc.s.size}, name: "of its own", kind: device}}}
		} else {
			l, _ = readPE(p, sc.s.size)
		}
		sc.keepReference(l)
		sc.search()
	}
	if sc.s.failed() == nil {
		sc.resolve(l)
	}
}

// search goes through the bytes up to the end and parses what stands at
// magics.
func (sc *scanner) search() {
	s := sc.s
	for len(sc.candidates) < maxCandidates {
		p := s.buffered()
		if ahead := int(-s.offset & (wordSize - 1)); ahead > 0 {
			p = p[:min(len(p), ahead)]
			s.take(len(p))
			if len(p) > 0 {
				continue
			}
		}
		if len(p) < wordSize {
			if p, _ = s.Peek(wordSize); len(p) < wordSize {
				s.take(len(p))
				return
			}
			p = s.buffered()
		}
		n := find(p)
		sc.pages(p[:n])
		s.take(n)
		if len(p)-n >= wordSize {
			sc.at(binary.LittleEndian.Uint32(p[n:]))
		}
		if s.failed() != nil {
			return
		}
	}
	sc.total.fault("a file with more than %d device code containers", maxCandidates)
}

// at looks at what stands at a word that find found.
func (sc *scanner) at(word uint32) {
	s := sc.s
	start, padding := s.offset, int64(trailingZeros(s.behind(history)))
	f := newFound()
	var err error
	switch word {
	case wordBundle:
		err = bundle(s, f)
	case wordCCOB:
		err = compressed(s, f, sc.budget)
	case wordFatbin:
		err = fatbin(s, f, sc.budget)
	case wordOffload:
		err = offload(s, f, sc.budget)
	default:
		sc.note(word)
		s.take(wordSize)
		return
	}
	if s.failed() != nil {
		return
	}
	var m *malformed
	if errors.As(err, &m) && m.class == TooLarge {
		sc.total.fault("%s", m.reason)
	}
	if s.offset == start && err != nil {
		if len(sc.failures) < maxSpans {
			sc.failures = append(sc.failures, failure{start, err})
		}
		s.take(wordSize)
		return
	}
	sc.zero(span{start - padding, start})
	sc.candidate(candidate{span{start, s.offset}, f, err})
	sc.zerosAfter()
}

// candidate keeps what was found. Of neighbours that prove the same, one is
// kept: thousands of them are one library's parts.
func (sc *scanner) candidate(c candidate) {
	if n := len(sc.candidates); n > 0 && c.err == nil {
		if last := &sc.candidates[n-1]; last.err == nil && last.end == c.start && last.proof.same(c.proof) {
			last.end = c.end
			last.proof.objects += c.proof.objects
			return
		}
	}
	sc.candidates = append(sc.candidates, c)
}

// note keeps what is of use where a word begins no container.
func (sc *scanner) note(word uint32) {
	s := sc.s
	switch word {
	case wordHIPF, wordHIPK:
		p, _ := s.Peek(wordSize)
		if len(p) < wordSize || binary.LittleEndian.Uint32(p[4:]) != 1 {
			return
		}
		list := &sc.hipf
		if word == wordHIPK {
			list = &sc.hipk
		}
		if len(*list) < maxSpans {
			*list = append(*list, s.offset)
		}
	default:
		if sc.surrounded(nameTable) {
			sc.names = sc.excerpt(sc.names)
		} else if sc.surrounded(kpackKey) {
			sc.refs = sc.excerpt(sc.refs)
		}
	}
}
