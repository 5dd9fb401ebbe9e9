package verification

import (
	"context"
	"fmt"
	"os"
	"path"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// maxFields is how many differing fields of one wheel are listed.
const maxFields = 20

// onDisk is a store whose objects are files of this machine.
type onDisk interface {
	Path(o store.Object) (string, bool)
}

// file is a wheel that can be read from any place in it: where it lies, or a
// copy that is written while it is hashed.
type file struct {
	name string
	copy *os.File
}

func (r *run) file(object store.Object) (*file, error) {
	if s, ok := r.Store.(onDisk); ok {
		if name, ok := s.Path(object); ok {
			return &file{name: name}, nil
		}
	}
	dir, err := r.temporary()
	if err != nil {
		return nil, err
	}
	copied, err := os.CreateTemp(dir, "*.whl")
	if err != nil {
		return nil, err
	}
	return &file{copied.Name(), copied}, nil
}

// end removes the copy; what cannot be removed here is tried again with the
// folder, which tells.
func (f *file) end() {
	if f.copy != nil {
		_ = f.copy.Close()
		_ = os.Remove(f.name)
	}
}

// compare reads a wheel again, whose bytes are right, and holds everything in it
// against the manifest.
func (r *run) compare(ctx context.Context, c *checked, name string, p *part) {
	r.comparing.Lock()
	defer r.comparing.Unlock()
	again, faults, err := r.inspect(ctx, c.artifact, name, p)
	if err != nil {
		c.add(unreadable, finding.Errorf(ArtifactUnreadable, "the wheel cannot be read again: %v", err))
		return
	}
	for _, f := range faults {
		c.note(f)
	}
	if finding.HasErrors(faults) {
		c.state = differing
		return
	}
	fields, part := differences(&again, c.artifact)
	for _, f := range fields[:min(len(fields), maxFields)] {
		c.add(differing, f)
	}
	if more := len(fields) - maxFields; more > 0 {
		c.note(finding.Errorf(ContentsDiffer, "%d further fields of the wheel differ", more))
	}
	if part != nil {
		c.inPart = true
		c.note(*part)
	}
}

// inspect reads a wheel as generate does.
func (r *run) inspect(ctx context.Context, a *document.Artifact, name string, p *part) (again document.Artifact, faults []finding.Finding, err error) {
	filename := path.Base(a.RelativePath)
	e, _, err := entry.Read(ctx, name, filename, "", entry.Options{})
	if err == nil && e.SHA256 != a.SHA256 {
		err = entry.ErrChanged
	}
	if err != nil {
		return again, nil, err
	}
	held, err := contents.Read(ctx, name, filename, "", contents.Options{Jobs: r.Jobs, Progress: p.share()})
	if err != nil {
		return again, nil, err
	}
	faults = document.Faults(&e, &held)
	if finding.HasErrors(faults) {
		return again, faults, nil
	}
	return document.Inspect(&e, &held), faults, nil
}

// differences are the fields in which a wheel that was read again is not what
// the manifest says, and a warning where not all of them could be compared.
func differences(again, listed *document.Artifact) ([]finding.Finding, *finding.Finding) {
	var d differ
	d.labels(&again.Labels, &listed.Labels)
	d.compare("/metadata", again.Metadata, listed.Metadata)
	is, was := again.Contents, listed.Contents
	if was != nil && was.Reader == is.Reader {
		d.compare("/contents", *is, *was)
		return d.findings, nil
	}
	part := finding.Warningf(ContentsComparedPart, "of the contents, nothing could be compared: the manifest has none").At("/contents")
	if was != nil {
		d.compare("/contents/members", is.Members, was.Members)
		d.compare("/contents/record", is.Record, was.Record)
		part = finding.Warningf(ContentsComparedPart, "of the contents, only members and record could be compared: another version of the reader wrote them").
			At("/contents/reader").GotWant(fmt.Sprint(was.Reader), fmt.Sprint(is.Reader))
	}
	return d.findings, &part
}
