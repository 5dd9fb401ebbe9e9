package document

// Reuse marks the artifacts that an earlier build made: those of which previous
// lists the same path with the same SHA-256. They keep the build record that
// previous has of them, whether that was then new or reused; where m is not
// stamped, they get the status alone. All others stay as they are. Both
// documents must be valid. It returns how many artifacts are reused.
func (m *Manifest) Reuse(previous *Manifest) (reused int) {
	earlier := make(map[string]*Artifact, len(previous.Artifacts))
	for i := range previous.Artifacts {
		earlier[previous.Artifacts[i].RelativePath] = &previous.Artifacts[i]
	}
	for i := range m.Artifacts {
		a := &m.Artifacts[i]
		old := earlier[a.RelativePath]
		if old == nil || old.SHA256 != a.SHA256 {
			continue
		}
		reused++
		record := Build{}
		if m.Stamped {
			record = *old.Build
			// Fields of a newer version are not this one's to write.
			record.Extra = nil
		}
		record.Status = Reused
		a.Build = &record
	}
	return reused
}
