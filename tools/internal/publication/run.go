package publication

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Run is a run of CI: two numbers in decimal digits, however long.
type Run struct {
	ID      string `json:"run_id"`
	Attempt string `json:"run_attempt"`
}

var numberPattern = regexp.MustCompile(`^[0-9]{1,32}$`)

// runOf is the run that made a document.
func runOf(m *document.Manifest) (Run, error) {
	r := Run{text(m.RunID), text(m.RunAttempt)}
	if !r.known() {
		return Run{}, fmt.Errorf("run_id is %s and run_attempt %s", quoted(m.RunID), quoted(m.RunAttempt))
	}
	return r, nil
}

// known says whether the run can be held against another.
func (r Run) known() bool {
	return numberPattern.MatchString(r.ID) && numberPattern.MatchString(r.Attempt)
}

// compare is below zero where the run is older than the other: by its number,
// then by its attempt.
func (r Run) compare(other Run) int {
	return cmp.Or(compareNumbers(r.ID, other.ID), compareNumbers(r.Attempt, other.Attempt))
}

func (r Run) String() string { return "run " + r.ID + ", attempt " + r.Attempt }

func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func quoted(s *string) string {
	if s == nil {
		return "null"
	}
	return finding.Quote(*s)
}
