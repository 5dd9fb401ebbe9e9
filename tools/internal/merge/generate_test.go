package merge

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
)

// made is a wheel that was written and read as generate reads one.
type made struct {
	entry    entry.Entry
	contents contents.Contents
}

func makeWheels(t *testing.T, files ...string) (list []made) {
	t.Helper()
	dir := t.TempDir()
	for _, file := range files {
		parts := strings.Split(strings.TrimSuffix(file, ".whl"), "-")
		archive := ziptest.Wheel(parts[0], parts[1], strings.Join(parts[2:], "-"))
		name := filepath.Join(dir, file)
		require.NoError(t, os.WriteFile(name, archive.Bytes(), 0o644))
		var w made
		var err error
		w.entry, _, err = entry.Read(t.Context(), name, file, "", entry.Options{})
		require.NoError(t, err)
		require.Empty(t, w.entry.Faults)
		w.contents, err = contents.Read(t.Context(), name, file, "", contents.Options{})
		require.NoError(t, err)
		list = append(list, w)
	}
	return list
}

// stampOf is the status of one run.
func stampOf(run string) *status.Status {
	values := status.Values{
		"STABLE_THEROCK_REPO": "https://github.com/ROCm/TheRock", "STABLE_THEROCK_COMMIT": commit("therock"), "STABLE_THEROCK_COMMIT_TIME": "2025-11-24T08:30:00Z",
		"STABLE_THEROCK_REF": "refs/heads/main", "STABLE_THEROCK_DIRTY": "false",
		"STABLE_CI_RUN_ID": run, "STABLE_CI_RUN_ATTEMPT": "2", "STABLE_CI_JOB_ID": "build", "STABLE_CI_RUN_URL": "https://ci.example/" + run,
		"STABLE_BUILD_STARTED_AT": "2025-11-24T09:00:00Z",
	}
	for part, value := range map[string]string{
		"COMMIT": commit("pytorch"), "UPSTREAM_COMMIT": "", "COMMIT_TIME": "2025-11-23T08:30:00Z", "DESCRIBE": "v1",
		"REMOTE": "git@github.com:ROCm/pytorch.git", "BRANCH": "", "DIRTY": "true", "DIR": "src/pytorch",
	} {
		values[status.SourceKey("pytorch", "")+part] = value
	}
	return &status.Status{Values: values, Faults: []finding.Finding{}}
}

// generated is the document of some wheels, by the code that generate has.
func generated(t *testing.T, stamped, read bool, wheels []made) *document.Manifest {
	t.Helper()
	config := &document.Config{Stamped: stamped, Contents: read, SourceOf: document.SourceOf(), Wheels: []document.Input{{Path: "dist"}}}
	config.Declared.ROCmSDKVersion, config.Declared.PyTorchROCmArch, config.Declared.AMDGPUFamily = "7.14.0", "gfx950;gfx942", "gfx94X-dcgpu"
	entries, held := [][]entry.Entry{{}}, [][]contents.Contents{{}}
	for _, w := range wheels {
		entries[0], held[0] = append(entries[0], w.entry), append(held[0], w.contents)
	}
	var st *status.Status
	if stamped {
		st = stampOf("1")
	}
	m, findings := document.Assemble(config, st, entries, held)
	require.False(t, finding.HasErrors(findings), "%v", findings)
	return m
}

// TestMergeOfGeneratedIsGeneratedOfAll takes two sets of wheels of one platform,
// which may share some.
func TestMergeOfGeneratedIsGeneratedOfAll(t *testing.T) {
	wheels := makeWheels(t,
		"torch-2.9.1-cp312-cp312-linux_x86_64.whl", "torch-2.9.1-cp313-cp313-manylinux_2_28_x86_64.whl",
		"torchvision-0.24.1-cp312-cp312-linux_x86_64.whl", "triton-3.5.1-cp312-cp312-linux_x86_64.whl",
		"torchaudio-2.9.1-cp39-abi3-linux_x86_64.whl", "pure-1-py3-none-any.whl", "amd_torch_device_gfx942-2.9.1-py3-none-linux_x86_64.whl")
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		stamped, read := r.IntN(2) == 0, r.IntN(2) == 0
		var a, b, all []made
		for _, w := range wheels {
			inA, inB := r.IntN(2) == 0, r.IntN(2) == 0
			if inA {
				a = append(a, w)
			}
			if inB {
				b = append(b, w)
			}
			if inA || inB {
				all = append(all, w)
			}
		}
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		m := merged(t, Options{}, generated(t, stamped, read, a), generated(t, stamped, read, b))
		require.Equal(t, encoded(t, generated(t, stamped, read, all)), encoded(t, m))
	}
}
