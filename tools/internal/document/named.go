package document

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// Naming is what a distribution is named for: one GPU target
// (amd-torch-device-gfx942) or a family of them (rocm-sdk-libraries-gfx94X-dcgpu).
type Naming struct {
	// Stem is the name before it, by PEP 503: amd-torch-device.
	Stem string
	// GPU is the target or the family, as the name spells it: gfx942,
	// gfx94x-dcgpu.
	GPU string
	// Target says that it is one target.
	Target bool
	// Known says whether it is a target, or a family that the table has.
	Known bool
}

// NamedFor takes a distribution's name apart; ok is false where it is named for
// no GPU.
func NamedFor(distribution string) (n Naming, ok bool) {
	name := wheel.Normalize(distribution)
	match := namedFor.FindStringSubmatch(name)
	if match == nil {
		return Naming{}, false
	}
	n = Naming{Stem: strings.TrimSuffix(name, match[0]), GPU: match[1] + match[2]}
	n.Target = processor.MatchString(match[1]) && match[2] == ""
	n.Known = n.Target || familyOf(match[1], match[2]) != nil
	return n, true
}

// Holds says whether a target, with or without features, is of what the
// distribution is named for.
func (n Naming) Holds(target string) bool {
	name, _, _ := strings.Cut(target, ":")
	if n.Target {
		return name == n.GPU
	}
	match := namedFor.FindStringSubmatch("-" + n.GPU)
	if match == nil {
		return false
	}
	family := familyOf(match[1], match[2])
	return family != nil && family.MatchString(name)
}
