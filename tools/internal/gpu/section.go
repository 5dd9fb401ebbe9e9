package gpu

import (
	"fmt"
	"slices"
)

// span is a range of a file's bytes.
type span struct{ start, end int64 }

func (a span) within(b span) bool   { return a.start >= b.start && a.end <= b.end }
func (a span) overlaps(b span) bool { return a.start < b.end && b.start < a.end }

// sectionKind is what a section is to the loaders of device code.
type sectionKind int

const (
	other sectionKind = iota
	// device sections hold containers and nothing else.
	device
	// wrappers point at containers.
	wrapper
	// reference is the kpack marker.
	reference
)

// sectionKinds are the names that clang, nvcc and rocm-kpack give.
var sectionKinds = map[string]sectionKind{
	".hip_fatbin":       device,
	".nv_fatbin":        device,
	"__nv_relfatbin":    device,
	".llvm.offloading":  device,
	".hipFatBinSegment": wrapper,
	".rocm_kpack_ref":   reference,
}

// peNames are the same in the eight characters of a PE section's name.
var peNames = map[string]sectionKind{
	".hip_fat": device,
	".nv_fatb": device,
	"__nv_rel": device,
	".llvm.of": device,
	".hipFatB": wrapper,
	".kpackrf": reference,
}

// maxDeviceSections bounds the sections that matter; libraries have one of a
// kind, object files a handful.
const maxDeviceSections = 1024

// section is one that matters.
type section struct {
	span
	name string
	kind sectionKind
	// cut says that the section is shorter in the file than in memory: what
	// kpack leaves of a library's code.
	cut bool
}

// layout is what is known of a file's sections.
type layout struct {
	sections []section
	// object says that it is an object file: what it registers may come from
	// another.
	object bool
	// err says why a table that the file promises, or a section in it, could
	// not be read; lost, that it is one of a device section.
	err  error
	lost bool
}

// candidate is what stood at a magic and did parse, or failed on the way.
type candidate struct {
	span
	proof *found
	err   error
}

// failure is a magic at which nothing could be read.
type failure struct {
	start int64
	err   error
}

// uncovered returns the parts of one section that no candidate accounts for,
// each from its first to its last byte that is not zero. Candidates and runs
// of zeros are in order.
func uncovered(s span, candidates []candidate, zeros []span) (gaps []span) {
	gap := func(start, end int64) {
		// Runs of zeros may cover the edges of a gap, and parts of each other.
		for _, z := range zeros[firstAfter(zeros, start):] {
			if z.start > start {
				break
			}
			start = max(start, z.end)
		}
		for i := firstAfter(zeros, end); i > 0 && start < end; i-- {
			if z := zeros[min(i, len(zeros)-1)]; z.start < end && z.end >= end {
				end = z.start
			}
			if zeros[i-1].end < end {
				break
			}
		}
		if start < end && len(gaps) < maxDefects {
			gaps = append(gaps, span{start, end})
		}
	}
	at := s.start
	for _, c := range candidates {
		if c.overlaps(s) {
			gap(at, c.start)
			at = max(at, c.end)
		}
	}
	gap(at, s.end)
	return gaps
}

// firstAfter is the index of the first span that ends after an offset.
func firstAfter(spans []span, offset int64) int {
	i, _ := slices.BinarySearchFunc(spans, offset, func(a span, offset int64) int {
		if a.end > offset {
			return 1
		}
		return -1
	})
	return i
}

func (s section) String() string { return fmt.Sprintf("section %s", s.name) }
