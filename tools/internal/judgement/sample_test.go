package judgement

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func ref[T any](v T) *T { return &v }

const (
	commitA  = "0123456789abcdef0123456789abcdef01234567"
	upstream = "89abcdef0123456789abcdef0123456789abcdef"
)

// set is a stamped ROCm build of some wheels, for the given targets.
func set(archs string, wheels ...document.Artifact) *document.Manifest {
	m := &document.Manifest{
		SchemaVersion: "1.0", Accelerator: ref("rocm"), Platform: "linux-x86_64", PythonVersion: "3.12", Stamped: true,
		PyTorchROCmArch: strings.Fields(archs), Artifacts: wheels,
		Sources: map[string]document.Source{"pytorch": {Commit: commitA, UpstreamCommit: ref(upstream)}},
	}
	for i := range m.Artifacts {
		a := &m.Artifacts[i]
		a.Labels.ROCmArch, _ = document.ROCmArch(a.Labels.Distribution, false, m.PyTorchROCmArch)
	}
	return m
}

// cuda is the same for CUDA.
func cuda(archs string, wheels ...document.Artifact) *document.Manifest {
	m := set("", wheels...)
	m.Accelerator, m.PyTorchROCmArch, m.CUDAArch = ref("cuda"), nil, strings.Fields(archs)
	for i := range m.Artifacts {
		m.Artifacts[i].Labels.ROCmArch = nil
	}
	return m
}

// option changes a wheel.
type option func(*document.Artifact)

// wheelNamed is a wheel of that file name whose contents were read.
func wheelNamed(name string, options ...option) document.Artifact {
	parts := strings.Split(strings.TrimSuffix(name, ".whl"), "-")
	a := document.Artifact{
		RelativePath: name, SizeBytes: 1, Build: &document.Build{Status: document.Rebuilt},
		Labels: document.Labels{
			Framework: document.Framework, Distribution: parts[0], Version: parts[1],
			PythonTag: parts[len(parts)-3], ABITag: parts[len(parts)-2], PlatformTag: parts[len(parts)-1],
		},
		Contents: &document.Contents{Reader: 1, Record: "verified"},
	}
	for _, o := range options {
		o(&a)
	}
	return a
}

// linux is a wheel for one Python on Linux.
func linux(distribution, version string, options ...option) document.Artifact {
	return wheelNamed(distribution+"-"+version+"-cp312-cp312-linux_x86_64.whl", options...)
}

func asks(requirements ...string) option {
	return func(a *document.Artifact) { a.Metadata.RequiresDist = append(a.Metadata.RequiresDist, requirements...) }
}

// holdsCode is a member with code for some targets of either vendor.
func holdsCode(path, targets string) option {
	return func(a *document.Artifact) {
		f := document.DeviceFile{Path: path, Objects: 1}
		d := &a.Contents.DeviceCode
		for target := range strings.FieldsSeq(targets) {
			in, whole := &f.ROCm, &d.ROCm
			switch {
			case strings.HasPrefix(target, "sm_"):
				in, whole = &f.CUDA, &d.CUDA
			case strings.HasPrefix(target, "compute_"):
				in, whole = &f.PTX, &d.PTX
			}
			if *in = append(*in, target); !slices.Contains(*whole, target) {
				*whole = append(*whole, target)
			}
		}
		d.Files = append(d.Files, f)
	}
}

func marker(path string, searches ...string) option {
	return func(a *document.Artifact) {
		d := &a.Contents.DeviceCode
		d.Kpack = append(d.Kpack, document.Kpack{Path: path, KernelName: strings.TrimPrefix(path, "torch/"), SearchPaths: searches})
	}
}

func unread(a *document.Artifact) { a.Contents = nil }

// says is version.py.
func says(version, git string) option {
	return func(a *document.Artifact) {
		a.Contents.Module = &document.Module{Path: a.Labels.Distribution + "/version.py", Version: ref(version)}
		if git != "" {
			a.Contents.Module.GitVersion = ref(git)
		}
	}
}

func built(commit string) option { return func(a *document.Artifact) { a.Build.Commit = ref(commit) } }

// brief is findings as "severity code artifact: member: got | want".
func brief(findings []finding.Finding) []string {
	out := []string{}
	for _, f := range findings {
		artifact, _, _ := strings.Cut(f.Artifact, "-")
		line := string(f.Severity) + " " + f.Code + " " + artifact
		if f.Member != "" {
			line += ": " + f.Member
		}
		out = append(out, line+": "+f.Got+" | "+f.Want)
	}
	return out
}

// expect judges a set and compares, without and with its artifacts reversed.
func expect(t *testing.T, m *document.Manifest, want ...string) []finding.Finding {
	t.Helper()
	findings := Judge(m, nil)
	if want == nil {
		want = []string{}
	}
	require.Equal(t, want, brief(findings))
	reversed := *m
	reversed.Artifacts = slices.Clone(m.Artifacts)
	slices.Reverse(reversed.Artifacts)
	require.Equal(t, findings, Judge(&reversed, nil), "the order of the artifacts counts")
	for _, f := range findings {
		require.NotEmpty(t, f.Message)
		require.Contains(t, own, f.Code)
	}
	return findings
}
