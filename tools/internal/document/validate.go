package document

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
)

// Validate returns every fault of the document's values, each with its JSON
// pointer (RFC 6901). Nothing is returned for a valid document.
func (m *Manifest) Validate() []finding.Finding {
	c := &checker{}
	top := &place{}
	if major, _, ok := parseVersion(m.SchemaVersion); !ok || major != oursMajor {
		c.fault("unknown_version", top.at("schema_version"), m.SchemaVersion, SchemaVersion, "not a version that can be read")
	}
	c.declared(m, top)
	c.matches(platformPattern, m.Platform, top.at("platform"), "a platform such as linux-x86_64, any or multiple")
	c.matches(pythonPattern, m.PythonVersion, top.at("python_version"), "a version such as 3.12, any or multiple")
	url := m.RunURL
	if url != nil && *url == Multiple {
		url = nil
	}
	c.run(m.RunID, m.RunAttempt, m.JobID, url, top)
	if m.TheRock != nil {
		c.checkout(m.TheRock, top.at("therock"))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		c.source(name, m.Sources[name], top.at("sources").at(name))
	}
	c.artifacts(m, top.at("artifacts"))
	c.agree(m, top)
	if !m.Stamped {
		c.unstamped(m, top)
	}
	slices.SortStableFunc(c.findings, func(a, b finding.Finding) int { return comparePointers(a.Field, b.Field) })
	return c.all()
}

// checker gathers what is wrong with values.
type checker struct{ report }

func (c *checker) declared(m *Manifest, top *place) {
	for _, f := range []struct {
		name  string
		value *string
	}{
		{"project", m.Project},
		{"component", m.Component},
		{"build_type", m.BuildType},
		{"artifact_group", m.ArtifactGroup},
		{"build_variant", m.BuildVariant},
		{"accelerator", m.Accelerator},
	} {
		if f.value == nil && m.Stamped {
			c.fault("required_field", top.at(f.name), "null", "a value", "a stamped document must have this field")
		}
		c.text(f.value, top.at(f.name))
	}
	for name, value := range map[string]*string{
		"rocm_sdk_version": m.ROCmSDKVersion, "cuda_version": m.CUDAVersion, "amdgpu_family": m.AMDGPUFamily,
		"version_suffix": m.VersionSuffix, "pytorch_git_ref": m.PyTorchGitRef,
	} {
		c.text(value, top.at(name))
	}
	c.archs(m.PyTorchROCmArch, top.at("pytorch_rocm_arch"), isROCmArch, wantROCmArch)
	c.archs(m.CUDAArch, top.at("cuda_arch"), isCUDAArch, wantCUDAArch)
	for name, list := range map[string]List{"pytorch_rocm_arch": m.PyTorchROCmArch, "cuda_arch": m.CUDAArch} {
		if list != nil && len(list) == 0 {
			c.fault("invalid_value", top.at(name), "[]", "null or at least one target", "an empty list of targets")
		}
	}
	if m.Accelerator == nil {
		return
	}
	// Unstamped, a value that comes from a status key is unknown, so that
	// nothing can be required.
	require := func(present bool, name string) {
		if !present && m.Stamped {
			c.fault("required_field", top.at(name), "null", "a value", "accelerator %q requires this field", *m.Accelerator)
		}
	}
	switch *m.Accelerator {
	case "rocm":
		require(m.ROCmSDKVersion != nil, "rocm_sdk_version")
		require(m.PyTorchROCmArch != nil, "pytorch_rocm_arch")
	case "cuda":
		require(m.CUDAVersion != nil, "cuda_version")
		require(m.CUDAArch != nil, "cuda_arch")
	case "cpu":
	default:
		c.fault("invalid_value", top.at("accelerator"), *m.Accelerator, wantAccelerator, "an unknown accelerator")
	}
}

const wantAccelerator = "rocm, cuda or cpu"

// unstamped checks that a document without stamp claims nothing of git or CI.
func (c *checker) unstamped(m *Manifest, top *place) {
	claim := func(claimed bool, at *place, want string) {
		if claimed {
			c.fault("unstamped_fact", at, "", want, "an unstamped document claims a fact of git or CI")
		}
	}
	claim(m.TheRock != nil, top.at("therock"), "null")
	claim(m.RunID != nil, top.at("run_id"), "null")
	claim(m.RunAttempt != nil, top.at("run_attempt"), "null")
	claim(m.JobID != nil, top.at("job_id"), "null")
	claim(m.RunURL != nil, top.at("run_url"), "null")
	claim(len(m.Sources) > 0, top.at("sources"), "{}")
	for i, a := range m.Artifacts {
		if a.Build == nil {
			continue
		}
		at := top.at("artifacts").elem(i).at("build")
		claim(a.Build.Timestamp != nil, at.at("timestamp"), "null")
		claim(a.Build.RunID != nil, at.at("run_id"), "null")
		claim(a.Build.RunAttempt != nil, at.at("run_attempt"), "null")
		claim(a.Build.JobID != nil, at.at("job_id"), "null")
		claim(a.Build.RunURL != nil, at.at("run_url"), "null")
		claim(a.Build.Commit != nil, at.at("commit"), "null")
	}
}

func (c *checker) checkout(t *Checkout, at *place) {
	c.remote(t.Repo, at.at("repo"))
	c.matches(commitPattern, t.Commit, at.at("commit"), wantCommit)
	c.time(t.CommitTime, at.at("commit_time"))
	c.text(t.Ref, at.at("ref"))
}

func (c *checker) source(name string, s Source, at *place) {
	if status.CheckSourceName(name) != nil {
		c.fault("invalid_source", at, name, status.WantSourceName, "not a source's name")
	}
	if s.Dir != nil && *s.Dir != "." {
		c.path(*s.Dir, at.at("dir"))
	}
	c.matches(commitPattern, s.Commit, at.at("commit"), wantCommit)
	if s.UpstreamCommit != nil {
		c.matches(commitPattern, *s.UpstreamCommit, at.at("upstream_commit"), wantCommit)
	}
	c.time(s.CommitTime, at.at("commit_time"))
	c.text(s.Describe, at.at("describe"))
	c.remote(s.Remote, at.at("remote"))
	c.text(s.Branch, at.at("branch"))
}

func (c *checker) run(id, attempt, job, url *string, at *place) {
	c.text(id, at.at("run_id"))
	c.text(attempt, at.at("run_attempt"))
	c.text(job, at.at("job_id"))
	if url != nil {
		c.matches(urlPattern, *url, at.at("run_url"), "an http or https URL without a user")
	}
}

const (
	wantCommit = "40 or 64 lower-case hex digits"
	wantSHA256 = "64 lower-case hex digits"
)

func (c *checker) matches(pattern *regexp.Regexp, s string, at *place, want string) {
	if !pattern.MatchString(s) {
		c.fault("invalid_value", at, s, want, "a malformed value")
	}
}

func (c *checker) text(s *string, at *place) {
	if s != nil && !isText(*s) {
		c.fault("invalid_value", at, *s, "null, or text that is not empty and has no control characters", "a malformed value")
	}
}

func (c *checker) time(s *string, at *place) {
	if s != nil && !isTime(*s) {
		c.fault("invalid_value", at, *s, "RFC 3339 in UTC, such as 2025-11-24T08:30:00Z", "not a date and time")
	}
}

func (c *checker) remote(s *string, at *place) {
	if s != nil && !isRemote(*s) {
		c.fault("invalid_value", at, *s, "https, ssh or scp-like, with no user but git and no password", "not a remote that may be published")
	}
}

func (c *checker) path(s string, at *place) {
	if fault := PathFault(s); fault != "" {
		c.fault("invalid_path", at, s, wantPath, "%s", fault)
	}
}

// maxTargets is how many targets a list may have: more than ten times as many as
// there are devices. What is judged of a wheel grows with the square of it.
const maxTargets = 1024

// archs checks the members of a list of targets.
func (c *checker) archs(list []string, at *place, is func(string) bool, want string) {
	if len(list) > maxTargets {
		c.fault("invalid_arch", at, strconv.Itoa(len(list))+" targets", "at most "+strconv.Itoa(maxTargets), "more targets than a list may have")
		return
	}
	seen := map[string]bool{}
	for i, member := range list {
		if c.full() {
			c.drop(finding.Error)
			return
		}
		if !is(member) {
			c.fault("invalid_arch", at.elem(i), member, want, "not a target as device code spells it")
		}
		if seen[member] {
			c.fault("invalid_arch", at.elem(i), member, "each target once", "the target stands twice")
		}
		seen[member] = true
	}
}

// comparePointers orders JSON pointers as the document does, so that element
// 10 comes after element 9.
func comparePointers(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(x, y string) int {
		if isDigits(x) && isDigits(y) && len(x) != len(y) {
			return len(x) - len(y)
		}
		return strings.Compare(x, y)
	})
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
