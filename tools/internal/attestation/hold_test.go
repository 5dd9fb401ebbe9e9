package attestation

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

func TestHold(t *testing.T) {
	own := digest(manifestText)
	for name, c := range map[string]struct {
		change func(*Statement)
		want   []string
	}{
		"as it was":            {func(*Statement) {}, nil},
		"another order":        {func(s *Statement) { slices.Reverse(s.Subjects) }, nil},
		"the manifest renamed": {func(s *Statement) { s.Subjects[2].Name = "3.12-release.json" }, nil},
		"a wheel removed":      {func(s *Statement) { s.Subjects = s.Subjects[1:] }, []string{"subject_missing " + apex + " :  | " + digestB}},
		"the manifest removed": {func(s *Statement) { s.Subjects = s.Subjects[:2] }, []string{"subject_missing  : " + own + " | a subject with this sha256"}},
		"a wheel added":        {func(s *Statement) { s.Subjects = append(s.Subjects, Subject{"x.whl", Digest{digestA}}) }, []string{"subject_unlisted x.whl : " + digestA + " | "}},
		"the manifest twice":   {func(s *Statement) { s.Subjects = append(s.Subjects, Subject{"again.json", Digest{own}}) }, []string{"subject_unlisted again.json : " + own + " | "}},
		"a wheel twice":        {func(s *Statement) { s.Subjects = append(s.Subjects, s.Subjects[0]) }, []string{"subject_twice " + apex + " :  | "}},
		"a wheel renamed":      {func(s *Statement) { s.Subjects[0].Name = "x.whl" }, []string{"subject_missing " + apex + " :  | " + digestB, "subject_unlisted x.whl : " + digestB + " | "}},
		"a wheel's case":       {func(s *Statement) { s.Subjects[0].Name = "A" + apex[1:] }, []string{"subject_missing " + apex + " :  | " + digestB, "subject_unlisted A" + apex[1:] + " : " + digestB + " | "}},
		"a wheel changed":      {func(s *Statement) { s.Subjects[0].Digest.SHA256 = digestA }, []string{"subject_differs " + apex + " sha256: " + digestB + " | " + digestA}},
		"another manifest":     {func(s *Statement) { s.Subjects[2].Digest.SHA256 = digestA }, []string{"subject_unlisted pytorch_manifest.json : " + digestA + " | ", "subject_missing  : " + own + " | a subject with this sha256"}},
		"two wheels' digests": {func(s *Statement) {
			s.Subjects[0].Digest, s.Subjects[1].Digest = s.Subjects[1].Digest, s.Subjects[0].Digest
		}, []string{"subject_differs " + torch + " sha256: " + digestA + " | " + digestB, "subject_differs " + apex + " sha256: " + digestB + " | " + digestA}},
		"a wheel, as manifest":  {func(s *Statement) { s.Subjects[0].Digest.SHA256 = own }, []string{"subject_differs " + apex + " sha256: " + digestB + " | " + own}},
		"nothing":               {func(s *Statement) { s.Subjects = nil }, []string{"subject_missing " + torch + " :  | " + digestA, "subject_missing " + apex + " :  | " + digestB, "subject_missing  : " + own + " | a subject with this sha256"}},
		"twice, two digests":    {func(s *Statement) { s.Subjects = append(s.Subjects, Subject{apex, Digest{digestA}}) }, []string{"subject_twice " + apex + " :  | ", "subject_differs " + apex + " sha256: " + digestB + " | " + digestA}},
		"the manifest, 2 bytes": {func(s *Statement) { s.Subjects = append(s.Subjects, Subject{s.Subjects[2].Name, Digest{digestA}}) }, []string{"subject_twice pytorch_manifest.json :  | ", "subject_unlisted pytorch_manifest.json : " + digestA + " | ", "subject_unlisted pytorch_manifest.json : " + digestA + " | ", "subject_missing  : " + own + " | a subject with this sha256"}},
	} {
		s := statement(t, sample())
		c.change(s)
		got := brief(s.Hold(manifestText, sample().Artifacts))
		if c.want == nil {
			c.want = []string{}
		}
		assert.Equal(t, c.want, got, name)
	}
	// Another manifest of the same wheels.
	assert.Equal(t, []string{SubjectUnlisted, SubjectMissing}, codes(statement(t, sample()).Hold([]byte("{}"), sample().Artifacts)))
	// A wheel that the manifest got later.
	more := append(sample().Artifacts, document.Artifact{RelativePath: "new.whl", SHA256: digestA})
	assert.Equal(t, []string{SubjectMissing}, codes(statement(t, sample()).Hold(manifestText, more)))
}
