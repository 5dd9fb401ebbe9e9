// Package gpu finds the GPU code in one file and says for which targets it
// was made, proved from the bytes of the code objects themselves.
//
// The file is read once, in order, and nothing of it is kept but small
// tables. Containers are found by their magics while the bytes stream by; a
// shared library's section table, which may come last, then decides which of
// them lie where the loaders look.
package gpu

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// File is the device code of one member.
type File struct {
	// ROCm, CUDA and PTX are the targets proved, sorted and distinct:
	// gfx942:xnack+, sm_90a, compute_90.
	ROCm, CUDA, PTX []string
	// Objects counts the code objects proved; Outside, those of them that do
	// not lie in a device section.
	Objects, Outside int64
	// Unknown are the kinds of entry that the reader does not know, as in
	// "nvidia fat binary entry kind 8".
	Unknown []string
	// Kpack are references to code in another wheel.
	Kpack []KpackRef
	// Defects are what is wrong with the device code, in the file's order.
	Defects []Defect
	// Faults are what cannot be read safely: bounds, bombs, budgets.
	Faults []finding.Finding
}

// KpackRef is what a split library says of where its code is.
type KpackRef struct {
	KernelName  string
	SearchPaths []string
}

// Defect is one thing that is wrong with device code. It is a fact about the
// file, not a failure to read it.
type Defect struct {
	Class     string
	Got, Want string
}

// Classes of defects.
const (
	// TargetMismatch: a bundle entry's id names another target than the code
	// object in it.
	TargetMismatch = "device_target_mismatch"
	// VersionUnknown: a known container of a version that the reader does not
	// know.
	VersionUnknown = "device_version_unknown"
	// SectionDamaged: bytes of a device section that are neither a container
	// nor zero.
	SectionDamaged = "device_section_damaged"
	// CodeTruncated: a container that says it is longer than what holds it.
	CodeTruncated = "device_code_truncated"
	// CodeDamaged: a container whose parts contradict each other.
	CodeDamaged = "device_code_damaged"
	// CodeMissing: a library registers code that is nowhere in it.
	CodeMissing = "device_code_missing"
)

// Codes of faults.
const (
	// TooLarge: device code beyond a bound of this reader.
	TooLarge = "device_code_too_large"
)

// Empty says whether there is nothing at all to report.
func (f *File) Empty() bool {
	return len(f.ROCm)+len(f.CUDA)+len(f.PTX)+len(f.Unknown)+len(f.Kpack)+len(f.Defects)+len(f.Faults) == 0 && f.Objects == 0
}

// found is what one candidate proved.
type found struct {
	rocm, cuda, ptx map[string]bool
	objects         int64
	unknown         map[string]bool
	defects         []Defect
	faults          []finding.Finding
}

func newFound() *found {
	return &found{rocm: map[string]bool{}, cuda: map[string]bool{}, ptx: map[string]bool{}, unknown: map[string]bool{}}
}

// maxDefects bounds what one file reports of each kind.
const maxDefects = 100

func (f *found) defect(class, got, want string) {
	if len(f.defects) < maxDefects {
		f.defects = append(f.defects, Defect{class, got, want})
	}
}

func (f *found) fault(format string, args ...any) {
	fault := finding.Errorf(TooLarge, format, args...)
	if len(f.faults) < maxDefects && !slices.Contains(f.faults, fault) {
		f.faults = append(f.faults, fault)
	}
}

// add takes over what another candidate proved.
func (f *found) add(o *found) {
	maps.Copy(f.rocm, o.rocm)
	maps.Copy(f.cuda, o.cuda)
	maps.Copy(f.ptx, o.ptx)
	maps.Copy(f.unknown, o.unknown)
	f.objects += o.objects
	for _, d := range o.defects {
		f.defect(d.Class, d.Got, d.Want)
	}
	if room := maxDefects - len(f.faults); room > 0 {
		f.faults = append(f.faults, o.faults[:min(room, len(o.faults))]...)
	}
}

// same says whether two candidates proved the same targets and nothing else.
func (f *found) same(o *found) bool {
	return len(f.defects)+len(o.defects)+len(f.faults)+len(o.faults) == 0 &&
		maps.Equal(f.rocm, o.rocm) && maps.Equal(f.cuda, o.cuda) && maps.Equal(f.ptx, o.ptx) && maps.Equal(f.unknown, o.unknown)
}

// none says whether a candidate proved nothing, as an empty container does.
func (f *found) none() bool { return f.objects == 0 && len(f.unknown) == 0 }

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// malformed is the error of bytes that are no container, or a broken one. It
// becomes a defect where the section says that they should be one.
type malformed struct {
	class  string
	reason string
}

func (m *malformed) Error() string { return m.reason }

func bad(class, format string, args ...any) error {
	return &malformed{class, fmt.Sprintf(format, args...)}
}
