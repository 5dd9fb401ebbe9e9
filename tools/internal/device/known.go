package device

// Known lists the devices that have existed, NVIDIA's in order of compute
// capability, then AMD's in order of generation. A device that is not among
// them is no error: Parse and Serves know the rules and not this list.
//
// Sources: the targets of ptxas 12.9 and 13.5 (sm_101 was renamed to sm_110 in
// CUDA 13); LLVM's AMDGPUUsage, "AMDGPU Processors", from GFX9 on,
// and gfx803, for which ROCm was built too.
func Known() []Target {
	targets := make([]Target, 0, len(known))
	for _, name := range known {
		targets = append(targets, must(name))
	}
	return targets
}

var known = []string{
	"sm_50", "sm_52", "sm_53",
	"sm_60", "sm_61", "sm_62",
	"sm_70", "sm_72", "sm_75",
	"sm_80", "sm_86", "sm_87", "sm_88", "sm_89",
	"sm_90",
	"sm_100", "sm_101", "sm_103", "sm_107",
	"sm_110",
	"sm_120", "sm_121",
	"gfx803",
	"gfx900", "gfx902", "gfx904", "gfx906", "gfx908", "gfx909", "gfx90a", "gfx90c",
	"gfx940", "gfx941", "gfx942", "gfx950",
	"gfx1010", "gfx1011", "gfx1012", "gfx1013",
	"gfx1030", "gfx1031", "gfx1032", "gfx1033", "gfx1034", "gfx1035", "gfx1036",
	"gfx1100", "gfx1101", "gfx1102", "gfx1103", "gfx1150", "gfx1151", "gfx1152", "gfx1153",
	"gfx1200", "gfx1201",
	"gfx1250", "gfx1251",
}
