package contents

import (
	"errors"
	"io"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
)

// readRecord reads RECORD, before every other member, and holds it against
// itself: a digest of it cannot be right, but its size may be given.
func (w *reader) readRecord(inflate archive.Inflater) ([]record.Defect, error) {
	if w.at = w.recordMember(); w.at < 0 {
		return nil, nil
	}
	m := w.directory.Members[w.at]
	if m.Size > record.MaxBytes {
		w.faults.add(w.at, finding.Errorf(archive.MemberTooLarge, "RECORD has %d bytes, want at most %d", m.Size, entry.MaxRecordBytes).In(m.Name))
		w.at = -1
		return nil, nil
	}
	content, err := w.directory.Content(m, inflate)
	if err != nil {
		return nil, w.damage(w.at, err)
	}
	numbers := make(map[string]int, len(w.directory.Members))
	for i, m := range w.directory.Members {
		if !m.IsFolder() {
			numbers[m.Name] = i
		}
	}
	hashes := record.NewHashes(record.Algorithms())
	r := io.TeeReader(content, hashes)
	rows, err := record.Read(m.Name, r, len(w.directory.Members), func(path string) (int, bool) {
		i, ok := numbers[path]
		return i, ok
	})
	if malformed := (*record.Malformed)(nil); errors.As(err, &malformed) {
		w.faults.add(w.at, finding.Errorf(RecordMalformed, "RECORD cannot be read: %v", malformed).In(m.Name))
		_, err = io.Copy(io.Discard, content) // what else is wrong with the member
	}
	if err != nil {
		return nil, w.damage(w.at, err)
	}
	if w.record = rows; rows == nil {
		return nil, nil
	}
	return rows.Check(w.at, m.Name, m.Size, hashes.Sums(rows.Algorithms(w.at))), nil
}

// damage notes a damaged member, and returns any other error.
func (w *reader) damage(member int, err error) error {
	var damage *archive.Damage
	if errors.As(err, &damage) {
		w.faults.add(member, damage.Finding)
		return nil
	}
	return err
}
