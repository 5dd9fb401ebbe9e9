package entry

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/metadata"
)

// agreeCore holds METADATA against the file name: the same project by PEP 503,
// the same version by PEP 440. An empty value is a fault of its own.
func (c contents) agreeCore(core metadata.Core, report metadata.Report) {
	if c.entry.Name == nil {
		return
	}
	if core.Name != "" && !c.name.IsProject(core.Name) {
		report(finding.Errorf(NameDisagrees, "METADATA names another project than the file name").
			At("Name").GotWant(core.Name, c.name.Distribution))
	}
	if core.Version != "" && !c.name.IsVersion(core.Version) {
		report(finding.Errorf(VersionDisagrees, "METADATA has another version than the file name").
			At("Version").GotWant(core.Version, c.name.VersionText))
	}
}

// agreeWheel holds WHEEL against the file name: the same tags, however they
// are compressed, and no other build tag. A missing Build line is accepted:
// rules_python's py_wheel and tools that rename wheels write none.
func (c contents) agreeWheel(w metadata.Wheel, report metadata.Report) {
	if c.entry.Name == nil {
		return
	}
	if len(w.Tags) > 0 {
		for _, f := range c.name.CompareTags(w.Tags) {
			report(f)
		}
	}
	if w.Build == nil {
		return
	}
	build := ""
	if c.name.Build != nil {
		build = c.name.Build.Text
	}
	if strings.TrimLeft(*w.Build, "0") != strings.TrimLeft(build, "0") || build == "" {
		report(finding.Errorf(BuildDisagrees, "WHEEL has another build tag than the file name").
			At("Build").GotWant(*w.Build, build))
	}
}
