package index

import (
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/metadata"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// disagreements are what a page would say of METADATA, and METADATA does not:
// an installer that reads only one of the two would choose another file.
func (f *file) disagreements(data []byte) (findings []finding.Finding) {
	core := metadata.ParseCore(data, func(one finding.Finding) { findings = append(findings, one.On(f.RelativePath).In("METADATA")) })
	disagrees := func(field, got, want string) {
		findings = append(findings, finding.Errorf(MetadataDisagrees, "METADATA says something else than the manifest %s", finding.Quote(f.document)).
			On(f.RelativePath).At(field).GotWant(got, want))
	}
	if !f.name.IsProject(core.Name) {
		disagrees("metadata.name", core.Name, f.Metadata.Name)
	}
	if !f.name.IsVersion(core.Version) {
		disagrees("metadata.version", core.Version, f.Metadata.Version)
	}
	if got, want := text(core.RequiresPython), text(f.Metadata.RequiresPython); got != want {
		disagrees("metadata.requires_python", got, want)
	}
	return findings
}

// specifiers says what is wrong with Requires-Python, which may be nil.
func specifiers(requires *string) error {
	if requires == nil {
		return nil
	}
	_, err := version.ParseSpecifiers(*requires)
	return err
}
