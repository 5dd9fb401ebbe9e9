package verification

import (
	"context"
	"io"
	"sync"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// maxWork bounds what progress counts, so that a hundred times as much is still
// a number: a manifest may say any size.
const maxWork = 1 << 56

// measure adds up the work.
func (r *run) measure() {
	for i := range r.Manifest.Artifacts {
		r.all = min(r.all+r.work(&r.Manifest.Artifacts[i]), maxWork)
	}
}

// work is how many bytes of a wheel are read: with contents it is read twice.
func (r *run) work(a *document.Artifact) int64 {
	if r.Contents {
		return 2 * a.SizeBytes
	}
	return a.SizeBytes
}

// part is the progress of one artifact.
type part struct {
	run *run
	// left is what has not been counted yet.
	left int64
}

// advance counts work, never more than there was.
func (p *part) advance(n int64) {
	n = max(0, min(n, p.left))
	p.left -= n
	p.run.advance(n)
}

// end counts what was left out as done.
func (p *part) end() { p.advance(p.left) }

// share makes what is left the whole of a work that has a measure of its own.
func (p *part) share() func(done, all int64) {
	var mu sync.Mutex
	whole := p.left
	return func(done, all int64) {
		mu.Lock()
		defer mu.Unlock()
		if all > 0 {
			p.advance(int64(float64(whole)*float64(done)/float64(all)) - (whole - p.left))
		}
	}
}

// advance tells that work was done.
func (r *run) advance(n int64) {
	if r.Progress == nil || n <= 0 {
		return
	}
	r.counting.Lock()
	defer r.counting.Unlock()
	r.done = min(r.done+n, r.all)
	r.Progress(r.done, r.all)
}

// watched is a body that ends with the context and counts as progress.
type watched struct {
	ctx  context.Context
	from io.Reader
	part *part
}

func (w *watched) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.from.Read(b)
	w.part.advance(int64(n))
	return n, err
}
