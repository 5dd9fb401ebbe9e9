package gpu

import (
	"fmt"

	"github.com/tinylib/msgp/msgp"
)

// maxReference bounds a kpack reference, which holds two names.
const maxReference = excerptSize

// keepReference arranges that the kpack reference of a PE file is kept: its
// place is known from the beginning.
func (sc *scanner) keepReference(l layout) {
	for _, section := range l.sections {
		if section.kind != reference || section.end-section.start > maxReference {
			continue
		}
		at, want := int64(0), section.span
		kept := &excerpt{start: want.start}
		sc.marker = kept
		// What the stream has read already, it shows no tap.
		see := func(p []byte) {
			from, to := max(want.start-at, 0), min(want.end-at, int64(len(p)))
			if from < to {
				kept.bytes = append(kept.bytes, p[from:to]...)
			}
			at += int64(len(p))
		}
		see(sc.s.buf[sc.s.start:sc.s.end])
		sc.s.tap = see
		return
	}
}

// references reads the kpack references and holds the wrappers against what
// they say.
func (sc *scanner) references(l layout, code bool) {
	excerpts := append(sc.refs, sc.names...)
	if sc.marker != nil {
		excerpts = append(excerpts, *sc.marker)
	}
	hipf, hipk := 0, 0
	for _, section := range l.sections {
		switch section.kind {
		case wrapper:
			hipf += countIn(sc.hipf, section.span)
			hipk += countIn(sc.hipk, section.span)
		case reference:
			sc.reference(section, excerpts)
		}
	}
	if l.object {
		return
	}
	if hipf > 0 && !code {
		sc.total.defect(CodeMissing, fmt.Sprintf("%d registrations of device code, and none in the file", hipf), "")
	}
	if hipk > 0 && len(sc.kpack) == 0 {
		sc.total.defect(CodeMissing, fmt.Sprintf("%d registrations of device code in a kpack archive, and no reference to one", hipk), "")
	}
}

func countIn(offsets []int64, s span) (n int) {
	for _, o := range offsets {
		if o >= s.start && o < s.end {
			n++
		}
	}
	return n
}

func (sc *scanner) reference(s section, excerpts []excerpt) {
	for _, x := range excerpts {
		p := x.at(s.span)
		if p == nil {
			continue
		}
		ref, err := parseReference(p)
		if err != nil {
			sc.total.failed(err, fmt.Sprintf(", in %s", s))
			return
		}
		sc.kpack = append(sc.kpack, ref)
		return
	}
	sc.total.defect(CodeDamaged, fmt.Sprintf("a kpack reference of %d bytes in %s", s.end-s.start, s), "MessagePack of a kernel name and search paths")
}

// parseReference reads the MessagePack map {kernel_name, kpack_search_paths}
// that rocm-kpack puts into a library.
func parseReference(p []byte) (ref KpackRef, err error) {
	broken := func(err error) (KpackRef, error) {
		return KpackRef{}, bad(CodeDamaged, "a kpack reference: %v", err)
	}
	n, p, err := msgp.ReadMapHeaderBytes(p)
	if err != nil {
		return broken(err)
	}
	for range n {
		var key string
		if key, p, err = msgp.ReadStringBytes(p); err != nil {
			return broken(err)
		}
		switch key {
		case "kernel_name":
			ref.KernelName, p, err = msgp.ReadStringBytes(p)
		case "kpack_search_paths":
			ref.SearchPaths, p, err = readStrings(p)
		default:
			p, err = skipValue(p, maxDepth)
		}
		if err != nil {
			return broken(err)
		}
	}
	if ref.KernelName == "" || len(ref.SearchPaths) == 0 {
		return broken(fmt.Errorf("kernel name %q, %d search paths", ref.KernelName, len(ref.SearchPaths)))
	}
	return ref, nil
}
