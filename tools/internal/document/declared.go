package document

import (
	"slices"
	"strings"
)

// Declared are the thirteen values that a build declares. Each is an attribute
// of the rule, a build setting and a flag of the command line. An empty one is
// not set. They may hold status keys in braces.
type Declared struct {
	Project         string `json:"project"`
	Component       string `json:"component"`
	BuildType       string `json:"build_type"`
	ArtifactGroup   string `json:"artifact_group"`
	BuildVariant    string `json:"build_variant"`
	Accelerator     string `json:"accelerator"`
	ROCmSDKVersion  string `json:"rocm_sdk_version"`
	PyTorchROCmArch string `json:"pytorch_rocm_arch"`
	CUDAVersion     string `json:"cuda_version"`
	CUDAArch        string `json:"cuda_arch"`
	AMDGPUFamily    string `json:"amdgpu_family"`
	VersionSuffix   string `json:"version_suffix"`
	PyTorchGitRef   string `json:"pytorch_git_ref"`
}

// DeclaredValue is one of them: its name as a field, its default where it is
// not set ("" is null), and where it is kept.
type DeclaredValue struct {
	Name, Default, Usage string
	Value                *string
}

// Flag is the name of its flag.
func (v DeclaredValue) Flag() string { return strings.ReplaceAll(v.Name, "_", "-") }

// Values lists the declared values in the order of the document's table.
func (d *Declared) Values() []DeclaredValue {
	const archs = "separated by ; , or spaces"
	return []DeclaredValue{
		{"project", "TheRock", "the `NAME` of the project", &d.Project},
		{"component", "pytorch", "the `NAME` of the component", &d.Component},
		{"build_type", "external", "the `TYPE` of build", &d.BuildType},
		{"artifact_group", "pytorch-wheels", "the `NAME` of the group of artifacts", &d.ArtifactGroup},
		{"build_variant", "release", "the `VARIANT` of the build", &d.BuildVariant},
		{"accelerator", "rocm", "`rocm|cuda|cpu`: what the wheels compute on", &d.Accelerator},
		{"rocm_sdk_version", "", "the ROCm SDK's `VERSION`; required for rocm", &d.ROCmSDKVersion},
		{"pytorch_rocm_arch", "", "the `TARGETS` that were asked for, such as gfx942;gfx950, " + archs + "; required for rocm", &d.PyTorchROCmArch},
		{"cuda_version", "", "the CUDA toolkit's `VERSION`; required for cuda", &d.CUDAVersion},
		{"cuda_arch", "", "the `TARGETS` that were asked for, such as sm_90a;compute_90, " + archs + "; required for cuda", &d.CUDAArch},
		{"amdgpu_family", "", "the GPU `FAMILY` that the build was made for", &d.AMDGPUFamily},
		{"version_suffix", "", "the `SUFFIX` that the build gave the wheels' versions", &d.VersionSuffix},
		{"pytorch_git_ref", "", "the git `REF` of PyTorch that was asked for", &d.PyTorchGitRef},
	}
}

// splitArchs takes a list of targets apart: members are separated by `;`, `,`
// or spaces, spaces around another separator do not count, and a member that
// stands twice counts once, where it stands first. An empty member is kept, so
// that it can be told.
func splitArchs(s string) List {
	var list List
	for part := range strings.SplitSeq(strings.ReplaceAll(s, ",", ";"), ";") {
		words := strings.FieldsFunc(part, func(r rune) bool { return r == ' ' })
		if len(words) == 0 {
			words = []string{""}
		}
		for _, word := range words {
			if !slices.Contains(list, word) {
				list = append(list, word)
			}
		}
	}
	return list
}
