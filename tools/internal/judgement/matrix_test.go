package judgement

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// drawn is a coverage as text: the columns, those that are not declared in
// brackets, then a line a row with a letter a cell, rows of single wheels of a
// component indented.
func drawn(c *Coverage) (lines []string) {
	var head []string
	for _, column := range c.Columns {
		name := column.Target
		if !column.Declared {
			name = "(" + name + ")"
		}
		head = append(head, name)
	}
	lines = append(lines, strings.Join(head, " "))
	line := func(indent, name string, cells []Cell) {
		var b strings.Builder
		for _, cell := range cells {
			b.WriteByte("SPIm.-?"[cell])
		}
		lines = append(lines, indent+name+" "+b.String())
	}
	for _, component := range c.Components {
		line("", component.Artifact.Labels.Distribution, component.Cells)
		for _, w := range component.Wheels {
			line("  ", w.Artifact.Labels.Distribution, w.Cells)
		}
	}
	if c.Set != nil {
		line("", "set", c.Set)
	}
	for _, list := range []struct {
		name   string
		wheels []*document.Artifact
	}{{"without", c.Without}, {"unread", c.Unread}} {
		for _, a := range list.wheels {
			lines = append(lines, list.name+" "+a.Labels.Distribution)
		}
	}
	return lines
}

func TestMatrix(t *testing.T) {
	for name, c := range map[string]struct {
		m    *document.Manifest
		want []string
	}{
		"nothing": {set(""), []string{""}},
		"declared first, then what is served beyond": {
			set("gfx942 gfx90a:xnack+ gfx1201", linux("torch", "1", holdsCode("a.so", "gfx90a gfx942 gfx11-generic gfx1301 sm_90a")), linux("triton", "1"), linux("apex", "1", unread)),
			[]string{
				"gfx942 gfx90a:xnack+ gfx1201 (gfx1100) (gfx1101) (gfx1102) (gfx1103) (gfx1150) (gfx1151) (gfx1152) (gfx1153) (gfx1301) (sm_90)",
				"torch SSmSSSSSSSSSS", "without triton", "unread apex",
			},
		},
		"a split build, a wheel of which holds images": {
			set("gfx90a gfx1150 gfx1151 gfx1201", host(), gfx90a(), gfx115x()),
			[]string{
				"gfx90a gfx1150 gfx1151 gfx1201",
				"torch SIIm", "  torch ----", "  amd_torch_device_gfx115x .II.", "  amd_torch_device_gfx90a S...",
			},
		},
		"a part that nobody read": {
			set("gfx90a gfx942", host(), linux("amd_torch_device_gfx90a", v, holdsCode("a.kpack", "gfx90a")), linux("amd_torch_device_gfx942", v, unread)),
			[]string{"gfx90a gfx942", "torch S?", "  torch --", "  amd_torch_device_gfx90a S.", "  amd_torch_device_gfx942 ??"},
		},
		"a wheel that answers for a family": {
			set("gfx942 gfx1100", linux("rocm_sdk_libraries_gfx110X_all", "7", holdsCode("a.so", "gfx1100")), linux("amd_torch_device_gfx1201", "1", holdsCode("a.so", "gfx1200"))),
			[]string{"gfx942 gfx1100 gfx1201 (gfx1200)", "amd_torch_device_gfx1201 ..mS", "rocm_sdk_libraries_gfx110X_all .S.."},
		},
		"PTX is asked of the set": {
			cuda("sm_80 sm_90 sm_110 compute_90 compute_120", linux("torch", "1", holdsCode("a.so", "sm_80 compute_90")), linux("torchaudio", "1", holdsCode("a.so", "sm_80 sm_90 sm_110"))),
			[]string{
				"sm_80 sm_90 sm_110 compute_90 compute_120 (sm_86) (sm_87) (sm_88) (sm_89) (sm_100) (sm_101) (sm_103) (sm_107) (sm_120) (sm_121)",
				"torch SPPPPSSSSPPPPPP", "torchaudio SSS..SSSS......", "set ...PP..........",
			},
		},
		"PTX that nobody holds": {
			cuda("sm_90 compute_90", linux("torch", "1", holdsCode("a.so", "sm_90"))),
			[]string{"sm_90 compute_90", "torch S.", "set .m"},
		},
		"nothing is declared": {
			func() *document.Manifest {
				m := set("", linux("torch", "1", holdsCode("a.so", "gfx942")), linux("b", "1", holdsCode("a.so", "gfx90a")))
				m.PyTorchROCmArch, m.Accelerator = nil, nil
				return m
			}(),
			[]string{"(gfx90a) (gfx942)", "b S.", "torch .S"},
		},
		"SPIR-V": {
			set("gfx942 gfx1301", linux("torch", "1", holdsCode("a.so", "amdgcnspirv gfx942"))),
			nil,
		},
	} {
		got := drawn(Matrix(c.m))
		if c.want == nil {
			assert.True(t, strings.HasPrefix(got[1], "torch SPPPP"), got[1])
			continue
		}
		assert.Equal(t, c.want, got, name)
	}
}

// missing is what a matrix says is missing, as "path target", and told what
// Judge tells.
func missing(c *Coverage) (list []string) {
	add := func(path string, cells []Cell) {
		for i, cell := range cells {
			if cell == Missing {
				list = append(list, path+" "+c.Columns[i].Target)
			}
		}
	}
	for _, component := range c.Components {
		add(component.Artifact.RelativePath, component.Cells)
		for _, w := range component.Wheels {
			add("a wheel of a component", w.Cells)
		}
	}
	add("", c.Set)
	slices.Sort(list)
	return list
}

func told(findings []finding.Finding) (list []string) {
	for _, f := range findings {
		if f.Code == DeviceNotServed {
			for target := range strings.FieldsSeq(strings.TrimPrefix(f.Want, "code for ")) {
				list = append(list, f.Artifact+" "+target)
			}
		}
	}
	slices.Sort(list)
	return list
}

func TestMissingIsWhatJudgeTells(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 20))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	lacking := map[string]int{}
	check := func(kind string, m *document.Manifest) {
		want := told(Judge(m, nil))
		require.Equal(t, want, missing(Matrix(m)), "%s: %v", kind, drawn(Matrix(m)))
		lacking[kind] += len(want)
	}
	for range 600 {
		check("rocm", random(r))
		var wheels []document.Artifact
		for i := range 1 + r.IntN(6) {
			w := linux(fmt.Sprintf("p%d", i), "1")
			for range r.IntN(3) {
				holdsCode(pick("a.so", "b.so"), pick("sm_80", "sm_90a compute_90", "sm_70 sm_86", "gfx942", "compute_80", "sm_100f"))(&w)
			}
			if r.IntN(12) == 0 {
				w.Contents = nil
			}
			wheels = append(wheels, w)
		}
		m := cuda(pick("sm_80 sm_90 compute_90", "sm_90a sm_90 sm_103", "compute_120 sm_75", "sm_86"), wheels...)
		if r.IntN(6) == 0 {
			m.Accelerator = nil
			m.PyTorchROCmArch = document.List{"gfx942", "gfx950"}
		}
		check("cuda", m)
	}
	assert.Greater(t, min(lacking["rocm"], lacking["cuda"]), 100, "the sets are too tidy: %v", lacking)
}

func TestMatrixIsBounded(t *testing.T) {
	var archs []string
	for i := range 300 {
		archs = append(archs, fmt.Sprintf("gfx%d00", 10+i%10)+fmt.Sprintf(":f%d+", i))
	}
	wheels := []document.Artifact{host()}
	for i := range 150 {
		wheels = append(wheels, linux("amd_torch_device_gfx90a", v, func(a *document.Artifact) { a.RelativePath = fmt.Sprintf("%03d/%s", i, a.RelativePath) }))
	}
	c := Matrix(set(strings.Join(archs, " "), wheels...))
	assert.Len(t, c.Columns, maxColumns)
	assert.Equal(t, 101, c.Left, "gfx90a too, after which one wheel is named")
	require.Len(t, c.Components, 1)
	assert.Equal(t, 150, c.Components[0].Others)
	assert.Len(t, c.Components[0].Wheels, 1+maxMembers)
}

func TestMatrixTakesNoOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		m := random(r)
		want := drawn(Matrix(m))
		slices.Reverse(m.Artifacts)
		require.Equal(t, want, drawn(Matrix(m)))
	}
}

func BenchmarkMatrix(b *testing.B) {
	for name := range large {
		b.Run(name, func(b *testing.B) {
			m := largeSet(name)
			for b.Loop() {
				Matrix(m)
			}
		})
	}
}
