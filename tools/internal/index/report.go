package index

import (
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// maxFindings is how many findings are listed.
const maxFindings = 1_000

// report gathers findings, within a bound.
type report struct {
	findings []finding.Finding
	// dropped is the worst severity of those that are not listed, or empty.
	dropped finding.Severity
}

func (r *report) add(findings ...finding.Finding) {
	for _, f := range findings {
		switch {
		case len(r.findings) < maxFindings:
			r.findings = append(r.findings, f)
		case r.dropped != finding.Error:
			r.dropped = f.Severity
		}
	}
}

func (r *report) all() []finding.Finding {
	if r.dropped == "" {
		return r.findings
	}
	last := finding.Errorf(TooMany, "no more than %d findings are listed", len(r.findings))
	last.Severity = r.dropped
	return append(slices.Clip(r.findings), last)
}

// harmless reports text that does not show what it is: characters that end a
// line, move the cursor, turn the direction of writing or show nothing.
func (r *report) harmless(artifact, field, text string) {
	if finding.Escape(text) != text {
		r.add(finding.Errorf(HiddenCharacters, "a control or format character in a page of the index").
			On(artifact).At(field).GotWant(text, "characters that show"))
	}
}
