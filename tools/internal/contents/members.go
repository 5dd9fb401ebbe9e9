package contents

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/gpu"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/module"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
)

// small is the size in bytes up to which a member is read whole. Goroutines
// for a smaller one would cost more than they save.
const small = 512 << 10

// results is what several workers found.
type results struct {
	mu      sync.Mutex
	defects []record.Defect
	code    map[int]gpu.File
	modules map[int]*module.Module
	// backlog counts the blocks that wait for being hashed or scanned.
	backlog atomic.Int64
}

// members reads every member but RECORD, the largest first: one that takes
// longest must not be the last to begin.
func (w *reader) members(ctx context.Context) (*results, error) {
	var order []int
	var all int64
	for i, m := range w.directory.Members {
		if i != w.at {
			order = append(order, i)
			all += m.Size
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(w.directory.Members[b].Size, w.directory.Members[a].Size)
	})
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	found := &results{code: map[int]gpu.File{}, modules: map[int]*module.Module{}}
	budget := &gpu.Budget{}
	var next, done atomic.Int64
	var wait sync.WaitGroup
	var caught panics
	for range w.jobs() {
		wait.Go(func() {
			defer caught.keep(func() { stop(errPanic) })
			r := &worker{reader: w, found: found, budget: budget, inflate: newInflater(), caught: &caught}
			r.progress = func(n int64) {
				if n = done.Add(n); w.options.Progress != nil {
					w.options.Progress(n, all)
				}
			}
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return
				}
				r.largest = i == 0
				if err := r.member(ctx, order[i]); err != nil {
					stop(err)
				}
			}
		})
	}
	wait.Wait()
	caught.again()
	return found, context.Cause(ctx)
}

// errPanic stops the other workers; nobody sees it.
var errPanic = errors.New("panic")

// panics carries a panic from a goroutine to the caller's.
type panics struct {
	once  sync.Once
	value any
}

// keep is to be deferred.
func (p *panics) keep(then func()) {
	if value := recover(); value != nil {
		p.once.Do(func() { p.value = value })
		then()
	}
}

func (p *panics) again() {
	if p.value != nil {
		panic(p.value)
	}
}

// worker is one goroutine that reads members, one at a time.
type worker struct {
	*reader
	found    *results
	budget   *gpu.Budget
	inflate  archive.Inflater
	caught   *panics
	progress func(n int64)
	// largest says that this worker reads the wheel's largest member, and read
	// how many bytes of others it read since it last gave way.
	largest bool
	read    int64
	// buffer and blocks are used again from member to member.
	buffer []byte
	blocks chan *block
}

// member reads one member and notes what it holds.
func (w *worker) member(ctx context.Context, i int) error {
	m := w.directory.Members[i]
	content, err := w.directory.Content(m, w.inflate)
	if err != nil {
		return w.damage(i, err)
	}
	hashes := record.NewHashes(w.algorithms(i))
	var code gpu.File
	if m.Size <= small || w.modules[i] != "" && m.Size <= module.MaxBytes {
		code, err = w.small(i, m, content, hashes)
	} else {
		code, err = w.large(ctx, m, content, hashes)
	}
	if err != nil {
		return w.damage(i, err)
	}
	w.note(i, m, hashes, code)
	return nil
}

// algorithms are those that RECORD asks for.
func (w *worker) algorithms(i int) []*record.Algorithm {
	if w.record == nil {
		return nil
	}
	return w.record.Algorithms(i)
}

// small reads a member into memory.
func (w *worker) small(i int, m archive.Member, content io.Reader, hashes *record.Hashes) (gpu.File, error) {
	if int64(cap(w.buffer)) < m.Size+1 {
		// Members come the largest first: no later one needs more.
		w.buffer = make([]byte, m.Size+1)
	}
	// One byte more, so that the content's end is seen and checked.
	n, err := fill(content, w.buffer[:m.Size+1])
	if err != nil && !errors.Is(err, io.EOF) {
		return gpu.File{}, err
	}
	data := w.buffer[:n]
	if _, err := hashes.Write(data); err != nil {
		return gpu.File{}, err
	}
	w.progress(m.Size)
	if w.read += m.Size; w.read >= blockSize {
		w.read = 0
		w.yield()
	}
	if w.modules[i] != "" {
		said := module.Read(data)
		w.found.mu.Lock()
		w.found.modules[i] = said
		w.found.mu.Unlock()
	}
	if m.IsFolder() {
		return gpu.File{}, nil
	}
	return gpu.Scan(m.Name, m.Size, bytes.NewReader(data), w.budget)
}
