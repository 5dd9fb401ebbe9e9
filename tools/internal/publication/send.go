package publication

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// probe makes sure that the places refuse to overwrite, those that something is
// sent to.
func (r *run) probe(ctx context.Context) {
	wheels, others := false, r.document.put
	for _, w := range r.wheels {
		wheels = wheels || w.put
	}
	for _, p := range r.pointers {
		others = others || p.status == Would
	}
	if wheels {
		r.probeAt(ctx, r.Wheels)
	}
	if others && (!wheels || r.Manifests.Name() != r.Wheels.Name()) {
		r.probeAt(ctx, r.Manifests)
	}
}

func (r *run) probeAt(ctx context.Context, place store.Writer) {
	if err := place.Probe(ctx); err != nil && ctx.Err() == nil {
		r.broken(err)
	}
}

// send puts the wheels that are not there yet.
func (r *run) send(ctx context.Context) {
	var todo []*item
	for _, w := range r.wheels {
		if w.put {
			todo = append(todo, w)
			r.sizes.all += w.Content.Size
		}
	}
	r.sizes.show = r.Progress
	inner, stop := context.WithCancel(ctx)
	defer stop()
	_ = r.Each(inner, len(todo), func(n int) {
		if inner.Err() == nil && !r.create(inner, todo[n]) {
			stop()
		}
	})
}

// create puts one object and says whether it could. What is called off because
// another could not be put is no fault of its own.
func (r *run) create(ctx context.Context, i *item) bool {
	content := i.Content
	content.Open = r.sizes.counted(content)
	written, err := i.place.Create(ctx, i.Key, content)
	exists, is := errors.AsType[*store.ExistsError](err)
	switch {
	case err == nil:
		i.version, i.status = written.Version, Already
		if written.Sent {
			i.status = Sent
		}
		return true
	case is:
		r.taken(context.WithoutCancel(ctx), i, store.Object{Key: i.Key, Size: exists.Size, SHA256: exists.SHA256, Metadata: exists.Metadata})
	case ctx.Err() == nil:
		r.broken(err)
	}
	return false
}

// readBack makes sure that the wheels that were sent are there.
func (r *run) readBack(ctx context.Context) {
	_ = r.Each(ctx, len(r.wheels), func(n int) {
		if r.wheels[n].put {
			r.readBackOf(ctx, r.wheels[n])
		}
	})
}

func (r *run) readBackOf(ctx context.Context, i *item) {
	there, err := there(ctx, i.place, i.Key)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.add(finding.Errorf(NotThere, "what was sent cannot be read back: %v", err).On(i.url()))
		r.incomplete()
	case there.SHA256 != i.Content.SHA256 || there.Size != i.Content.Size:
		r.add(finding.Errorf(NotThere, "what was sent reads back as something else").On(i.url()).GotWant(there.SHA256, i.Content.SHA256))
		r.incomplete()
	}
}

// manifest puts the manifest, now that its wheels are there.
func (r *run) manifest(ctx context.Context) {
	if r.document.put && r.create(ctx, r.document) {
		r.readBackOf(ctx, r.document)
	}
}

// progress counts the bytes that are sent.
type progress struct {
	mu        sync.Mutex
	done, all int64
	show      func(done, all int64)
}

// counted opens content whose reading counts.
func (p *progress) counted(c store.Content) func() (io.ReadSeekCloser, error) {
	return func() (io.ReadSeekCloser, error) {
		file, err := c.Open()
		switch {
		case err != nil:
			// It was there when it was verified.
			return nil, fmt.Errorf("%w: %v", store.ErrSource, err)
		case p.show == nil:
			return file, nil
		}
		return &counted{file, p, 0, 0}, nil
	}
}

func (p *progress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done += n; p.all > 0 {
		p.show(min(p.done, p.all), p.all)
	}
}

// counted is a file whose bytes count once, however often they are read.
type counted struct {
	io.ReadSeekCloser
	progress *progress
	at, told int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadSeekCloser.Read(p)
	if c.at += int64(n); c.at > c.told {
		c.progress.add(c.at - c.told)
		c.told = c.at
	}
	return n, err
}

func (c *counted) Seek(offset int64, whence int) (int64, error) {
	at, err := c.ReadSeekCloser.Seek(offset, whence)
	if err == nil {
		c.at = at
	}
	return at, err
}
