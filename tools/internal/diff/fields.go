package diff

import (
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// field is one field of an object of the document.
type field[T any] struct {
	name string
	kind Kind
	// value is nil, bool, int64, string or []string.
	value func(*T) any
	// same is nil where values are the same only if equal.
	same func(old, new any) bool
}

// compareAll compares the fields of one object. about has what the changes
// say beside the field.
func compareAll[T any](c *comparison, about Change, prefix string, fields []field[T], old, new *T) {
	for _, f := range fields {
		if !c.both(prefix + f.name) {
			continue
		}
		a, b := f.value(old), f.value(new)
		if equal(a, b) || f.same != nil && f.same(a, b) {
			continue
		}
		change := about
		change.Kind, change.Field, change.Old, change.New = f.kind, prefix+f.name, a, b
		change.Gained, change.Lost = listChange(a, b)
		c.add(change)
	}
}

var documentFields = []field[document.Manifest]{
	{"schema_version", Format, func(m *document.Manifest) any { return m.SchemaVersion }, nil},
	{"project", Declared, func(m *document.Manifest) any { return optional(m.Project) }, nil},
	{"component", Declared, func(m *document.Manifest) any { return optional(m.Component) }, nil},
	{"build_type", Declared, func(m *document.Manifest) any { return optional(m.BuildType) }, nil},
	{"artifact_group", Declared, func(m *document.Manifest) any { return optional(m.ArtifactGroup) }, nil},
	{"build_variant", Declared, func(m *document.Manifest) any { return optional(m.BuildVariant) }, nil},
	{"accelerator", Declared, func(m *document.Manifest) any { return optional(m.Accelerator) }, nil},
	{"platform", Platform, func(m *document.Manifest) any { return m.Platform }, nil},
	{"rocm_sdk_version", ROCm, func(m *document.Manifest) any { return optional(m.ROCmSDKVersion) }, sameVersion},
	{"pytorch_rocm_arch", Declared, func(m *document.Manifest) any { return list(m.PyTorchROCmArch) }, nil},
	{"cuda_version", CUDA, func(m *document.Manifest) any { return optional(m.CUDAVersion) }, nil},
	{"cuda_arch", Declared, func(m *document.Manifest) any { return list(m.CUDAArch) }, nil},
	{"amdgpu_family", Declared, func(m *document.Manifest) any { return optional(m.AMDGPUFamily) }, nil},
	{"version_suffix", Declared, func(m *document.Manifest) any { return optional(m.VersionSuffix) }, sameSuffix},
	{"pytorch_git_ref", Declared, func(m *document.Manifest) any { return optional(m.PyTorchGitRef) }, nil},
	{"python_version", Python, func(m *document.Manifest) any { return m.PythonVersion }, nil},
	{"stamped", Stamp, func(m *document.Manifest) any { return m.Stamped }, nil},
}

var therockFields = []field[document.Checkout]{
	{"commit_time", Source, func(t *document.Checkout) any { return optional(t.CommitTime) }, nil},
	{"ref", Source, func(t *document.Checkout) any { return optional(t.Ref) }, sameRef},
	{"dirty", Dirty, func(t *document.Checkout) any { return t.Dirty }, nil},
}

var sourceFields = []field[document.Source]{
	{"dir", Source, func(s *document.Source) any { return optional(s.Dir) }, nil},
	{"commit_time", Source, func(s *document.Source) any { return optional(s.CommitTime) }, nil},
	{"describe", Source, func(s *document.Source) any { return optional(s.Describe) }, nil},
	{"branch", Source, func(s *document.Source) any { return optional(s.Branch) }, nil},
	{"dirty", Dirty, func(s *document.Source) any { return s.Dirty }, nil},
}
