package verification

import (
	"path"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// maxUnlisted is how many wheels beside those of the manifest are listed: a page
// of a hostile index can have a million.
const maxUnlisted = 1000

// unlisted tells of wheels that the manifest does not have, and why not of all
// where there is an error.
func (r *run) unlisted(others []store.Object, err error) {
	severity := finding.Warning
	if r.FailOnUnlisted {
		severity = finding.Error
	}
	add := func(f finding.Finding) {
		f.Severity = severity
		r.result.Findings = append(r.result.Findings, f.Plain())
	}
	r.result.Counts.Unlisted = len(others)
	for _, o := range others[:min(len(others), maxUnlisted)] {
		add(finding.Warningf(UnlistedWheel, "a wheel that the manifest does not have").On(o.Key))
	}
	if more := len(others) - maxUnlisted; more > 0 {
		add(finding.Warningf(UnlistedWheel, "%d further wheels that the manifest does not have", more).On(r.Store.Name()))
	}
	if err != nil {
		// What it did list, it has.
		add(finding.Warningf(UnlistedUnknown, "not all wheels that the manifest does not have could be looked for: %v", err).On(r.Store.Name()))
		r.result.Incomplete = r.result.Incomplete || r.FailOnUnlisted
	}
}

// projects are the names by PEP 503 of all artifacts, each once.
func (r *run) projects() []string {
	var names []string
	for i := range r.checked {
		names = append(names, wheel.Normalize(r.checked[i].artifact.Labels.Distribution))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// others are those objects that are no artifact, sorted by key, each key once. A
// wheel that the manifest has and that could not be found for another reason is
// none of them.
func (r *run) others(objects []store.Object) []store.Object {
	listed, unsure := map[string]bool{}, map[string]bool{}
	for i := range r.checked {
		c := &r.checked[i]
		listed[c.key], listed[c.found] = true, true
		if c.state == unreadable {
			unsure[path.Base(c.artifact.RelativePath)] = true
		}
	}
	var others []store.Object
	for _, o := range objects {
		if !listed[o.Key] && !unsure[path.Base(o.Key)] {
			others = append(others, o)
		}
	}
	slices.SortStableFunc(others, func(a, b store.Object) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(others, func(a, b store.Object) bool { return a.Key == b.Key })
}
