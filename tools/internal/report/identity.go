package report

import (
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/forge"
)

// fact is one value of the build under the name of its field.
type fact struct {
	Name, Value string
	// Link may be empty, Warn a word that stands out.
	Link, Warn string
	// Code says that people compare it letter by letter.
	Code bool
}

// title is the project, platform and run, each cut where it is long: they stand
// in full below.
func title(m *document.Manifest) string {
	words := []string{deref(m.Project), deref(m.Component), m.Platform}
	switch {
	case m.RunID != nil:
		words = append(words, "run "+*m.RunID)
		if m.RunAttempt != nil {
			words = append(words, "attempt "+*m.RunAttempt)
		}
	case !m.Stamped:
		words = append(words, "unstamped")
	}
	var kept []string
	for _, word := range words {
		if word != "" {
			kept = append(kept, short(word))
		}
	}
	return strings.Join(kept, " ")
}

// headline is what tells this build from others at a glance.
func headline(m *document.Manifest) (facts []fact) {
	add := func(name string, value string) {
		if value != "" {
			facts = append(facts, fact{Name: name, Value: plain(value)})
		}
	}
	var total int64
	for i := range m.Artifacts {
		total += m.Artifacts[i].SizeBytes
	}
	add("Wheels", count(len(m.Artifacts), "wheel")+", "+size(total))
	add("ROCm", deref(m.ROCmSDKVersion))
	add("CUDA", deref(m.CUDAVersion))
	add("Python", m.PythonVersion)
	add("Declared devices", strings.Join(slices.Concat(m.PyTorchROCmArch, m.CUDAArch), " "))
	return facts
}

// build is the identity of the build: every declared and derived field.
func build(m *document.Manifest) (facts []fact) {
	for _, f := range []struct {
		name  string
		value *string
	}{
		{"project", m.Project}, {"component", m.Component}, {"build_type", m.BuildType}, {"artifact_group", m.ArtifactGroup},
		{"build_variant", m.BuildVariant}, {"accelerator", m.Accelerator}, {"platform", &m.Platform}, {"python_version", &m.PythonVersion},
		{"rocm_sdk_version", m.ROCmSDKVersion}, {"pytorch_rocm_arch", joined(m.PyTorchROCmArch)}, {"cuda_version", m.CUDAVersion},
		{"cuda_arch", joined(m.CUDAArch)}, {"amdgpu_family", m.AMDGPUFamily}, {"version_suffix", m.VersionSuffix},
		{"pytorch_git_ref", m.PyTorchGitRef}, {"run_id", m.RunID}, {"run_attempt", m.RunAttempt}, {"job_id", m.JobID},
		{"run_url", m.RunURL}, {"schema_version", &m.SchemaVersion},
	} {
		made := fact{Name: f.name, Value: plain(deref(f.value))}
		if f.name == "run_url" {
			made.Link = link(deref(f.value))
		}
		facts = append(facts, made)
	}
	if t := m.TheRock; t != nil {
		made := fact{Name: "therock commit", Value: plain(t.Commit), Link: forge.Commit(deref(t.Repo), t.Commit), Code: true}
		if t.Dirty {
			made.Warn = "dirty"
		}
		facts = append(facts,
			fact{Name: "therock repo", Value: plain(deref(t.Repo)), Link: forge.Home(deref(t.Repo))}, made,
			fact{Name: "therock ref", Value: plain(deref(t.Ref))}, fact{Name: "therock commit_time", Value: plain(deref(t.CommitTime))})
	}
	return facts
}

func joined(list document.List) *string {
	if list == nil {
		return nil
	}
	text := strings.Join(list, " ")
	return &text
}

// source is one row of the sources.
type source struct {
	Name, Dir, Commit, CommitLink, Upstream, UpstreamLink string
	Remote, RemoteLink, Branch, Describe, Time            string
	Dirty                                                 bool
}

func sources(m *document.Manifest) (list []source) {
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		s := m.Sources[name]
		remote, upstream := deref(s.Remote), deref(s.UpstreamCommit)
		list = append(list, source{
			Name: plain(name), Dir: plain(deref(s.Dir)), Dirty: s.Dirty,
			Commit: plain(s.Commit), CommitLink: forge.Commit(remote, s.Commit), Upstream: plain(upstream), UpstreamLink: forge.Commit(remote, upstream),
			Remote: plain(remote), RemoteLink: forge.Home(remote), Branch: plain(deref(s.Branch)), Describe: plain(deref(s.Describe)), Time: plain(deref(s.CommitTime)),
		})
	}
	return list
}
