package document

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// families are the GPU families that distributions are named for, by PEP 503
// name, with the targets that each has. They are of two kinds: those of the
// packages that a kernel split makes (gfx11, gfx9-4, gfx115x, gfx12-0), and
// those that builds are asked for (gfx94x-dcgpu, gfx110x-all). A pattern leaves
// out the features of a target, so that gfx942:xnack+ is of gfx94x too.
var families = map[string]*regexp.Regexp{
	"gfx9":  members(`gfx9[0-9a-f]{2}|gfx9(-4)?-generic`),
	"gfx10": members(`gfx10[0-9a-f]{2}|gfx10-[13]-generic`),
	"gfx11": members(`gfx11[0-9a-f]{2}|gfx11-generic`),
	"gfx12": members(`gfx12[0-9a-f]{2}|gfx12(-5)?-generic`),

	"gfx9-0":  members(`gfx90[0-9a-f]|gfx9-generic`),
	"gfx9-4":  members(`gfx94[0-9a-f]|gfx9-4-generic`),
	"gfx9-5":  members(`gfx95[0-9a-f]`),
	"gfx10-1": members(`gfx101[0-9a-f]|gfx10-1-generic`),
	"gfx10-3": members(`gfx103[0-9a-f]|gfx10-3-generic`),
	"gfx11-0": members(`gfx110[0-9a-f]`),
	"gfx11-5": members(`gfx115[0-9a-f]`),
	"gfx12-0": members(`gfx120[0-9a-f]|gfx12-generic`),
	"gfx12-5": members(`gfx125[0-9a-f]|gfx12-5-generic`),

	"gfx90x":       members(`gfx90[0-9a-f]|gfx9-generic`),
	"gfx90x-dcgpu": members(`gfx90[68a]`),
	"gfx90x-dgpu":  members(`gfx906`),
	"gfx94x":       members(`gfx94[0-9a-f]|gfx9-4-generic`),
	"gfx95x":       members(`gfx95[0-9a-f]`),
	"gfx101x":      members(`gfx101[0-9a-f]|gfx10-1-generic`),
	"gfx103x":      members(`gfx103[0-9a-f]|gfx10-3-generic`),
	"gfx103x-dgpu": members(`gfx103[0124]`),
	"gfx103x-igpu": members(`gfx103[356]`),
	"gfx110x":      members(`gfx110[0-9a-f]`),
	"gfx110x-dgpu": members(`gfx110[012]`),
	"gfx110x-igpu": members(`gfx1103`),
	"gfx115x":      members(`gfx115[0-9a-f]`),
	"gfx120x":      members(`gfx120[0-9a-f]|gfx12-generic`),
	"gfx125x":      members(`gfx125[0-9a-f]|gfx12-5-generic`),
}

func members(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + pattern + `)$`)
}

var (
	// namedFor finds what a distribution is named for, in its PEP 503 name.
	namedFor = regexp.MustCompile(`-(gfx[0-9][0-9a-z]*(?:-[0-9]|-generic)*)(-(?:all|dcgpu|dgpu|igpu))?$`)
	// processor is a target without features.
	processor = regexp.MustCompile(`^gfx([6-9]|[1-9][0-9])[0-9a-f]{2}$`)
)

// ROCmArch is what a wheel is declared to be built for: the target that its
// distribution is named for (amd_torch_device_gfx942), or the members of archs
// in the family that it is named for (rocm_sdk_libraries_gfx94X_dcgpu), or
// nothing where Root-Is-Purelib is true, or archs. Where the distribution is
// named for a family that is not known, unknown is that name, and the wheel
// counts as one that is named for none.
func ROCmArch(distribution string, purelib bool, archs List) (list List, unknown string) {
	if match := namedFor.FindStringSubmatch(wheel.Normalize(distribution)); match != nil {
		name, kind := match[1], match[2]
		if processor.MatchString(name) && kind == "" {
			return List{name}, ""
		}
		if family := familyOf(name, kind); family != nil {
			return slices.DeleteFunc(slices.Clone(archs), func(arch string) bool {
				base, _, _ := strings.Cut(arch, ":")
				return !family.MatchString(base)
			}), ""
		}
		unknown = name + kind
	}
	if purelib {
		return List{}, unknown
	}
	return slices.Clone(archs), unknown
}

// familyOf finds a family by name and kind: one of one target (gfx950-dcgpu),
// one whose kinds differ (gfx110x-igpu), or one that has every target of all
// its kinds.
func familyOf(name, kind string) *regexp.Regexp {
	if processor.MatchString(name) || strings.HasSuffix(name, "-generic") {
		return members(regexp.QuoteMeta(name))
	}
	if family, ok := families[name+kind]; ok {
		return family
	}
	return families[name]
}
