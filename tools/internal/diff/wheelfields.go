package diff

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// labelFields are the labels that are declared. The parts of the file name
// follow, which differ between valid documents only where the names do.
var labelFields = []field[document.Labels]{
	{"framework", Declared, func(l *document.Labels) any { return l.Framework }, nil},
	{"build_variant", Declared, func(l *document.Labels) any { return optional(l.BuildVariant) }, nil},
	{"amdgpu_family", Declared, func(l *document.Labels) any { return optional(l.AMDGPUFamily) }, nil},
	{"rocm_arch", Declared, func(l *document.Labels) any { return list(l.ROCmArch) }, nil},
}

var nameFields = []field[document.Labels]{
	{"distribution", Declared, func(l *document.Labels) any { return l.Distribution }, nil},
	{"version", Declared, func(l *document.Labels) any { return l.Version }, nil},
	{"build_tag", Declared, func(l *document.Labels) any { return optional(l.BuildTag) }, nil},
	{"python_tag", Python, func(l *document.Labels) any { return l.PythonTag }, nil},
	{"abi_tag", Python, func(l *document.Labels) any { return l.ABITag }, nil},
	{"platform_tag", Platform, func(l *document.Labels) any { return l.PlatformTag }, nil},
}

// platformField is what can differ between wheels that were paired by name.
var platformField = nameFields[len(nameFields)-1:]

var metadataFields = []field[document.Metadata]{
	{"name", Metadata, func(m *document.Metadata) any { return m.Name }, nil},
	{"requires_python", Metadata, func(m *document.Metadata) any { return optional(m.RequiresPython) }, nil},
	{"requires_dist", Metadata, func(m *document.Metadata) any { return texts(m.RequiresDist) }, nil},
	{"tags", Metadata, func(m *document.Metadata) any { return texts(m.Tags) }, nil},
	{"root_is_purelib", Metadata, func(m *document.Metadata) any { return m.RootIsPurelib }, nil},
}

var contentsFields = []field[document.Contents]{
	{"reader", Contents, func(c *document.Contents) any { return c.Reader }, nil},
	{"members", Contents, func(c *document.Contents) any { return c.Members }, nil},
	{"record", Record, func(c *document.Contents) any { return c.Record }, nil},
	{"defects", Record, func(c *document.Contents) any { return defects(c.Defects) }, nil},
	{"device_code.rocm", Target, func(c *document.Contents) any { return texts(c.DeviceCode.ROCm) }, nil},
	{"device_code.cuda", Target, func(c *document.Contents) any { return texts(c.DeviceCode.CUDA) }, nil},
	{"device_code.ptx", Target, func(c *document.Contents) any { return texts(c.DeviceCode.PTX) }, nil},
	{"device_code.named", Target, func(c *document.Contents) any { return texts(c.DeviceCode.Named) }, nil},
	{"device_code.kpack", Contents, func(c *document.Contents) any { return kpacks(c.DeviceCode.Kpack) }, nil},
}

var moduleFields = []field[document.Module]{
	{"path", Module, func(m *document.Module) any { return m.Path }, nil},
	{"version", Module, func(m *document.Module) any { return optional(m.Version) }, nil},
	{"git_version", Module, func(m *document.Module) any { return optional(m.GitVersion) }, nil},
	{"hip", Module, func(m *document.Module) any { return optional(m.HIP) }, nil},
	{"cuda", Module, func(m *document.Module) any { return optional(m.CUDA) }, nil},
}

var fileFields = []field[document.DeviceFile]{
	{"rocm", Contents, func(f *document.DeviceFile) any { return texts(f.ROCm) }, nil},
	{"cuda", Contents, func(f *document.DeviceFile) any { return texts(f.CUDA) }, nil},
	{"ptx", Contents, func(f *document.DeviceFile) any { return texts(f.PTX) }, nil},
	{"objects", Contents, func(f *document.DeviceFile) any { return f.Objects }, nil},
	{"outside", Contents, func(f *document.DeviceFile) any { return f.Outside }, nil},
	{"unknown", Contents, func(f *document.DeviceFile) any { return texts(f.Unknown) }, nil},
}

// defects are RECORD's, each as one text.
func defects(all []document.Defect) any {
	texts := []string{}
	for _, d := range all {
		text := d.Path + ": " + d.Class
		if d.Got != nil {
			text += ", got " + *d.Got
		}
		if d.Want != nil {
			text += ", want " + *d.Want
		}
		texts = append(texts, text+kept(d.Extra))
	}
	return texts
}

// kpacks are references to code elsewhere, each as one text.
func kpacks(all []document.Kpack) any {
	texts := []string{}
	for _, k := range all {
		places, err := json.Marshal(k.SearchPaths)
		if err != nil {
			panic(err) // strings can be written
		}
		texts = append(texts, k.Path+": "+k.KernelName+" in "+string(places)+kept(k.Extra))
	}
	return texts
}

// kept is what follows a text where its object has unknown fields.
func kept(e document.Extra) string {
	text := ""
	for _, name := range slices.Sorted(maps.Keys(e)) {
		text += ", " + name + " " + string(compact(e[name]))
	}
	return text
}
