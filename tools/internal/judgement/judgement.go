// Package judgement holds a manifest against itself: what its wheels were
// found to hold and to ask for, against what the build declared and stamped.
// It reads the document and nothing else, so that every verb that judges gives
// the same verdict.
//
// GPU targets are judged over components of the set. A host wheel (one whose
// kernels were split off) with all its device and family wheels is one
// component; any other wheel that holds device code is one; a wheel without is
// none. Whether code serves a device is what package device says.
//
// Where the document does not know something (contents that nobody read, a
// document without stamp), nothing is judged by it.
package judgement

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/device"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// maxFindings bounds the findings about one document.
const maxFindings = 10_000

// Judge returns what is wrong with a document that is valid, sorted by wheel
// and code. The order of the artifacts does not count. Findings about a wheel
// have its relative path as their artifact; the others have none.
func Judge(m *document.Manifest, policy Policy) []finding.Finding {
	j := newJudge(m, policy)
	j.coverage()
	for _, w := range j.wheels {
		j.declaredFor(w)
		j.ownTarget(w)
		j.neighbours(w)
		j.oddities(w)
		j.split(w)
		j.pins(w)
		j.git(w)
		j.module(w)
	}
	j.versions()
	return j.all()
}

func newJudge(m *document.Manifest, policy Policy) *judge {
	j := &judge{m: m, policy: policy, targets: map[string]parsed{}, answers: map[[2]string]bool{}}
	j.gather()
	return j
}

// judge gathers findings.
type judge struct {
	m      *document.Manifest
	policy Policy
	// wheels are in order of their paths, projects the same by name.
	wheels   []*wheelOf
	projects map[string]*project
	archives map[string][]*wheelOf

	targets  map[string]parsed
	answers  map[[2]string]bool
	findings []finding.Finding
}

type parsed struct {
	target device.Target
	ok     bool
}

// add notes a finding about a wheel, or about the set where it is nil.
func (j *judge) add(code string, w *wheelOf, f finding.Finding) {
	severity := j.policy.of(code)
	if severity == Off {
		return
	}
	f.Code, f.Severity = code, severity
	if w != nil {
		f.Artifact = w.RelativePath
	}
	j.findings = append(j.findings, f)
}

// all sorts and bounds the findings.
func (j *judge) all() []finding.Finding {
	slices.SortFunc(j.findings, func(a, b finding.Finding) int {
		return cmp.Or(strings.Compare(a.Artifact, b.Artifact), strings.Compare(a.Code, b.Code), strings.Compare(a.Member, b.Member),
			strings.Compare(a.Field, b.Field), strings.Compare(a.Want, b.Want), strings.Compare(a.Got, b.Got), strings.Compare(a.Message, b.Message))
	})
	if more := len(j.findings) - maxFindings; more > 0 {
		// An error must not fall off the end.
		slices.SortStableFunc(j.findings, func(a, b finding.Finding) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
		last := finding.Warningf("too_many_findings", "%d further findings are not listed", more)
		return append(j.findings[:maxFindings:maxFindings], last)
	}
	return j.findings
}

// target reads a target once; one that is no target was refused by the
// document's own rules.
func (j *judge) target(text string) (device.Target, bool) {
	p, seen := j.targets[text]
	if !seen {
		t, err := device.Parse(text)
		p = parsed{t, err == nil}
		j.targets[text] = p
	}
	return p.target, p.ok
}

// serves says whether code for one target runs on the device of another.
func (j *judge) serves(code, on string) bool {
	key := [2]string{code, on}
	answer, seen := j.answers[key]
	if !seen {
		c, codeOK := j.target(code)
		d, deviceOK := j.target(on)
		answer = codeOK && deviceOK && c.Serves(d)
		j.answers[key] = answer
	}
	return answer
}

// served says whether any of the code runs on the device.
func (j *judge) served(code []string, on string) bool {
	return slices.ContainsFunc(code, func(c string) bool { return j.serves(c, on) })
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
