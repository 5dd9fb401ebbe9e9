package therock

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// reviewed is the shape with wheels and without digests.
type reviewed struct {
	Project         string                    `json:"project"`
	Component       string                    `json:"component"`
	BuildType       string                    `json:"build_type"`
	ArtifactGroup   string                    `json:"artifact_group"`
	Platform        string                    `json:"platform"`
	RunID           *string                   `json:"run_id" document:"optional"`
	JobID           *string                   `json:"job_id" document:"optional"`
	ROCmSDKVersion  *string                   `json:"rocm_sdk_version" document:"optional"`
	PyTorchROCmArch *string                   `json:"pytorch_rocm_arch" document:"optional"`
	VersionSuffix   *string                   `json:"version_suffix" document:"optional"`
	AMDGPUFamily    *string                   `json:"amdgpu_family" document:"optional"`
	PyTorchGitRef   *string                   `json:"pytorch_git_ref" document:"optional"`
	PythonVersion   *string                   `json:"python_version" document:"optional"`
	TheRock         *reviewedRock             `json:"therock" document:"optional"`
	Sources         map[string]reviewedSource `json:"sources"`
	Artifacts       []reviewedArtifact        `json:"artifacts"`
}

type reviewedRock struct {
	Repo     *string `json:"repo" document:"optional"`
	Commit   *string `json:"commit" document:"optional"`
	Ref      *string `json:"ref" document:"optional"`
	Describe *string `json:"describe" document:"optional"`
}

type reviewedSource struct {
	Dir      *string `json:"dir" document:"optional"`
	Commit   string  `json:"commit"`
	Describe *string `json:"describe" document:"optional"`
	Remote   *string `json:"remote" document:"optional"`
}

type reviewedArtifact struct {
	RelativePath string         `json:"relative_path"`
	SizeBytes    int64          `json:"size_bytes"`
	Labels       reviewedLabels `json:"labels"`
}

type reviewedLabels struct {
	Framework    string  `json:"framework"`
	BuildVariant *string `json:"build_variant" document:"optional"`
	AMDGPUFamily *string `json:"amdgpu_family" document:"optional"`
	Distribution *string `json:"distribution" document:"optional"`
	Version      *string `json:"version" document:"optional"`
	BuildTag     *string `json:"build_tag" document:"optional"`
	PythonTag    *string `json:"python_tag" document:"optional"`
	ABITag       *string `json:"abi_tag" document:"optional"`
	PlatformTag  *string `json:"platform_tag" document:"optional"`
}

func decodeReviewed(data []byte) (*Document, []finding.Finding) {
	var r reviewed
	if findings := document.DecodeOther(data, &r); len(findings) > 0 {
		return nil, findings
	}
	m := &document.Manifest{
		Project: &r.Project, Component: &r.Component, BuildType: &r.BuildType, ArtifactGroup: &r.ArtifactGroup, Platform: r.Platform,
		RunID: present(r.RunID), JobID: present(r.JobID), ROCmSDKVersion: present(r.ROCmSDKVersion), VersionSuffix: present(r.VersionSuffix),
		AMDGPUFamily: present(r.AMDGPUFamily), PyTorchGitRef: present(r.PyTorchGitRef), Stamped: true, Sources: map[string]document.Source{},
	}
	d := &Document{Manifest: m, Known: map[string]bool{}, Limits: []string{
		"has no digests, metadata, contents and build records: these were not compared, and a wheel of the same path and size counts as the same",
	}}
	d.know("project", "component", "build_type", "artifact_group", "platform", "rocm_sdk_version", "pytorch_rocm_arch", "version_suffix",
		"sources.commit", "sources.describe", "sources.remote", "sources.dirty",
		"artifacts.relative_path", "artifacts.size_bytes", "artifacts.labels.build_variant", "artifacts.labels.distribution",
		"artifacts.labels.version", "artifacts.labels.build_tag", "artifacts.labels.python_tag", "artifacts.labels.abi_tag", "artifacts.labels.platform_tag")
	if a := present(r.PyTorchROCmArch); a != nil {
		m.PyTorchROCmArch = strings.FieldsFunc(*a, func(c rune) bool { return c == ';' || c == ',' || c == ' ' })
	}
	if m.AMDGPUFamily != nil {
		d.know("amdgpu_family")
	}
	if m.PyTorchGitRef != nil {
		d.know("pytorch_git_ref")
	}
	if v := present(r.PythonVersion); v != nil {
		m.PythonVersion = strings.TrimPrefix(*v, "py")
		d.know("python_version")
	}
	if t := r.TheRock; t != nil && present(t.Commit) != nil {
		m.TheRock = &document.Checkout{Repo: remote(t.Repo), Commit: *t.Commit, Ref: present(t.Ref)}
		d.know("therock.commit", "therock.repo", "therock.ref")
	} else {
		d.Limits = append(d.Limits, "does not know its commit of therock: therock was not compared")
	}
	for name, s := range r.Sources {
		described := document.Source{Commit: s.Commit, Remote: remote(s.Remote)}
		if text := present(s.Describe); text != nil { // of git describe --always --dirty
			tag, dirty := strings.CutSuffix(*text, "-dirty")
			described.Describe, described.Dirty = &tag, dirty
		}
		m.Sources[name] = described
	}
	var findings []finding.Finding
	for i := range r.Artifacts {
		a, faults := r.Artifacts[i].artifact()
		m.Artifacts, findings = append(m.Artifacts, a), append(findings, faults...)
	}
	if len(findings) > 0 {
		return nil, findings
	}
	slices.SortStableFunc(m.Artifacts, func(a, b document.Artifact) int { return strings.Compare(a.RelativePath, b.RelativePath) })
	return d, check(m)
}

// artifact is the wheel with the labels of its name: writers left them out
// where they could not take the name apart. Labels that are there must be those
// of the name, which Validate asks.
func (r *reviewedArtifact) artifact() (a document.Artifact, findings []finding.Finding) {
	name, err := wheel.Parse(path.Base(r.RelativePath))
	if malformed := (*wheel.NameError)(nil); errors.As(err, &malformed) {
		for _, f := range malformed.Faults {
			findings = append(findings, f.On(r.RelativePath))
		}
	}
	l := &r.Labels
	a = document.Artifact{RelativePath: r.RelativePath, SizeBytes: r.SizeBytes, Labels: document.Labels{
		Framework: l.Framework, BuildVariant: l.BuildVariant, AMDGPUFamily: l.AMDGPUFamily,
		Distribution: either(l.Distribution, name.Distribution), Version: either(l.Version, name.VersionText),
		PythonTag: either(l.PythonTag, string(name.Python)), ABITag: either(l.ABITag, string(name.ABI)), PlatformTag: either(l.PlatformTag, string(name.Platform)),
		BuildTag: l.BuildTag,
	}}
	if name.Build != nil && l.BuildTag == nil {
		a.Labels.BuildTag = &name.Build.Text
	}
	return a, findings
}

func either(label *string, part string) string {
	if label == nil {
		return part
	}
	return *label
}
