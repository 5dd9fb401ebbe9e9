package contents

import (
	"cmp"
	"context"
	"io"
	"sync"
	"time"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/gpu"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
)

// large reads a member through a pipe: this goroutine inflates, one hashes,
// one looks for device code.
func (w *worker) large(ctx context.Context, m archive.Member, content io.Reader, hashes *record.Hashes) (code gpu.File, err error) {
	if w.blocks == nil {
		w.blocks = newBlocks()
	}
	p := newPipe(2, w.blocks)
	p.backlog, p.yield = &w.found.backlog, w.yield
	var wait sync.WaitGroup
	read := func(r *pipeReader, do func()) {
		wait.Go(func() {
			defer r.drain()
			defer w.caught.keep(func() {})
			do()
		})
	}
	var hashing, scanning error
	read(p.readers[0], func() { hashing = p.readers[0].writeTo(hashes) })
	read(p.readers[1], func() { code, scanning = gpu.Scan(m.Name, m.Size, p.readers[1], w.budget) })
	err = p.fill(ctx, &counted{content, w.progress})
	wait.Wait()
	w.caught.again()
	// Where inflating failed, that is what the others say too.
	return code, cmp.Or(err, hashing, scanning)
}

// yield lets those go first who hash and scan. Inflating the largest member
// often takes longer than everything else together; as long as it goes on,
// whatever else its processor did would make the whole last longer, and Go's
// scheduler knows no priorities. So the other workers wait a little, which
// leaves their processors to the backlog. That is all: nothing depends on it.
func (w *worker) yield() {
	for range yields {
		if w.largest || w.found.backlog.Load() == 0 {
			return
		}
		time.Sleep(yieldFor)
	}
}

const (
	yields   = 10
	yieldFor = 50 * time.Microsecond
)

// counted tells how many bytes were read.
type counted struct {
	io.Reader
	progress func(n int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.progress(int64(n))
	return n, err
}

// note keeps what a member was found to hold.
func (w *worker) note(i int, m archive.Member, hashes *record.Hashes, code gpu.File) {
	for _, f := range code.Faults {
		w.faults.add(i, f.In(m.Name))
	}
	code.Faults = nil
	w.found.mu.Lock()
	defer w.found.mu.Unlock()
	if !code.Empty() {
		w.found.code[i] = code
	}
	if w.record != nil && !m.IsFolder() {
		w.found.defects = append(w.found.defects, w.record.Check(i, m.Name, m.Size, hashes.Sums(w.record.Algorithms(i)))...)
	}
}
