package merge

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// outcome is what a merge gives: the document's bytes, or the findings.
type outcome struct {
	document *document.Manifest
	text     []byte
	findings []finding.Finding
}

func join(o Options, documents ...*document.Manifest) outcome {
	m, findings := Merge(named(documents...), o)
	if m == nil {
		return outcome{findings: findings}
	}
	text, err := m.Encode()
	if err != nil {
		panic(err)
	}
	return outcome{m, text, findings}
}

// then joins what came of a merge with further documents; no if there is none.
func (x outcome) then(o Options, documents ...*document.Manifest) outcome {
	if x.document == nil {
		return x
	}
	return join(o, append([]*document.Manifest{x.document}, documents...)...)
}

// overruled says whether nothing but a newer reader can have hidden the
// disagreements.
func (x outcome) overruled() bool {
	return !slices.ContainsFunc(x.findings, func(f finding.Finding) bool { return f.Code != codeFacts })
}

// laws are what every three documents must keep. Each returns what is wrong, or
// "".
var laws = map[string]func(o Options, a, b, c *document.Manifest) string{
	"commutative": func(o Options, a, b, c *document.Manifest) string {
		whole := join(o, a, b, c)
		for _, names := range [][]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			list, shuffled := named(a, b, c), []Named{}
			for _, i := range names {
				shuffled = append(shuffled, list[i])
			}
			m, findings := Merge(shuffled, o)
			if !slices.Equal(findings, whole.findings) {
				return fmt.Sprintf("in the order %v: got %v, want %v", names, findings, whole.findings)
			}
			if wrong := alike(outcome{document: m, findings: findings}, whole); wrong != "" {
				return fmt.Sprintf("in the order %v: %s", names, wrong)
			}
		}
		// Names count for findings alone.
		return alike(join(o, c, a, b), whole)
	},
	"associative": func(o Options, a, b, c *document.Manifest) string {
		whole := join(o, a, b, c)
		var one outcome
		for i, grouped := range []outcome{join(o, a, b).then(o, c), join(o, b, c).then(o, a), join(o, a, c).then(o, b)} {
			switch {
			case whole.document != nil || grouped.document == nil || !whole.overruled():
				if wrong := alike(grouped, whole); wrong != "" {
					return fmt.Sprintf("grouping %d: %s", i, wrong)
				}
			case one.document != nil:
				if wrong := alike(grouped, one); wrong != "" {
					return fmt.Sprintf("grouping %d, against another: %s", i, wrong)
				}
			default:
				one = grouped
			}
		}
		return ""
	},
	"idempotent": func(o Options, a, b, c *document.Manifest) string {
		once := join(o, a)
		if o.Prefix.String() == "" {
			if wrong := alike(once, outcome{document: a}); wrong != "" {
				return "alone: " + wrong
			}
		}
		if wrong := alike(join(o, a, a), once); wrong != "" {
			return "twice: " + wrong
		}
		if wrong := alike(once.then(o, a), once); wrong != "" {
			return "again: " + wrong
		}
		if whole := join(o, a, b, c); whole.document != nil {
			if wrong := alike(whole.then(o, a, b, c), whole); wrong != "" {
				return "absorbed: " + wrong
			}
			return alike(whole.then(o), whole)
		}
		return ""
	},
	"valid": func(o Options, a, b, c *document.Manifest) string {
		before := []string{string(text(a)), string(text(b)), string(text(c))}
		whole := join(o, a, b, c)
		if slices.Compare(before, []string{string(text(a)), string(text(b)), string(text(c))}) != 0 {
			return "an input was changed"
		}
		if whole.document == nil {
			if !finding.HasErrors(whole.findings) {
				return "neither a document nor a finding"
			}
			return ""
		}
		if _, findings := document.Check(whole.text); finding.HasErrors(findings) {
			return fmt.Sprintf("the result is invalid: %v", findings)
		}
		return ""
	},
}

func text(m *document.Manifest) []byte {
	text, err := m.Encode()
	if err != nil {
		panic(err)
	}
	return text
}

// alike compares two outcomes: both failed, or both are one document.
func alike(got, want outcome) string {
	switch {
	case got.document == nil && want.document == nil:
		return ""
	case got.document == nil:
		return fmt.Sprintf("it failed: %v", got.findings)
	case want.document == nil:
		return fmt.Sprintf("it did not fail: %v", want.findings)
	}
	x, y := text(got.document), text(want.document)
	if bytes.Equal(x, y) {
		return ""
	}
	i := 0
	for i < min(len(x), len(y)) && x[i] == y[i] {
		i++
	}
	begin := max(0, i-200)
	return fmt.Sprintf("got\n...%s\nwant\n...%s", x[begin:min(i+100, len(x))], y[begin:min(i+100, len(y))])
}

// TestLaws holds random documents against every law, and prints the smallest
// that break one.
func TestLaws(t *testing.T) {
	w := newWorld(1, 2)
	const triples = 400
	agreed, codes := 0, map[string]int{}
	for range triples {
		o, documents := w.options(), w.documents(3)
		for _, m := range documents {
			require.Empty(t, m.Validate())
		}
		whole := join(o, documents...)
		if whole.document != nil {
			agreed++
		}
		for _, f := range whole.findings {
			codes[f.Code]++
		}
		for name, law := range laws {
			holds := func(list []*document.Manifest) string { return law(o, list[0], list[1], list[2]) }
			if wrong := holds(documents); wrong != "" {
				small := shrink(t, documents, func(list []*document.Manifest) bool { return holds(list) != "" })
				t.Fatalf("not %s with prefix %q, allow %v: %s\n%s\n%s\n%s", name, o.Prefix.String(), o.Allow, holds(small), text(small[0]), text(small[1]), text(small[2]))
			}
		}
	}
	t.Logf("%d of %d agreed; findings of the others: %v", agreed, triples, codes)
	assert.Greater(t, agreed, triples/4, "the documents are too wild")
	assert.Less(t, agreed, triples*3/4, "the documents are too tame")
	for _, code := range []string{codeDisagreement, codeBytes, codeFacts, codeUnknown, codePath, codePrefix} {
		assert.NotZero(t, codes[code], "nothing had %s", code)
	}
}
