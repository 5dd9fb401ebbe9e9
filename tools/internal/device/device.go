// Package device knows which compiled GPU code a device loads: the one table
// of both vendors by which a wheel's code is held against the devices that it
// was built for.
//
// A target is what code was compiled for, spelt as the vendors' tools spell it:
// sm_90, sm_90a, sm_100f (machine code), compute_90, compute_90a, compute_100f
// (PTX), gfx942, gfx90a:sramecc+:xnack- (AMD target IDs), gfx11-generic,
// amdgcnspirv. A device is spelt as the target that is its own: sm_90, gfx942,
// gfx90a:xnack+.
package device

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

type kind uint8

const (
	unknown   kind = iota
	cubin          // NVIDIA machine code, sm_
	ptx            // NVIDIA's portable code, compute_
	processor      // one AMD processor
	generic        // several AMD processors
	spirv          // AMD's portable code
)

// spirvTarget is the name that clang gives to AMD's flavour of SPIR-V.
const spirvTarget = "amdgcnspirv"

// Target is one target of GPU code, or a device. It is comparable; two that
// are spelt differently and mean the same are equal.
type Target struct {
	kind kind
	// number is NVIDIA's compute capability without its dot: 90, 103.
	number int
	// suffix is NVIDIA's "a", "f" or none.
	suffix string
	// name is AMD's processor.
	name string
	// features are AMD's, in alphabetical order: ":sramecc+:xnack-".
	features string
}

var (
	nvidiaPattern = regexp.MustCompile(`^(sm|compute)_([1-9][0-9]{1,2})([af]?)$`)
	amdPattern    = regexp.MustCompile(`^gfx(?:[0-9]{1,3}[0-9a-f]{2}|[0-9]{1,2}(?:-[0-9]{1,2})?(-generic))$`)
	featureName   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*[+-]$`)
)

// Parse reads one target. Features of AMD's target IDs may stand in any order
// and each once ("Target ID" in LLVM's AMDGPUUsage). Whether anybody makes such
// a processor is not asked: new ones must not need a new version of this table.
func Parse(target string) (Target, error) {
	if m := nvidiaPattern.FindStringSubmatch(target); m != nil {
		number, err := strconv.Atoi(m[2])
		if err != nil {
			return Target{}, fmt.Errorf("target %s: %w", finding.Quote(target), err)
		}
		t := Target{kind: cubin, number: number, suffix: m[3]}
		if m[1] == "compute" {
			t.kind = ptx
		}
		return t, nil
	}
	if target == spirvTarget {
		return Target{kind: spirv, name: target}, nil
	}
	name, rest, _ := strings.Cut(target, ":")
	m := amdPattern.FindStringSubmatch(name)
	if m == nil {
		return Target{}, fmt.Errorf("target %s: want sm_90, sm_90a, sm_100f, compute_90, gfx942, gfx90a:xnack- or gfx11-generic", finding.Quote(target))
	}
	t := Target{kind: processor, name: name}
	if m[1] != "" {
		t.kind = generic
	}
	if name == target {
		return t, nil
	}
	features := strings.Split(rest, ":")
	slices.Sort(features)
	seen := map[string]bool{}
	for _, feature := range features {
		if !featureName.MatchString(feature) {
			return Target{}, fmt.Errorf("target %s: feature %s: want a name with + or - behind it", finding.Quote(target), finding.Quote(feature))
		}
		bare := feature[:len(feature)-1]
		if seen[bare] {
			return Target{}, fmt.Errorf("target %s: feature %s stands twice", finding.Quote(target), finding.Quote(bare))
		}
		seen[bare] = true
	}
	t.features = ":" + strings.Join(features, ":")
	return t, nil
}

// String is the target as the vendors' tools spell it, AMD's features in
// alphabetical order.
func (t Target) String() string {
	switch t.kind {
	case cubin:
		return "sm_" + strconv.Itoa(t.number) + t.suffix
	case ptx:
		return "compute_" + strconv.Itoa(t.number) + t.suffix
	default:
		return t.name + t.features
	}
}

// Device is the device whose own target this is: without NVIDIA's suffix,
// which says something of code and nothing of a device.
func (t Target) Device() Target {
	t.suffix = ""
	return t
}

// NVIDIA says whether the target is one of NVIDIA's; else it is one of AMD's.
func (t Target) NVIDIA() bool { return t.kind == cubin || t.kind == ptx }

func must(target string) Target {
	t, err := Parse(target)
	if err != nil {
		panic(err) // a misspelt table, found by every test
	}
	return t
}
