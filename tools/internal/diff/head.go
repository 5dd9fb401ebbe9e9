package diff

import (
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// Head is what a document is, as far as it is known: what people must know of
// it, and what is no difference by itself.
type Head struct {
	Name                                        string
	Project, Component, Accelerator, ROCm, CUDA string
	Platform, Python                            string
	RunID, RunAttempt, JobID, RunURL            string
	TheRock                                     string // its commit
	Stamped                                     bool
	// FirstBuilt and LastBuilt are the earliest and the latest of the wheels'
	// timestamps.
	FirstBuilt, LastBuilt string
	// Wheels and SizeBytes count the artifacts.
	Wheels    int
	SizeBytes int64
}

func headOf(s Side) Head {
	m := s.Manifest
	h := Head{
		Name: s.Name, Project: deref(m.Project), Component: deref(m.Component), Accelerator: deref(m.Accelerator),
		ROCm: deref(m.ROCmSDKVersion), CUDA: deref(m.CUDAVersion), Platform: m.Platform, Python: m.PythonVersion,
		RunID: deref(m.RunID), RunAttempt: deref(m.RunAttempt), JobID: deref(m.JobID), RunURL: deref(m.RunURL),
		Stamped: m.Stamped, Wheels: len(m.Artifacts),
	}
	if m.TheRock != nil {
		h.TheRock = m.TheRock.Commit
	}
	for i := range m.Artifacts {
		h.SizeBytes += m.Artifacts[i].SizeBytes
		h.built(m.Artifacts[i].Build)
	}
	return h
}

// built counts the time of one wheel. Times are RFC 3339 in UTC, so that they
// compare as text but for fractions of a second.
func (h *Head) built(b *document.Build) {
	if b == nil || b.Timestamp == nil {
		return
	}
	if h.FirstBuilt == "" || *b.Timestamp < h.FirstBuilt {
		h.FirstBuilt = *b.Timestamp
	}
	if *b.Timestamp > h.LastBuilt {
		h.LastBuilt = *b.Timestamp
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
