package judgement

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// random is a set of every kind of wheel, with much wrong in it.
func random(r *rand.Rand) *document.Manifest {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var wheels []document.Artifact
	for i := range 2 + r.IntN(12) {
		version := pick("2.9.1", "2.9.1+rocm7.11.0", "2.10.0+rocm7.11.0", "no version")
		distribution := pick("torch", "torchvision", "amd_torch_device_gfx942", "amd_torch_device_gfx11", "rocm_sdk_libraries_gfx94X_dcgpu", "triton")
		python := pick("cp312", "cp313", "py3")
		w := wheelNamed(distribution + "-" + version + "-" + python + "-none-" + pick("any", "linux_x86_64", "win_amd64") + ".whl")
		w.RelativePath = fmt.Sprintf("%02d/%s", i, w.RelativePath)
		for range r.IntN(4) {
			[]option{
				holdsCode(pick("a.so", "b.so", "c.aks2", "torch/.kpack/torch_gfx942.kpack"), pick("gfx942", "gfx942:xnack+ gfx1100", "sm_90", "gfx1151 bogus")),
				asks(pick("torch==2.9.1", `amd-torch-device-gfx942==2.9.1; extra=='x'`, `amd-torch-device-gfx950==2.9.1; extra=='x'`, "rocm==7", "!", "triton<1")),
				marker("torch/lib/a.so", pick("../.kpack/torch_@GFXARCH@.kpack", "x")),
				says(pick("2.9.1", "1+a"), pick(commitA, upstream, "x", "0000000")), built(commitA),
			}[r.IntN(5)](&w)
		}
		if r.IntN(8) == 0 {
			w.Contents = nil
		}
		wheels = append(wheels, w)
	}
	m := set(pick("gfx942", "gfx942 gfx1100", "gfx1151 gfx942:xnack-"), wheels...)
	if r.IntN(3) > 0 {
		m.ROCmSDKVersion, m.VersionSuffix = ref(pick("7.11.0", "bad")), ref(pick("+rocm7.11.0", "?"))
	}
	return m
}

func TestJudgementIsDeterministic(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 20))
	codes := map[string]bool{}
	for range 400 {
		m := random(r)
		want := Judge(m, nil)
		for _, f := range want {
			codes[f.Code] = true
		}
		for range 3 {
			shuffled := *m
			shuffled.Artifacts = slices.Clone(m.Artifacts)
			r.Shuffle(len(shuffled.Artifacts), func(i, k int) {
				shuffled.Artifacts[i], shuffled.Artifacts[k] = shuffled.Artifacts[k], shuffled.Artifacts[i]
			})
			require.Equal(t, want, Judge(&shuffled, nil))
		}
	}
	assert.Greater(t, len(codes), 12, "the sets are too tidy: %v", codes)
}

// large are sets that would be slow if every wheel were held against every
// other.
var large = map[string]func(i int) document.Artifact{
	"distinct projects": func(i int) document.Artifact {
		return linux(fmt.Sprintf("p%d", i), "1", asks(fmt.Sprintf("p%d==1", (i+1)%many)), holdsCode("a.so", "gfx942"))
	},
	"one project": func(i int) document.Artifact {
		return linux("torch", fmt.Sprintf("1.%d", i), asks("torchvision==9"), holdsCode("a.so", "gfx942"))
	},
	"hosts and devices": func(i int) document.Artifact {
		if i%2 == 0 {
			return linux("torch", fmt.Sprintf("1.%d", i/2), asks(`amd-torch-device-gfx942; extra == "x"`), marker("a.so", "x_@GFXARCH@.kpack"))
		}
		return linux("amd_torch_device_gfx942", fmt.Sprintf("1.%d", i/2), asks(fmt.Sprintf("torch==1.%d", i/2)), holdsCode("x_gfx942.kpack", "gfx942"))
	},
	"unsatisfied": func(i int) document.Artifact {
		if i%2 == 0 {
			return linux("torch", fmt.Sprintf("1.%d", i))
		}
		return linux(fmt.Sprintf("p%d", i), "1", asks("torch==2"))
	},
}

const many = 10_000

func largeSet(name string) *document.Manifest {
	wheels := []document.Artifact{}
	for i := range many {
		wheels = append(wheels, large[name](i))
	}
	return set("gfx942", wheels...)
}

func TestLargeSets(t *testing.T) {
	for name, findings := range map[string]int{"distinct projects": 0, "one project": 0, "hosts and devices": 0, "unsatisfied": many/2 + 1} {
		// The set of the last has no device code: one finding more.
		assert.Len(t, Judge(largeSet(name), nil), findings, name)
	}
}

func BenchmarkJudge(b *testing.B) {
	for name := range large {
		b.Run(name, func(b *testing.B) {
			m := largeSet(name)
			for b.Loop() {
				Judge(m, nil)
			}
		})
	}
}

func TestFindingsAreBounded(t *testing.T) {
	wheels := []document.Artifact{}
	for i := range 3_000 {
		wheels = append(wheels, linux(fmt.Sprintf("p%d", i), "1", holdsCode("a.so", "gfx950"), asks("!a", "!b", "!c")))
	}
	findings := Judge(set("gfx942", wheels...), nil)
	require.Len(t, findings, maxFindings+1)
	assert.Equal(t, "too_many_findings", findings[maxFindings].Code)
	assert.Equal(t, DeviceNotServed, findings[0].Code, "errors first")
}
