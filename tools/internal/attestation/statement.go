// Package attestation says in the formats of the supply chain what a manifest
// says: which wheels one build made, from which commits, in which run. It
// makes the statement, signs it, and checks a signed one.
//
// The layers, each with its source:
//
//   - in-toto Statement v1 (github.com/in-toto/attestation, spec/v1). Its
//     subjects are the digests of every wheel and of the manifest file itself:
//     without the latter, a manifest that was tampered with would still verify.
//   - SLSA provenance v1 (slsa.dev/provenance/v1) is its predicate. What the
//     fields mean is what BuildType names: docs/attestation.md.
//   - A DSSE envelope (github.com/secure-systems-lab/dsse) carries the
//     statement's bytes and one signature, ECDSA P-256 with SHA-256 or Ed25519.
//   - A Sigstore bundle v0.3 (github.com/sigstore/protobuf-specs) carries the
//     envelope and a hint of the key.
//
// The same manifest gives the same bytes, but for ECDSA signatures, which are
// random.
package attestation

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// The formats' names, compared to the letter.
const (
	StatementType = "https://in-toto.io/Statement/v1"
	PredicateType = "https://slsa.dev/provenance/v1"
	PayloadType   = "application/vnd.in-toto+json"
	MediaType     = "application/vnd.dev.sigstore.bundle.v0.3+json"
)

// MaxSubjects is how many subjects a statement may have: cosign and GitHub's
// action attest refuse more.
const MaxSubjects = 1024

// Statement binds a predicate to files by their digests.
type Statement struct {
	Type          string    `json:"_type"`
	Subjects      []Subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	// Predicate is an object in JSON.
	Predicate json.RawMessage `json:"predicate"`
}

// Subject is one file.
type Subject struct {
	Name   string `json:"name"`
	Digest Digest `json:"digest"`
}

// Digest is a file's, as 64 lower-case hex digits.
type Digest struct {
	SHA256 string `json:"sha256"`
}

// File is the manifest's own file: its name without folders, and its exact
// bytes' digest as 64 lower-case hex digits.
type File struct{ Name, SHA256 string }

// New is the statement of a valid document: one subject for each wheel, named
// by its relative path and in order of that, then one for the manifest file. The
// statement is nil where anything keeps the document from being attested.
func New(m *document.Manifest, file File, builderID string) (*Statement, []finding.Finding, error) {
	subjects, findings := subjectsOf(m, file)
	if findings = append(findings, unattestable(m)...); len(findings) > 0 {
		return nil, findings, nil
	}
	predicate, err := marshal(provenance(m, builderID), "")
	if err != nil {
		return nil, nil, fmt.Errorf("provenance: %w", err)
	}
	return &Statement{StatementType, subjects, PredicateType, predicate}, nil, nil
}

func subjectsOf(m *document.Manifest, file File) ([]Subject, []finding.Finding) {
	var findings []finding.Finding
	subjects := make([]Subject, 0, len(m.Artifacts)+1)
	for _, a := range m.Artifacts {
		subjects = append(subjects, Subject{a.RelativePath, Digest{a.SHA256}})
	}
	slices.SortFunc(subjects, func(a, b Subject) int { return cmp.Compare(a.Name, b.Name) })
	if fault := nameFault(file.Name, m); fault != "" {
		findings = append(findings, finding.Errorf(NameUnusable, "the manifest's file name cannot be a subject's: %s", fault).GotWant(file.Name, "another file name"))
	}
	subjects = append(subjects, Subject{file.Name, Digest{file.SHA256}})
	if len(subjects) > MaxSubjects {
		findings = append(findings, finding.Errorf(TooManySubjects, "the wheels and the manifest are more subjects than verifiers take").
			At("/artifacts").GotWant(fmt.Sprint(len(subjects)), fmt.Sprintf("at most %d", MaxSubjects)))
	}
	return subjects, findings
}

// Checksums lists the subjects as sha256sum does, one a line: what the input
// subject-checksums of GitHub's action attest takes.
func (s *Statement) Checksums() []byte {
	var b bytes.Buffer
	for _, subject := range s.Subjects {
		fmt.Fprintf(&b, "%s  %s\n", subject.Digest.SHA256, subject.Name)
	}
	return b.Bytes()
}

// marshal writes JSON without escapes for HTML and without a final newline.
func marshal(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
