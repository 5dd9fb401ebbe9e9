package status

import (
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Facts is what a stamp says of git and CI. A nil pointer is unknown: null in
// a document.
type Facts struct {
	// Sources by name; empty, never nil.
	Sources map[string]Source
	// TheRock is nil only where its keys are a fault.
	TheRock *TheRock
	// CI is nil outside CI.
	CI *CI
	// BuildStartedAt is RFC 3339 in UTC.
	BuildStartedAt *string
}

// Source is the checkout of one source project.
type Source struct {
	// Dir is relative to the workspace, "." for the workspace itself.
	Dir string
	// Commit and UpstreamCommit are 40 or 64 lower-case hex digits.
	Commit         string
	UpstreamCommit *string
	// CommitTime is RFC 3339 in UTC.
	CommitTime string
	Describe   string
	Remote     *string
	// Branch is nil where HEAD is detached.
	Branch *string
	Dirty  bool
}

// TheRock is the checkout that drove the build.
type TheRock struct {
	Repo       *string
	Commit     string
	CommitTime string
	Ref        *string
	Dirty      bool
}

// CI is the run that made the build.
type CI struct {
	RunID, RunAttempt, JobID, RunURL *string
}

// Facts checks every value in use and returns the typed facts, with all
// faults. No names mean every source that the stamp has; with names it is
// exactly those, and one that the stamp lacks is an error.
func (s Status) Facts(names []string) (Facts, []finding.Finding) {
	r := &reader{status: s}
	facts := Facts{Sources: map[string]Source{}}
	for _, name := range r.choose(names) {
		before := len(r.faults)
		source := r.source(name)
		if !finding.HasErrors(r.faults[before:]) {
			facts.Sources[name] = source
		}
	}
	facts.TheRock = r.theRock()
	facts.CI = r.ci()
	if value, there := s.Values[BuildStartedAt]; there {
		facts.BuildStartedAt = r.optional(BuildStartedAt, value, timeRule)
	}
	r.strangers()
	return facts, r.faults
}

// choose returns the names of the sources in use, sorted.
func (r *reader) choose(names []string) []string {
	stamped := r.stamped()
	if len(names) == 0 {
		return stamped
	}
	var chosen []string
	for _, name := range names {
		if err := CheckSourceName(name); err != nil {
			r.fault(finding.Errorf("source_name_malformed", "a listed source has a malformed name").At("sources").GotWant(name, WantSourceName))
			continue
		}
		if slices.Contains(chosen, name) {
			r.fault(finding.Errorf("source_name_duplicate", "a source is listed twice").At("sources").GotWant(name, "each source once"))
			continue
		}
		if !slices.Contains(stamped, name) {
			key := SourceKey(name, "COMMIT")
			if !r.status.faulty(key) {
				f := r.commits(stamped).missing(key, "the source "+name+" is listed, and the stamp lacks it",
					name+"=FOLDER in PYTORCH_MANIFEST_SOURCES, or another name in sources")
				f.Code = "source_missing"
				r.fault(f)
			}
			continue
		}
		chosen = append(chosen, name)
	}
	slices.Sort(chosen)
	return chosen
}

// stamped returns the names of all sources that have any key, sorted.
func (r *reader) stamped() []string {
	var names []string
	for _, key := range r.status.Values.keys() {
		if name, _, ok := splitSourceKey(key); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// commits is the stamp with one key a source: what a missing source is
// compared with.
func (r *reader) commits(names []string) Values {
	out := Values{}
	for _, name := range names {
		out[SourceKey(name, "COMMIT")] = ""
	}
	return out
}
