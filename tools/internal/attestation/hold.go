package attestation

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Hold returns how a statement differs from a manifest, whose text is given as
// it was read: its subjects must be every wheel, by path and digest, and the
// manifest file itself, by its digest, and no more. The manifest's name does not
// count: it gets another where it is published.
//
// That the wheels have the digests of the manifest is another question.
func (s *Statement) Hold(manifest []byte, artifacts []document.Artifact) []finding.Finding {
	var findings []finding.Finding
	listed := make(map[string]string, len(s.Subjects))
	for _, subject := range s.Subjects {
		if _, twice := listed[subject.Name]; twice {
			findings = append(findings, finding.Errorf(SubjectTwice, "two subjects of the statement have one name").On(subject.Name))
		}
		listed[subject.Name] = subject.Digest.SHA256
	}
	for _, a := range artifacts {
		signed, there := listed[a.RelativePath]
		switch {
		case !there:
			findings = append(findings, finding.Errorf(SubjectMissing, "the statement does not name this wheel").On(a.RelativePath).GotWant("", a.SHA256))
		case signed != a.SHA256:
			findings = append(findings, finding.Errorf(SubjectDiffers, "the statement and the manifest have other digests of this wheel").
				On(a.RelativePath).At("sha256").GotWant(a.SHA256, signed))
		}
		delete(listed, a.RelativePath)
	}
	return append(findings, s.rest(manifest, listed)...)
}

// rest judges the subjects that are no wheels: one must be the manifest.
func (s *Statement) rest(manifest []byte, listed map[string]string) []finding.Finding {
	sum := sha256.Sum256(manifest)
	want := hex.EncodeToString(sum[:])
	var findings []finding.Finding
	found := false
	for _, subject := range s.Subjects {
		signed, left := listed[subject.Name]
		switch {
		case !left:
		case signed == want && !found:
			found = true
		default:
			findings = append(findings, finding.Errorf(SubjectUnlisted, "the statement names what is neither a wheel of the manifest nor this manifest").
				On(subject.Name).GotWant(signed, ""))
		}
	}
	if !found {
		findings = append(findings, finding.Errorf(SubjectMissing, "the statement does not name this manifest: other bytes were signed").GotWant(want, "a subject with this sha256"))
	}
	return findings
}
