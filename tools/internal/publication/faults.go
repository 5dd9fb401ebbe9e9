package publication

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// faults are what goes wrong, side by side.
type faults struct {
	mu       sync.Mutex
	findings []finding.Finding
	// unread says that a place did not let something be read or written.
	unread bool
}

func (r *faults) failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return finding.HasErrors(r.findings)
}

func (r *faults) add(f finding.Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// A place that fails as a whole fails alike for all that is sent there.
	if f = f.Plain(); !slices.Contains(r.findings, f) {
		r.findings = append(r.findings, f)
	}
}

// broken says that a place failed.
func (r *faults) broken(err error) {
	code := Failed
	if errors.Is(err, store.ErrSource) {
		code = FileChanged
	}
	r.add(finding.Errorf(code, "%v", err))
	if code == Failed {
		r.incomplete()
	}
}

func (r *faults) incomplete() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unread = true
}

// sorted are the findings in one order, however their places answered: equal
// publications tell equal things.
func (r *faults) sorted() []finding.Finding {
	slices.SortStableFunc(r.findings, func(a, b finding.Finding) int {
		return cmp.Or(strings.Compare(a.Artifact, b.Artifact), strings.Compare(a.Code, b.Code), strings.Compare(a.Message, b.Message))
	})
	return r.findings
}
