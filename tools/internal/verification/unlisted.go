package verification

import (
	"context"
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

// unlisted looks for wheels that the manifest does not have.
func (r *run) unlisted(ctx context.Context) {
	objects, err := r.Store.Wheels(ctx, r.projects())
	if ctx.Err() != nil {
		return
	}
	severity := finding.Warning
	if r.FailOnUnlisted {
		severity = finding.Error
	}
	add := func(f finding.Finding) {
		f.Severity = severity
		r.result.Findings = append(r.result.Findings, f.Plain())
	}
	keys := r.others(objects)
	r.result.Counts.Unlisted = len(keys)
	for _, at := range keys[:min(len(keys), maxUnlisted)] {
		add(finding.Warningf(UnlistedWheel, "a wheel that the manifest does not have").On(at))
	}
	if more := len(keys) - maxUnlisted; more > 0 {
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

// others are the keys of those objects that are no artifact, sorted, each once.
// A wheel that the manifest has and that could not be found for another reason
// is none of them.
func (r *run) others(objects []store.Object) []string {
	listed, unsure := map[string]bool{}, map[string]bool{}
	for i := range r.checked {
		c := &r.checked[i]
		listed[c.key], listed[c.found] = true, true
		if c.state == unreadable {
			unsure[path.Base(c.artifact.RelativePath)] = true
		}
	}
	var keys []string
	for _, o := range objects {
		if !listed[o.Key] && !unsure[path.Base(o.Key)] {
			keys = append(keys, o.Key)
		}
	}
	slices.SortFunc(keys, strings.Compare)
	return slices.Compact(keys)
}
