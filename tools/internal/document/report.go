package document

import (
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// The findings about one document are bounded in number and in bytes, so that
// a hostile one cannot make a report that fills the memory.
const (
	maxFindings = 1_000
	maxReport   = 8 << 20
)

// report gathers findings.
type report struct {
	findings []finding.Finding
	bytes    int
	// dropped is the worst severity of those that are not listed, or empty.
	dropped finding.Severity
}

// full says whether further findings are dropped.
func (r *report) full() bool { return len(r.findings) >= maxFindings || r.bytes >= maxReport }

func (r *report) add(f finding.Finding) {
	if r.full() {
		r.drop(f.Severity)
		return
	}
	r.bytes += len(f.Field) + len(f.Got) + len(f.Want) + len(f.Message)
	r.findings = append(r.findings, f)
}

// fault adds an error. Nothing is put into words that is not listed.
func (r *report) fault(code string, at *place, got, want, format string, args ...any) {
	if r.full() {
		r.drop(finding.Error)
		return
	}
	r.add(finding.Errorf(code, format, args...).At(at.String()).GotWant(got, want))
}

func (r *report) drop(severity finding.Severity) {
	if r.dropped != finding.Error {
		r.dropped = severity
	}
}

// stop says that the rest was not read.
func (r *report) stop() error {
	r.drop(finding.Error)
	return errStop
}

func (r *report) all() []finding.Finding {
	if r.dropped == "" {
		return r.findings
	}
	f := finding.Errorf("too_many_findings", "no more than %d findings are listed", len(r.findings))
	f.Severity = r.dropped
	return append(slices.Clip(r.findings), f)
}
