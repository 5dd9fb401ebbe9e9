package status

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// reader takes typed values out of a status and gathers what is wrong.
type reader struct {
	status Status
	faults []finding.Finding
}

func (r *reader) fault(f finding.Finding) { r.faults = append(r.faults, f) }

// group reads the keys prefix+part of one checkout or run. A status command
// writes all of them or none, so each that is missing is a fault.
func (r *reader) group(prefix string, parts []string) map[string]string {
	out := map[string]string{}
	for _, part := range parts {
		key := prefix + part
		value, there := r.status.Values[key]
		if !there && !r.status.faulty(key) {
			r.fault(finding.Errorf("status_key_missing", "the stamp has only some of the keys %s*", prefix).
				At(key).GotWant("", "all of "+strings.Join(parts, ", ")))
		}
		out[part] = value
	}
	return out
}

func (r *reader) source(name string) Source {
	prefix := SourceKey(name, "")
	if err := CheckSourceName(name); err != nil {
		r.fault(finding.Errorf("source_name_malformed", "the keys of a source spell a malformed name").At(prefix+"*").GotWant(name, WantSourceName))
		return Source{}
	}
	v := r.group(prefix, sourceParts)
	return Source{
		Dir:            r.required(prefix+"DIR", v["DIR"], dirRule),
		Commit:         r.required(prefix+"COMMIT", v["COMMIT"], commitRule),
		UpstreamCommit: r.optional(prefix+"UPSTREAM_COMMIT", v["UPSTREAM_COMMIT"], commitRule),
		CommitTime:     r.required(prefix+"COMMIT_TIME", v["COMMIT_TIME"], timeRule),
		Describe:       r.required(prefix+"DESCRIBE", v["DESCRIBE"], wordRule),
		Remote:         r.remote(prefix+"REMOTE", v["REMOTE"]),
		Branch:         r.optional(prefix+"BRANCH", v["BRANCH"], wordRule),
		Dirty:          r.required(prefix+"DIRTY", v["DIRTY"], boolRule) == "true",
	}
}

// theRock fails where there is no key at all: every status command of ours
// writes them, so without them a stamped document would claim what nobody
// looked up.
func (r *reader) theRock() *TheRock {
	if !r.any(TheRockPrefix) {
		if !r.status.faulty(TheRockPrefix + "COMMIT") {
			r.fault(r.status.Values.missing(TheRockPrefix+"COMMIT", "the stamp says nothing of the checkout that drives the build",
				"the keys of tools/workspace_status.sh, or no --stamp"))
		}
		return nil
	}
	before := len(r.faults)
	v := r.group(TheRockPrefix, theRockParts)
	t := &TheRock{
		Repo:       r.remote(TheRockPrefix+"REPO", v["REPO"]),
		Commit:     r.required(TheRockPrefix+"COMMIT", v["COMMIT"], commitRule),
		CommitTime: r.required(TheRockPrefix+"COMMIT_TIME", v["COMMIT_TIME"], timeRule),
		Ref:        r.optional(TheRockPrefix+"REF", v["REF"], wordRule),
		Dirty:      r.required(TheRockPrefix+"DIRTY", v["DIRTY"], boolRule) == "true",
	}
	if finding.HasErrors(r.faults[before:]) {
		return nil
	}
	return t
}

func (r *reader) ci() *CI {
	if !r.any(CIPrefix) {
		return nil
	}
	v := r.group(CIPrefix, ciParts)
	return &CI{
		RunID:      r.optional(CIPrefix+"RUN_ID", v["RUN_ID"], wordRule),
		RunAttempt: r.optional(CIPrefix+"RUN_ATTEMPT", v["RUN_ATTEMPT"], wordRule),
		JobID:      r.optional(CIPrefix+"JOB_ID", v["JOB_ID"], wordRule),
		RunURL:     r.optional(CIPrefix+"RUN_URL", v["RUN_URL"], webRule),
	}
}

func (r *reader) any(prefix string) bool {
	for key := range r.status.Values {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// strangers warns of keys that look like ours and are read by nothing: a typo
// of a status command of one's own, or a newer one.
func (r *reader) strangers() {
	known := map[string]bool{}
	for _, part := range theRockParts {
		known[TheRockPrefix+part] = true
	}
	for _, part := range ciParts {
		known[CIPrefix+part] = true
	}
	for _, key := range r.status.Values.keys() {
		_, _, source := splitSourceKey(key)
		ours := strings.HasPrefix(key, SourcePrefix) || strings.HasPrefix(key, TheRockPrefix) || strings.HasPrefix(key, CIPrefix)
		if ours && !source && !known[key] {
			r.fault(finding.Warningf("status_key_unknown", "the key is none that a manifest uses").At(key))
		}
	}
}
