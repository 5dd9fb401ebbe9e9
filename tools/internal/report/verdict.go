package report

import (
	"cmp"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/judgement"
)

// verdict is the findings by kind, errors first.
type verdict struct {
	Errors, Warnings int
	// Summary is "2 errors and 1 warning".
	Summary string
	Groups  []group
}

// group is the findings of one code and severity.
type group struct {
	Code, Severity, Count string
	Error, Open           bool
	Findings              []found
}

// found is one finding; Number is that of its wheel, 0 for none.
type found struct {
	Artifact, Member, Field, Got, Want, Message string
	Number                                      int
}

// maxOpen is how many findings of one kind stand there unfolded.
const maxOpen = 20

// rank orders codes as the documentation does, those of reading first.
var rank = func() map[string]int {
	of := map[string]int{}
	for i, code := range judgement.Codes() {
		of[code.Name] = i + 1
	}
	return of
}()

func newVerdict(findings []finding.Finding, numbers map[string]int) (v verdict) {
	index := map[[2]string]int{}
	for _, f := range findings {
		if f.Severity == finding.Error {
			v.Errors++
		} else {
			v.Warnings++
		}
		key := [2]string{string(f.Severity), f.Code}
		at, seen := index[key]
		if !seen {
			at = len(v.Groups)
			index[key] = at
			v.Groups = append(v.Groups, group{Code: plain(f.Code), Severity: string(f.Severity), Error: f.Severity == finding.Error})
		}
		v.Groups[at].Findings = append(v.Groups[at].Findings, found{
			Artifact: plain(f.Artifact), Member: plain(f.Member), Field: plain(f.Field), Got: plain(f.Got), Want: plain(f.Want),
			Message: plain(f.Message), Number: numbers[f.Artifact],
		})
	}
	slices.SortStableFunc(v.Groups, func(a, b group) int { // error before warning
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(rank[a.Code], rank[b.Code]), cmp.Compare(a.Code, b.Code))
	})
	for i := range v.Groups {
		g := &v.Groups[i]
		n := len(g.Findings)
		g.Count, g.Open = count(n, g.Severity), n <= maxOpen
	}
	switch {
	case v.Errors > 0 && v.Warnings > 0:
		v.Summary = count(v.Errors, "error") + " and " + count(v.Warnings, "warning")
	case v.Errors > 0:
		v.Summary = count(v.Errors, "error")
	case v.Warnings > 0:
		v.Summary = "no errors, " + count(v.Warnings, "warning")
	default:
		v.Summary = "no errors, no warnings"
	}
	return v
}
