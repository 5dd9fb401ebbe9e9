package publication

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// owner says which run a key belongs to: what the manifest that lies there says
// of itself, or the metadata that the wheel got with it.
func (r *run) owner(ctx context.Context, i *item, there store.Object) string {
	run := Run{there.Metadata[metadataRun], there.Metadata[metadataAttempt]}
	if i.Artifact == "" {
		if m, err := manifestAt(ctx, i.place, i.Key); err == nil {
			run = Run{text(m.RunID), text(m.RunAttempt)}
		}
	}
	if i.Artifact != "" && len(there.Metadata) == 0 && !strings.HasPrefix(i.place.Name(), "s3://") {
		run = r.maker(ctx, i, there.SHA256)
	}
	if !wordPattern.MatchString(run.ID) {
		return "and nothing there says which run put them"
	}
	if !wordPattern.MatchString(run.Attempt) {
		run.Attempt = "unknown"
	}
	return "put there by " + run.String()
}

// What is read to find out who made a wheel that has no metadata.
const (
	maxManifests    = 1000
	maxManifestSize = 16 << 20
)

// maker is the run that made a wheel in a folder, where files have no metadata: as
// a manifest there says that has the wheel.
func (r *run) maker(ctx context.Context, i *item, sha256 string) Run {
	list, err := r.Manifests.List(ctx, "")
	if err != nil {
		return Run{} // who it was is told where it is known
	}
	read := 0
	for _, o := range list {
		if path.Ext(o.Key) != ".json" || o.Size > maxManifestSize || read == maxManifests {
			continue
		}
		read++
		m, err := manifestAt(ctx, r.Manifests, o.Key)
		if err != nil {
			continue // it is another document
		}
		for _, a := range m.Artifacts {
			if a.SHA256 == sha256 && path.Base(a.RelativePath) == path.Base(i.Artifact) && a.Build != nil {
				return Run{text(a.Build.RunID), text(a.Build.RunAttempt)}
			}
		}
	}
	return Run{}
}

// manifestAt reads the manifest that lies under a key.
func manifestAt(ctx context.Context, place store.Writer, key string) (_ *document.Manifest, err error) {
	o, err := place.Head(ctx, key)
	if err != nil {
		return nil, err
	}
	body, err := place.Read(ctx, o, document.MaxBytes+1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	if m, _ := document.Check(data); m != nil {
		return m, nil
	}
	return nil, errors.New("is no manifest")
}
