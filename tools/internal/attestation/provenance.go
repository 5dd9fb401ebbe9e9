package attestation

import (
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// BuildType names what the parameters and dependencies mean. It changes where
// their meaning does; docs/attestation.md defines it.
const BuildType = "https://github.com/pytorch-manifest/rules_pytorch_manifest/blob/main/docs/attestation.md#wheel-build-v1"

// predicate is SLSA provenance v1, as far as a manifest tells it. Fields that
// are absent are unknown, as the format says.
type predicate struct {
	BuildDefinition definition `json:"buildDefinition"`
	RunDetails      details    `json:"runDetails"`
}

type definition struct {
	BuildType          string         `json:"buildType"`
	ExternalParameters map[string]any `json:"externalParameters"`
	Dependencies       []resource     `json:"resolvedDependencies,omitempty"`
}

// resource is a ResourceDescriptor, which has at least an address or a digest.
type resource struct {
	Name        string            `json:"name"`
	URI         string            `json:"uri,omitempty"`
	Digest      map[string]string `json:"digest,omitempty"`
	Annotations map[string]any    `json:"annotations,omitempty"`
}

type details struct {
	Builder  builder  `json:"builder"`
	Metadata metadata `json:"metadata,omitzero"`
}

type builder struct {
	ID string `json:"id"`
}

type metadata struct {
	InvocationID string `json:"invocationId,omitempty"`
}

// Provenance is the predicate of a statement with two spaces a level and a
// final newline: a file for those who make the statement themselves.
func (s *Statement) Provenance() ([]byte, error) {
	data, err := marshal(s.Predicate, "  ")
	return append(data, '\n'), err
}

func provenance(m *document.Manifest, builderID string) predicate {
	return predicate{
		definition{BuildType, parameters(m), dependencies(m)},
		details{builder{builderID}, metadata{invocation(m)}},
	}
}

// text is a declared value that is one string.
type text struct {
	name  string
	value *string
}

func texts(m *document.Manifest) []text {
	return []text{
		{"project", m.Project},
		{"component", m.Component},
		{"build_type", m.BuildType},
		{"artifact_group", m.ArtifactGroup},
		{"build_variant", m.BuildVariant},
		{"accelerator", m.Accelerator},
		{"rocm_sdk_version", m.ROCmSDKVersion},
		{"cuda_version", m.CUDAVersion},
		{"amdgpu_family", m.AMDGPUFamily},
		{"version_suffix", m.VersionSuffix},
		{"pytorch_git_ref", m.PyTorchGitRef},
	}
}

// parameters are the declared values, all of them, under the manifest's names.
func parameters(m *document.Manifest) map[string]any {
	out := map[string]any{"pytorch_rocm_arch": m.PyTorchROCmArch, "cuda_arch": m.CUDAArch}
	for _, t := range texts(m) {
		out[t.name] = t.value
	}
	return out
}

// dependencies are therock, the sources by name, then the wheels that an
// earlier run made.
func dependencies(m *document.Manifest) []resource {
	var out []resource
	if t := m.TheRock; t != nil {
		out = append(out, checkout("therock", t.Repo, t.Commit, nil, t.Dirty))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		s := m.Sources[name]
		out = append(out, checkout(name, s.Remote, s.Commit, s.UpstreamCommit, s.Dirty))
	}
	wheels := slices.SortedFunc(slices.Values(m.Artifacts), func(a, b document.Artifact) int { return strings.Compare(a.RelativePath, b.RelativePath) })
	for _, a := range wheels {
		if a.Build.Status == document.Reused {
			out = append(out, resource{
				Name: a.RelativePath, Digest: map[string]string{"sha256": a.SHA256}, Annotations: map[string]any{"build": a.Build},
			})
		}
	}
	return out
}

// checkout is a source. A commit says what was built only where the files are
// those of the commit: a dirty one has no digest.
func checkout(name string, remote *string, commit string, upstream *string, dirty bool) resource {
	r := resource{Name: name, Annotations: map[string]any{}}
	if remote != nil {
		r.URI = gitURI(*remote)
	}
	if upstream != nil {
		r.Annotations["upstream_commit"] = *upstream
	}
	if dirty {
		r.Annotations["dirty"], r.Annotations["commit"] = true, commit
		return r
	}
	r.Digest = map[string]string{"gitCommit": commit}
	return r
}

// gitURI is a remote as a URI: git+https, or git+ssh for ssh and scp-like
// ones (git-clone, "GIT URLS"; SPDX, package download location).
func gitURI(remote string) string {
	if strings.Contains(remote, "://") {
		return "git+" + remote
	}
	host, path, _ := strings.Cut(remote, ":")
	return "git+ssh://" + host + "/" + strings.TrimPrefix(path, "/")
}

// invocation is the address of the run's attempt, or "". The status command
// writes it with the attempt; other addresses get it.
func invocation(m *document.Manifest) string {
	if m.RunURL == nil {
		return ""
	}
	url := *m.RunURL
	if m.RunAttempt != nil && !strings.HasSuffix(url, "/attempts/"+*m.RunAttempt) {
		url = strings.TrimSuffix(url, "/") + "/attempts/" + *m.RunAttempt
	}
	return url
}
