// Package verification holds the wheels at a place against a manifest: that
// every artifact is there, with the size and the bytes that the manifest says,
// and, where it is asked for, that the wheels hold what it says they do.
//
// An artifact is looked for under its key, which a template makes of it, and
// is read to its end whatever the place claims about it: what a place tells (a
// file's length, the digest on an index page) can only refuse a wheel, never
// pass one. No more of it is read than its size and one byte.
//
// Installers solve requirements from METADATA that is served beside a wheel, and
// choose by the Requires-Python that a page claims, before they see the wheel
// itself. So METADATA that a page promises, or that lies beside a wheel in a
// folder or bucket, is read, no more than metadata.MaxBytes and one byte of it,
// and must be what the manifest says; and so must a page's claims, where it makes
// them.
//
// A wheel that is missing may lie elsewhere in the place: what has its name, or
// its bytes, is said with it.
//
// With contents, a wheel whose bytes are right is read once more as generate
// reads it, and compared with what the manifest says of it, field by field:
// labels of the file name, metadata and contents. Where contents were read by
// another version of the reader, of these only members and record are
// compared, and where they are null none; a warning names each such wheel.
// What was declared (rocm_arch, build_variant, amdgpu_family) and the build
// record are in no wheel, and are compared with nothing.
package verification

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// Verification says what is verified, and how.
type Verification struct {
	// Manifest is valid.
	Manifest *document.Manifest
	// Store is the place of the wheels, WheelKey where in it each one lies.
	Store    store.Store
	WheelKey key.Template
	// Contents asks that wheels are read again and compared in full.
	Contents bool
	// FailOnUnlisted makes a wheel that the manifest does not have an error, and
	// not knowing of such wheels a failure of the place.
	FailOnUnlisted bool
	// Each calls do for the numbers below n, as many side by side as the caller
	// likes. It returns the context's error where that ends before all are done.
	Each func(ctx context.Context, n int, do func(i int)) error
	// Jobs is how many members of one wheel are read side by side; the contents
	// of one wheel are read at a time. Below 1 it is the number of processors.
	Jobs int
	// Progress, where it is set, is told how much of all work is done, in bytes
	// of wheels, one call at a time.
	Progress func(done, all int64)
}

// Counts are numbers of wheels. Each artifact is one of Verified, Missing,
// Differing, Unreadable and WithoutKey.
type Counts struct {
	Artifacts, Verified, Missing, Differing, Unreadable int
	// WithoutKey are artifacts that have no key, or that of another.
	WithoutKey int
	// ComparedInPart are those of which not all contents were compared.
	ComparedInPart int
	// Unlisted are wheels of the place that the manifest does not have.
	Unlisted int
	// Bytes is how many of them were read.
	Bytes int64
}

// Result is the answer.
type Result struct {
	// Findings are in the order of the artifacts; those about the place as a
	// whole come after them.
	Findings []finding.Finding
	Counts   Counts
	// Incomplete says that the place did not let everything be read that was
	// asked for.
	Incomplete bool
}

// Run looks at every artifact before it answers. What is wrong with wheels or
// place is in the result; an error is the context's, or says that copies of wheels
// could not be removed.
func (v Verification) Run(ctx context.Context) (result Result, err error) {
	r := &run{Verification: v, checked: make([]checked, len(v.Manifest.Artifacts))}
	r.temporary = sync.OnceValues(func() (string, error) {
		var err error
		r.made, err = os.MkdirTemp("", "wheelmanifest-verify-")
		return r.made, err
	})
	defer func() {
		if r.made != "" {
			err = errors.Join(err, os.RemoveAll(r.made))
		}
	}()
	r.measure()
	r.keys()
	if err := v.Each(ctx, len(r.checked), func(i int) { r.artifact(ctx, i) }); err != nil {
		return Result{}, err
	}
	objects, err := r.Store.Wheels(ctx, r.projects())
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	if errors.Is(err, store.ErrNoPlace) && r.nothing() {
		r.noPlace(err)
		return r.result, nil
	}
	others := r.others(objects)
	r.elsewhere(ctx, others)
	r.gather()
	r.unlisted(others, err)
	return r.result, ctx.Err()
}

// run is one verification under way.
type run struct {
	Verification
	checked []checked
	result  Result
	// temporary makes a folder for copies of wheels, when the first is needed;
	// then it is made.
	temporary func() (string, error)
	made      string
	// comparing is held while the contents of a wheel are read.
	comparing sync.Mutex
	// counting is held while progress is told.
	counting  sync.Mutex
	done, all int64
}
