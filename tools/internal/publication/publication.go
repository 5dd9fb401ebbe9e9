// Package publication puts wheels and their manifest to where people take them
// from, as a transaction:
//
//  1. Every key is looked at. Where one has other bytes than it is to have,
//     nothing is sent at all.
//  2. Each place that something is sent to proves that it refuses to overwrite.
//  3. The wheels are sent, side by side. At the first that cannot be put, no
//     further one is begun and the others are called off.
//  4. What was sent is read back: what the place itself says of the bytes
//     counts, and where it says nothing, they are read.
//  5. The manifest is sent and read back.
//  6. The pointers are moved, one after the other, each only if it still is what
//     was read, and never to an older run.
//
// So whoever reads a manifest finds its wheels, and whoever follows a pointer its
// manifest, whenever a publisher is killed. What is there already is left alone,
// so that a publication can be repeated, and repeated by several at once.
//
// Which of two runs is older is decided by the numbers run_id and run_attempt.
package publication

import (
	"context"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// Publication is what is put where.
type Publication struct {
	Wheels, Manifests store.Writer
	Plan              Plan
	// ManifestOnly sends no wheel: all of them must be there.
	ManifestOnly bool
	// Each calls do for the numbers below n, as many side by side as the caller
	// likes. It begins no further one where the context ends.
	Each func(ctx context.Context, n int, do func(i int)) error
	// Progress, where it is set, is told how many bytes of wheels were sent and
	// how many are to be, one call at a time.
	Progress func(done, all int64)
}

// Result is what became of it.
type Result struct {
	// Receipt is whole only where no finding is an error.
	Receipt  Receipt
	Findings []finding.Finding
	// Incomplete says that a place did not let something be read or written.
	Incomplete bool
}

// Look makes the first step and says what the others would do. It writes nothing.
func (p Publication) Look(ctx context.Context) (Result, error) {
	r := newRun(p)
	r.look(ctx)
	return r.end(ctx)
}

// Run makes all steps. What is wrong with places or wheels is in the result; an
// error is the context's.
func (p Publication) Run(ctx context.Context) (Result, error) {
	r := newRun(p)
	for _, step := range []func(context.Context){r.look, r.probe, r.send, r.readBack, r.manifest, r.point} {
		if step(ctx); r.failed() || ctx.Err() != nil {
			break
		}
	}
	return r.end(ctx)
}

// run is a publication at work.
type run struct {
	Publication
	wheels   []*item
	document *item
	pointers []*pointing

	faults
	sizes progress
}

// item is an object on its way.
type item struct {
	Item
	place store.Writer
	// put says that it is to be put: it is not there yet, or nobody knows.
	put bool
	// status and version are those of the receipt.
	status  Status
	version string
}

func newRun(p Publication) *run {
	r := &run{Publication: p, document: &item{Item: p.Plan.Manifest, place: p.Manifests}}
	for _, w := range p.Plan.Wheels {
		r.wheels = append(r.wheels, &item{Item: w, place: p.Wheels})
	}
	for _, at := range p.Plan.Pointers {
		r.pointers = append(r.pointers, &pointing{key: at})
	}
	return r
}

// end puts the result together.
func (r *run) end(ctx context.Context) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return Result{r.receipt(), r.sorted(), r.unread}, nil
}
