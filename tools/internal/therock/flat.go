package therock

import (
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// flat is the shape that has sources only.
type flat struct {
	SchemaVersion *int64            `json:"schema_version" document:"optional"`
	TheRock       *source           `json:"therock" document:"optional"`
	Sources       map[string]source `json:"-" document:"rest"`
}

type source struct {
	Repo    string  `json:"repo"`
	Commit  string  `json:"commit"`
	Branch  *string `json:"branch" document:"optional"`
	Version *string `json:"version" document:"optional"`
}

// flatSchema is the only version of the shape that has sources only.
const flatSchema = 1

func decodeFlat(data []byte) (*Document, []finding.Finding) {
	var f flat
	if findings := document.DecodeOther(data, &f); len(findings) > 0 {
		return nil, findings
	}
	if v := f.SchemaVersion; v != nil && *v != flatSchema {
		return nil, []finding.Finding{finding.Errorf("unknown_version", "the document has another version").
			At("/schema_version").GotWant(strconv.FormatInt(*v, 10), "1 or none, for a list of sources")}
	}
	d := &Document{
		Manifest: &document.Manifest{Stamped: true, Sources: map[string]document.Source{}},
		Known:    map[string]bool{}, Versions: map[string]string{},
		Limits: []string{"lists sources only: wheels and declared values were not compared"},
	}
	d.know("sources.commit", "sources.remote", "sources.branch")
	for name, s := range f.Sources {
		d.Manifest.Sources[name] = document.Source{Commit: s.Commit, Remote: remote(&s.Repo), Branch: present(s.Branch)}
		if v := present(s.Version); v != nil {
			d.Versions[name] = *v
		}
	}
	if len(d.Versions) == 0 {
		d.Versions = nil
	}
	if t := f.TheRock; t != nil && t.Commit != absent {
		d.Manifest.TheRock = &document.Checkout{Commit: t.Commit, Repo: remote(&t.Repo), Ref: present(t.Branch)}
		d.know("therock.commit", "therock.repo", "therock.ref")
	} else {
		d.Limits = append(d.Limits, "does not know its commit of therock: therock was not compared")
	}
	if t := f.TheRock; t != nil && present(t.Version) != nil {
		d.Manifest.ROCmSDKVersion = t.Version
		d.know("rocm_sdk_version")
	}
	findings := check(d.Manifest)
	for i := range findings {
		field := strings.TrimPrefix(findings[i].Field, "/sources")
		findings[i].Field = strings.Replace(field, "/therock/ref", "/therock/branch", 1)
	}
	return d, findings
}
