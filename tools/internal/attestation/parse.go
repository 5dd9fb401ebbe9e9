package attestation

import (
	"encoding/json"
	"regexp"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

var sha256Pattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// parse reads a statement strictly in what is used of it; other fields are
// ignored, as its parsing rules ask.
func parse(payload []byte) (*Statement, []finding.Finding) {
	r := &report{code: StatementMalformed}
	tree, err := read(payload)
	if err != nil {
		return nil, []finding.Finding{finding.Errorf(StatementMalformed, "the payload is not a statement: %v", err)}
	}
	top := place{tree, "", r}
	if !top.object() {
		return nil, r.findings
	}
	r.exactly(top, "_type", StatementType, StatementWrong)
	r.exactly(top, "predicateType", PredicateType, PredicateWrong)
	member[map[string]any](top, "predicate")
	_, subjects, _ := member[[]any](top, "subject")
	s := &Statement{Type: StatementType, PredicateType: PredicateType}
	for _, subject := range subjects.elements() {
		if !subject.object() {
			continue
		}
		name, _, _ := member[string](subject, "name")
		_, digest, ok := member[map[string]any](subject, "digest")
		if !ok {
			continue
		}
		// A digest that is not compared would look as if it was.
		digest.others("sha256")
		sum, below, ok := member[string](digest, "sha256")
		if ok && !sha256Pattern.MatchString(sum) {
			below.fault(sum, "64 lower-case hex digits", "a malformed digest")
		}
		s.Subjects = append(s.Subjects, Subject{name, Digest{sum}})
	}
	if len(r.findings) > 0 {
		return nil, r.findings
	}
	var whole struct {
		Predicate json.RawMessage `json:"predicate"`
	}
	if err := json.Unmarshal(payload, &whole); err != nil {
		return nil, []finding.Finding{finding.Errorf(StatementMalformed, "the payload is not a statement: %v", err)}
	}
	s.Predicate = whole.Predicate
	return s, nil
}
