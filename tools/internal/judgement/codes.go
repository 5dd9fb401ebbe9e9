package judgement

import "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"

// The codes of this package's findings. docs/gpu-code.md says of each what it
// means and what to do.
const (
	DeviceNotServed    = "device_not_served"
	DeviceImagesOnly   = "device_images_only"
	NoDeviceCode       = "no_device_code"
	CodeNotDeclared    = "code_not_declared"
	CodeOfAnother      = "code_of_another_target"
	FileServesFewer    = "file_serves_fewer"
	CodeOutside        = "code_outside_section"
	CodeKindUnknown    = "code_kind_unknown"
	CodeDefective      = "device_code_defective"
	RecordDefective    = "record_defective"
	DeviceWheelMissing = "device_wheel_missing"
	KpackUnresolved    = "kpack_unresolved"
	RequirementUnmet   = "requirement_not_satisfied"
	RequirementBad     = "requirement_malformed"
	GitVersionDiffers  = "git_version_differs"
	GitVersionUnknown  = "git_version_unknown"
	ModuleDiffers      = "module_version_differs"
	ROCmVersionDiffers = "rocm_version_differs"
	SuffixDiffers      = "version_suffix_differs"
	SuffixMissing      = "version_suffix_missing"
	DeclaredMalformed  = "declared_version_malformed"
)

// Code is one kind of finding and what it does to the verdict unless a policy
// says otherwise.
type Code struct {
	Name     string
	Severity finding.Severity
}

// Codes lists every code in the order of the documentation.
func Codes() []Code {
	return []Code{
		{DeviceNotServed, finding.Error},
		{CodeOfAnother, finding.Error},
		{CodeDefective, finding.Error},
		{CodeNotDeclared, finding.Warning},
		{FileServesFewer, finding.Warning},
		{DeviceImagesOnly, finding.Warning},
		{NoDeviceCode, finding.Warning},
		{CodeOutside, finding.Warning},
		{CodeKindUnknown, finding.Warning},
		{RecordDefective, finding.Warning},
		{DeviceWheelMissing, finding.Error},
		{KpackUnresolved, finding.Error},
		{RequirementUnmet, finding.Error},
		{RequirementBad, finding.Warning},
		{GitVersionDiffers, finding.Error},
		{GitVersionUnknown, finding.Warning},
		{ModuleDiffers, finding.Warning},
		{ROCmVersionDiffers, finding.Error},
		{SuffixDiffers, finding.Error},
		{SuffixMissing, finding.Warning},
		{DeclaredMalformed, finding.Warning},
	}
}
