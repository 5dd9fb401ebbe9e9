package document

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

const commitB, digestB = "abcdef0123456789abcdef0123456789abcdef01", "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"

func TestReuse(t *testing.T) {
	now := Build{Status: Rebuilt, Timestamp: ref("2026-01-02T03:04:05Z"), RunID: ref("2"), RunAttempt: ref("1"), Commit: ref(commitB)}
	earlier := Build{
		Status: Rebuilt, Timestamp: ref("2025-11-24T08:30:00Z"), RunID: ref("1"), RunAttempt: ref("3"), JobID: ref("build"),
		RunURL: ref("https://github.com/ROCm/TheRock/actions/runs/1"), Commit: ref(commitA),
	}
	reused := earlier
	reused.Status = Reused
	newer := earlier
	newer.Extra = Extra{"machine": json.RawMessage(`"m1"`)}

	for name, c := range map[string]struct {
		// previous changes the artifact of the earlier document.
		previous func(m *Manifest, a *Artifact)
		stamped  bool
		want     Build
	}{
		"same path and bytes":             {func(_ *Manifest, a *Artifact) {}, true, reused},
		"other bytes":                     {func(_ *Manifest, a *Artifact) { a.SHA256 = digestB }, true, now},
		"other path":                      {func(_ *Manifest, a *Artifact) { a.RelativePath = "other/" + a.RelativePath }, true, now},
		"path of other case":              {func(_ *Manifest, a *Artifact) { a.RelativePath = "DIST" + a.RelativePath[4:] }, true, now},
		"reused then":                     {func(_ *Manifest, a *Artifact) { a.Build = &reused }, true, reused},
		"unstamped then":                  {func(m *Manifest, a *Artifact) { m.Stamped, a.Build = false, &Build{Status: Rebuilt} }, true, Build{Status: Reused}},
		"fields of a newer version":       {func(m *Manifest, a *Artifact) { m.SchemaVersion, a.Build = "1.7", &newer }, true, reused},
		"unstamped now":                   {func(_ *Manifest, a *Artifact) {}, false, Build{Status: Reused}},
		"unstamped now, with other bytes": {func(_ *Manifest, a *Artifact) { a.SHA256 = digestB }, false, Build{Status: Rebuilt}},
	} {
		t.Run(name, func(t *testing.T) {
			previous := sample()
			old := &previous.Artifacts[1]
			kept := earlier
			old.Build = &kept
			c.previous(previous, old)
			before := *old.Build

			m := sample()
			if !c.stamped {
				m = bare()
				m.Artifacts = append(sample().Artifacts[:1:1], m.Artifacts...)
				m.Artifacts[0].Build = &Build{Status: Rebuilt}
				m.Artifacts[1].RelativePath = sample().Artifacts[1].RelativePath
			} else {
				m.Artifacts[1].Build = &now
			}
			previous.Artifacts = previous.Artifacts[1:]
			want := 0
			if c.want.Status == Reused {
				want = 1
			}
			assert.Equal(t, want, m.Reuse(previous))
			assert.Equal(t, c.want, *m.Artifacts[1].Build)
			assert.Equal(t, Rebuilt, m.Artifacts[0].Build.Status, "it is in no earlier document")
			assert.Equal(t, before, *old.Build, "the earlier document stays as it is")
		})
	}
}

// What is reused from a valid document makes a valid one, and doing it again
// changes nothing.
func TestReuseKeepsDocumentsValid(t *testing.T) {
	for _, m := range []*Manifest{sample(), bare()} {
		for _, previous := range []*Manifest{sample(), bare()} {
			previous.Artifacts = append(previous.Artifacts, m.Artifacts...)
			m.Reuse(previous)
			assert.Empty(t, brief(m.Validate()))
			once := string(encoded(t, m))
			m.Reuse(m)
			assert.Equal(t, once, string(encoded(t, m)))
		}
	}
}
