package gpu

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// failed notes an error of a reader as the defect or the fault that it is.
func (f *found) failed(err error, where string) {
	class, reason := CodeDamaged, err.Error()
	var m *malformed
	if errors.As(err, &m) {
		class = m.class
	}
	if class == TooLarge {
		// Not where: one bound, one fault.
		f.fault("%s", reason)
		return
	}
	f.defect(class, reason+where, "")
}

// resolve decides by the section table which of the candidates lie where the
// loaders look, and what of the device sections nothing accounts for.
func (sc *scanner) resolve(l layout) {
	bundles := false
	for _, c := range sc.candidates {
		inside, touches := l.place(c.span)
		switch {
		case c.err != nil && !touches && !sc.cutShort(c.err, l):
			// Data that looks like a container for a while.
			continue
		case c.err != nil:
			sc.total.failed(c.err, at(c.start))
		case !inside && touches:
			sc.total.defect(SectionDamaged, fmt.Sprintf("a container from %d to %d", c.start, c.end), "one that ends where its section does")
		case !inside && c.proof.none():
			continue
		}
		sc.total.add(c.proof)
		if bundles = bundles || c.proof.objects > 0; !inside {
			sc.outside += c.proof.objects
		}
	}
	for _, f := range sc.failures {
		if l.err != nil && sc.cutShort(f.err, l) {
			sc.total.failed(f.err, at(f.start))
		}
	}
	if l.err != nil && (l.lost || len(sc.candidates) > 0 || len(l.sections) > 0) {
		sc.total.defect(SectionDamaged, l.err.Error(), "")
	}
	sc.cover(l)
	sc.references(l, bundles)
}

func at(offset int64) string { return fmt.Sprintf(", at %d", offset) }

// cutShort says whether a container ends too early in a file that itself seems
// to.
func (sc *scanner) cutShort(err error, l layout) bool {
	var m *malformed
	return l.err != nil && errors.As(err, &m) && m.class == CodeTruncated
}

// place says whether a span lies in one device section, and whether it touches
// any.
func (l layout) place(s span) (inside, touches bool) {
	for _, section := range l.sections {
		if section.kind == device && section.overlaps(s) {
			return s.within(section.span), true
		}
	}
	return false, false
}

// cover reports the bytes of device sections that no candidate accounts for
// and that are not zero.
func (sc *scanner) cover(l layout) {
	for _, section := range l.sections {
		if section.kind != device || section.cut && len(sc.hipk) > 0 {
			// What rocm-kpack could not cut out of a section is rest, not code.
			continue
		}
		for _, gap := range uncovered(section.span, sc.candidates, sc.zeros) {
			sc.gap(section, gap)
		}
	}
}

// gap reports one such part by what failed in it.
func (sc *scanner) gap(s section, gap span) {
	explained := false
	i, _ := slices.BinarySearchFunc(sc.failures, gap.start, func(f failure, start int64) int { return cmp.Compare(f.start, start) })
	for _, f := range sc.failures[i:] {
		if f.start >= gap.end {
			break
		}
		if m := (*malformed)(nil); f.start == gap.start || errors.As(f.err, &m) && m.class != CodeDamaged {
			sc.total.failed(f.err, fmt.Sprintf(", at %d in %s", f.start, s))
			explained = explained || f.start == gap.start
		}
	}
	if !explained {
		sc.total.defect(SectionDamaged, fmt.Sprintf("%d bytes at %d in %s", gap.end-gap.start, gap.start, s), "a container, or zeros")
	}
}

// result is what Scan reports.
func (sc *scanner) result(name string) File {
	f := sc.total
	for i := range f.faults {
		f.faults[i] = f.faults[i].In(name)
	}
	return File{
		ROCm: sorted(f.rocm), CUDA: sorted(f.cuda), PTX: sorted(f.ptx),
		Objects: f.objects, Outside: sc.outside,
		Unknown: sorted(f.unknown), Kpack: sc.kpack,
		Defects: f.defects, Faults: f.faults,
	}
}
