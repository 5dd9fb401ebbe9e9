package document

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func ref[T any](v T) *T { return &v }

const (
	commitA = "0123456789abcdef0123456789abcdef01234567"
	digestA = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

// sample is a valid stamped document in which every field has a value.
func sample() *Manifest {
	return &Manifest{
		SchemaVersion: "1.0", Project: ref("TheRock"), Component: ref("pytorch"), BuildType: ref("external"),
		ArtifactGroup: ref("pytorch-wheels"), BuildVariant: ref("release"), Accelerator: ref("rocm"),
		Platform: "linux-x86_64", ROCmSDKVersion: ref("7.14.0"), PyTorchROCmArch: List{"gfx942", "gfx950"},
		CUDAVersion: ref("13.0"), CUDAArch: List{"sm_90a", "compute_90"}, AMDGPUFamily: ref("gfx94X-dcgpu"),
		VersionSuffix: ref("+rocm7.14.0"), PyTorchGitRef: ref("release/2.9"), PythonVersion: "3.12", Stamped: true,
		RunID: ref("19636524571"), RunAttempt: ref("1"), JobID: ref("build"), RunURL: ref("https://github.com/ROCm/TheRock/actions/runs/1"),
		TheRock: &Checkout{Repo: ref("https://github.com/ROCm/TheRock"), Commit: commitA, CommitTime: ref("2025-11-24T08:30:00Z"), Ref: ref("refs/heads/main")},
		Sources: map[string]Source{"pytorch": {
			Dir: ref("external/pytorch"), Commit: commitA, UpstreamCommit: ref(commitA), CommitTime: ref("2025-11-24T08:30:00Z"),
			Describe: ref("v2.9.1-3-g0123456"), Remote: ref("git@github.com:ROCm/pytorch.git"), Branch: ref("release/2.9"), Dirty: true,
		}},
		Artifacts: []Artifact{wheelOf("apex", "1.9.0"), wheelOf("torch", "2.9.1")},
	}
}

func wheelOf(distribution, version string) Artifact {
	return Artifact{
		RelativePath: "dist/" + distribution + "-" + version + "-1-cp312-cp312-linux_x86_64.whl", SizeBytes: 4321, SHA256: digestA,
		Labels: Labels{
			Framework: Framework, BuildVariant: ref("release"), AMDGPUFamily: ref("gfx94X-dcgpu"), ROCmArch: List{"gfx942", "gfx950"},
			Distribution: distribution, Version: version, BuildTag: ref("1"), PythonTag: "cp312", ABITag: "cp312", PlatformTag: "linux_x86_64",
		},
		Metadata: Metadata{
			Name: distribution, Version: version, RequiresPython: ref(">=3.10"), RequiresDist: []string{"numpy (>=1)"},
			Tags: []string{"cp312-cp312-linux_x86_64"}, SHA256: digestA,
		},
		Contents: &Contents{
			Reader: 1, Members: 12, Record: "defective", Defects: []Defect{{Path: "a", Class: "size_mismatch", Got: ref("1"), Want: ref("2")}},
			Module: &Module{Path: "torch/version.py", Version: ref("2.9.1"), GitVersion: ref(commitA), HIP: ref("7.1"), CUDA: ref("13.0")},
			DeviceCode: DeviceCode{
				ROCm: []string{"gfx942:sramecc+:xnack-"}, CUDA: []string{"sm_90a"}, PTX: []string{"compute_90"}, Named: []string{"gfx1151"},
				Kpack: []Kpack{{Path: "torch/lib/a.so", KernelName: "torch", SearchPaths: []string{"../.kpack/a.kpack"}}},
				Files: []DeviceFile{{Path: "torch/lib/a.so", ROCm: []string{"gfx942"}, CUDA: []string{"sm_90a"}, PTX: []string{"compute_90"}, Objects: 3, Outside: 0, Unknown: []string{"nvvm"}}},
			},
		},
		Build: &Build{
			Status: Rebuilt, Timestamp: ref("2025-11-24T08:30:00Z"), RunID: ref("19636524571"), RunAttempt: ref("1"),
			JobID: ref("build"), RunURL: ref("https://github.com/ROCm/TheRock/actions/runs/1"), Commit: ref(commitA),
		},
	}
}

// bare is a valid unstamped document in which everything that can be null is.
func bare() *Manifest {
	m := sample()
	a := wheelOf("torch", "2.9.1")
	a.Labels.BuildVariant, a.Labels.AMDGPUFamily, a.Labels.ROCmArch = nil, nil, nil
	a.Metadata.RequiresPython, a.Metadata.RequiresDist = nil, nil
	a.RelativePath, a.Labels.BuildTag = "torch-2.9.1-cp312-cp312-linux_x86_64.whl", nil
	a.Contents, a.Build = nil, &Build{Status: Rebuilt}
	return &Manifest{SchemaVersion: "1.0", Platform: m.Platform, PythonVersion: m.PythonVersion, Artifacts: []Artifact{a}}
}

func encoded(t *testing.T, m *Manifest) []byte {
	t.Helper()
	data, err := m.Encode()
	require.NoError(t, err)
	return data
}

// tree is a document as maps and slices.
func tree(t *testing.T, m *Manifest) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal(encoded(t, m), &v))
	return v
}

// removed, as a value of set, takes the field away.
var removed = &struct{}{}

// set changes one value of a tree, named by a JSON pointer.
func set(t *testing.T, v any, pointer string, value any) {
	t.Helper()
	names := strings.Split(pointer, "/")[1:]
	for _, name := range names[:len(names)-1] {
		if list, ok := v.([]any); ok {
			i, err := strconv.Atoi(name)
			require.NoError(t, err)
			v = list[i]
			continue
		}
		v = v.(map[string]any)[name]
		require.NotNil(t, v, name)
	}
	last := names[len(names)-1]
	if list, ok := v.([]any); ok {
		i, err := strconv.Atoi(last)
		require.NoError(t, err)
		list[i] = value
		return
	}
	if value == removed {
		require.Contains(t, v.(map[string]any), last)
		delete(v.(map[string]any), last)
		return
	}
	v.(map[string]any)[last] = value
}

// brief is findings as "CODE POINTER".
func brief(findings []finding.Finding) []string {
	out := []string{}
	for _, f := range findings {
		out = append(out, f.Code+" "+f.Field)
	}
	return out
}

func jsonOf(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}
