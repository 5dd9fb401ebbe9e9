// Package therock reads the older shapes of TheRock's PyTorch manifest, so that
// a build can be compared with one from before this format.
//
//	reviewed   project, component, ..., therock {repo, commit, ref}, sources
//	           {name: {dir, commit, describe, remote}}, artifacts [{relative_path,
//	           size_bytes, labels}]; no schema_version, digests or metadata;
//	           later also amdgpu_family, pytorch_git_ref and python_version
//	           (github.com/ROCm/TheRock, pull request 2547)
//	sources    {name: {repo, commit[, branch][, version]}}, therock among the
//	           names and last, schema_version 1 or none; what its
//	           checkout_from_manifest.py takes
//
// They are read strictly, into the types of package document as far as they go.
// Their writers fill in "unknown" or null where a fact could not be found; that
// becomes a field that is not known.
package therock

import (
	"encoding/json"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
)

// Document is a manifest of an older shape.
type Document struct {
	// Manifest has what the shape tells; everything else is empty, and says
	// nothing.
	Manifest *document.Manifest
	// Known are the fields that the document tells, as dotted paths without
	// names of sources and indexes of artifacts, or what stands above them:
	// "sources.commit", "artifacts.labels".
	Known map[string]bool
	// Versions are those of the sources, by their names, where it has any.
	Versions map[string]string
	// Limits say what it does not have, each as a predicate of the document.
	Limits []string
}

func (d *Document) know(fields ...string) {
	for _, field := range fields {
		d.Known[field] = true
	}
}

// Decode reads a manifest of an older shape, and everything that is wrong with
// it: nil where it is none, or anything is.
func Decode(data []byte) (*Document, []finding.Finding) {
	if !json.Valid(data) || len(data) > document.MaxBytes {
		return nil, document.DecodeOther(data, &flat{}) // says where and why
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		return nil, []finding.Finding{unknown("the document is no JSON object")}
	}
	var d *Document
	var findings []finding.Finding
	switch {
	case top["artifacts"] != nil && top["schema_version"] == nil:
		d, findings = decodeReviewed(data)
	case top["artifacts"] == nil && (top["therock"] != nil || top["pytorch"] != nil):
		d, findings = decodeFlat(data)
	default:
		return nil, []finding.Finding{unknown("the document has an unknown shape")}
	}
	if finding.HasErrors(findings) {
		return nil, findings
	}
	return d, findings
}

func unknown(message string) finding.Finding {
	return finding.Errorf("unknown_shape", "%s", message).
		GotWant("", "a manifest with schema_version, or TheRock's older ones: with artifacts, or {name: {repo, commit}} with therock")
}

// absent is what writers of the older shapes put where they found nothing.
const absent = "unknown"

// present is the text, or nil where it tells nothing.
func present(s *string) *string {
	if s == nil || *s == "" || *s == absent {
		return nil
	}
	return s
}

// remote is an address as it may be shown: the older shapes hold what git says
// of origin, with a token where the checkout had one.
func remote(s *string) *string {
	if s = present(s); s == nil {
		return nil
	}
	public, err := status.CleanRemote(*s)
	if err != nil {
		return nil
	}
	return &public
}

// check holds the values against the rules of the format. What the shape does
// not have is filled in so that it breaks none of them, and taken out again.
func check(m *document.Manifest) []finding.Finding {
	full := *m
	word := "unknown"
	for _, field := range []**string{&full.Project, &full.Component, &full.BuildType, &full.ArtifactGroup, &full.BuildVariant} {
		if *field == nil {
			*field = &word
		}
	}
	cpu := "cpu" // which requires nothing
	full.SchemaVersion, full.Accelerator, full.Stamped = document.SchemaVersion, &cpu, true
	if full.Platform == "" {
		full.Platform = document.Multiple
	}
	if full.PythonVersion == "" {
		full.PythonVersion = document.Multiple
	}
	full.Artifacts = make([]document.Artifact, len(m.Artifacts))
	digest := strings.Repeat("0", 64)
	for i, a := range m.Artifacts {
		l := &a.Labels
		a.SHA256, a.Build = digest, &document.Build{Status: document.Rebuilt}
		a.Metadata = document.Metadata{
			Name: l.Distribution, Version: l.Version, Tags: []string{l.PythonTag + "-" + l.ABITag + "-" + l.PlatformTag}, SHA256: digest,
		}
		full.Artifacts[i] = a
	}
	var findings []finding.Finding
	for _, f := range full.Validate() {
		switch f.Code {
		case "derived_mismatch": // the platform was that of the machine, the Python that of the job
		case "no_wheels", "metadata_mismatch": // not of the document
		default:
			findings = append(findings, f)
		}
	}
	return findings
}
