package device

import (
	"slices"
	"strings"
)

// families are the devices that run each other's family-specific code, the
// suffix f: the member for which it was compiled and every later one.
//
// Sources: the CUDA programming guide, "Family-Specific Features", for the
// rule; for the members, what ptxas 12.9 and 13.5 compile .target sm_XXf for,
// and refuse to. PTX ISA 9.0 renamed sm_101f to sm_110f: they are one device.
var families = [][]int{
	{100, 103, 107},
	{101, 110},
	{120, 121},
}

// members are the processors on which code for a generic target runs.
//
// Source: LLVM's AMDGPUUsage, "AMDGPU Generic Processors", of LLVM 20 (which
// still has gfx940 and gfx941) and 22. gfx12-5-generic is newer than both: its
// members are the processors of GFX12.5 that LLVM has.
var members = map[string][]string{
	"gfx9-generic":    {"gfx900", "gfx902", "gfx904", "gfx906", "gfx909", "gfx90c"},
	"gfx9-4-generic":  {"gfx940", "gfx941", "gfx942", "gfx950"},
	"gfx10-1-generic": {"gfx1010", "gfx1011", "gfx1012", "gfx1013"},
	"gfx10-3-generic": {"gfx1030", "gfx1031", "gfx1032", "gfx1033", "gfx1034", "gfx1035", "gfx1036"},
	"gfx11-generic":   {"gfx1100", "gfx1101", "gfx1102", "gfx1103", "gfx1150", "gfx1151", "gfx1152", "gfx1153"},
	"gfx12-generic":   {"gfx1200", "gfx1201"},
	"gfx12-5-generic": {"gfx1250", "gfx1251"},
}

// Serves says whether the vendor's loader runs code for t on the device.
//
//	NVIDIA, the CUDA programming guide, "Compute Capability and Streaming
//	Multiprocessor Versions", "Architecture-Specific" and "Family-Specific":
//	  sm_XY        the same major version at the same or a higher minor one
//	  compute_XY   its own device and every newer one
//	  a            exactly its device, machine code and PTX alike
//	  f            the same and later members of its family, likewise
//	AMD, LLVM's AMDGPUUsage, "Target ID" and "AMDGPU Generic Processors":
//	  gfx942       exactly this processor, whatever its xnack and sramecc
//	  :xnack+      only where the device has it on; - only where it is off
//	  generic      its members, features as above
//	  amdgcnspirv  every AMD device
//
// A device whose features are not given stands for one in any mode: code for
// one of its modes serves it. NVIDIA's suffix on a device does not count. What
// a build declares may also be portable code (compute_90, gfx11-generic): that
// is served by code which runs wherever it would.
func (t Target) Serves(device Target) bool {
	switch t.kind {
	case cubin, ptx:
		if device.kind == ptx && device.suffix == "" {
			return t.kind == ptx && t.suffix == "" && t.number <= device.number
		}
		return device.NVIDIA() && t.runsOn(device.number)
	case processor:
		return device.kind == processor && device.name == t.name && t.runsIn(device)
	case generic:
		return (device.name == t.name || slices.Contains(members[t.name], device.name)) && t.runsIn(device)
	case spirv:
		return device.kind == processor || device.kind == generic || device.kind == spirv
	default:
		return false
	}
}

// runsOn is NVIDIA's rule, for a device of the given compute capability.
func (t Target) runsOn(number int) bool {
	switch {
	case t.suffix == "a":
		return number == t.number
	case t.suffix == "f":
		return number == t.number || number > t.number && slices.ContainsFunc(families, func(family []int) bool {
			return slices.Contains(family, t.number) && slices.Contains(family, number)
		})
	case t.kind == ptx:
		return number >= t.number
	default:
		return number/10 == t.number/10 && number >= t.number
	}
}

// runsIn is AMD's rule for features: one that the code does not name is any.
func (t Target) runsIn(device Target) bool {
	for feature := range strings.SplitSeq(strings.TrimPrefix(t.features, ":"), ":") {
		if feature == "" {
			continue
		}
		name, sign := feature[:len(feature)-1], feature[len(feature)-1]
		other := byte('+' + '-' - sign)
		if strings.Contains(device.features+":", ":"+name+string(other)+":") {
			return false
		}
	}
	return true
}
