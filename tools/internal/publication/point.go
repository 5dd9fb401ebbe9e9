package publication

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"time"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// moves is how often a pointer that others move too is tried.
const moves = 30

// pointing is one pointer on its way.
type pointing struct {
	key    string
	status Status
	// at is what it points to, the others are of its bytes.
	at              Pointer
	size            int64
	sha256, version string
}

// lookAtPointer reads one pointer and says what is to be done; was is the version
// that a replacement must name.
func (r *run) lookAtPointer(ctx context.Context, p *pointing) (was store.Version, ok bool) {
	data, was, err := r.Manifests.Current(ctx, p.key, maxPointer)
	where := url(r.Manifests.Name(), p.key)
	switch {
	case ctx.Err() != nil:
		return "", false
	case errors.Is(err, fs.ErrNotExist):
		p.is(r.Plan.pointer, nil, "", Would)
		return "", true
	case err != nil:
		r.broken(err)
		return "", false
	}
	now, err := ParsePointer(data)
	if err != nil {
		r.add(finding.Errorf(Foreign, "what lies there is not replaced: it %v", err).On(where))
		return "", false
	}
	switch order := r.Plan.pointer.run().compare(now.run()); {
	case now == r.Plan.pointer:
		p.is(now, data, was, Already)
	case order > 0:
		p.is(r.Plan.pointer, nil, "", Would)
	case order < 0:
		p.is(now, data, was, Newer)
	default:
		r.add(finding.Errorf(SameRun, "the pointer is that of another manifest of %s; jobs of one run need pointers of their own, such as latest/{platform}-{python_version}.json", now.run()).
			On(where).GotWant(now.ManifestKey, r.Plan.pointer.ManifestKey))
		return "", false
	}
	return was, true
}

// is notes what the pointer is, or would be where data is nil.
func (p *pointing) is(at Pointer, data []byte, version store.Version, s Status) {
	if data == nil {
		// A pointer of ours has nothing that JSON could not say.
		data, _ = at.Encode()
	}
	p.at, p.size, p.sha256, p.version = at, int64(len(data)), digest(data), string(version)
	p.status = s
}

// point moves the pointers.
func (r *run) point(ctx context.Context) {
	for _, p := range r.pointers {
		if ctx.Err() == nil {
			r.move(ctx, p)
		}
	}
}

// move moves one pointer, and reads it back: it ends when the pointer is ours or
// that of a newer run.
func (r *run) move(ctx context.Context, p *pointing) {
	data, err := r.Plan.pointer.Encode()
	if err != nil {
		r.broken(err)
		return
	}
	content := store.Bytes(data)
	content.Type, content.CacheControl = documentType, never
	sent := false
	for range moves {
		was, ok := r.lookAtPointer(ctx, p)
		switch {
		case !ok:
			return
		case p.status == Already && sent:
			p.status = Sent
			return
		case p.status != Would:
			return
		}
		_, err := r.Manifests.Replace(ctx, p.key, was, content)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			sent = true
		case errors.Is(err, store.ErrChanged):
			pause(ctx)
		default:
			r.broken(err)
			return
		}
	}
	r.add(finding.Errorf(Failed, "the pointer was changed by others %d times while it was to be moved", moves).On(url(r.Manifests.Name(), p.key)))
	r.incomplete()
}

// pause lets those who move the same pointer pass.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(rand.N(200 * time.Millisecond)):
	}
}
