package device

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Target{
		"sm_90":                   {kind: cubin, number: 90},
		"sm_90a":                  {kind: cubin, number: 90, suffix: "a"},
		"sm_100f":                 {kind: cubin, number: 100, suffix: "f"},
		"compute_90":              {kind: ptx, number: 90},
		"compute_120f":            {kind: ptx, number: 120, suffix: "f"},
		"gfx803":                  {kind: processor, name: "gfx803"},
		"gfx90a":                  {kind: processor, name: "gfx90a"},
		"gfx1151":                 {kind: processor, name: "gfx1151"},
		"gfx90a:xnack-":           {kind: processor, name: "gfx90a", features: ":xnack-"},
		"gfx942:sramecc+:xnack-":  {kind: processor, name: "gfx942", features: ":sramecc+:xnack-"},
		"gfx9-generic":            {kind: generic, name: "gfx9-generic"},
		"gfx9-4-generic:sramecc+": {kind: generic, name: "gfx9-4-generic", features: ":sramecc+"},
		"gfx10-3-generic":         {kind: generic, name: "gfx10-3-generic"},
		"gfx12-generic":           {kind: generic, name: "gfx12-generic"},
		"amdgcnspirv":             {kind: spirv, name: "amdgcnspirv"},
	} {
		got, err := Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
		assert.Equal(t, text, got.String())
		assert.Equal(t, strings.HasPrefix(text, "sm_") || strings.HasPrefix(text, "compute_"), got.NVIDIA(), text)
	}
	a, err := Parse("gfx942:xnack-:sramecc+")
	require.NoError(t, err)
	assert.Equal(t, "gfx942:sramecc+:xnack-", a.String(), "features stand in any order")
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "90", "sm90", "sm_", "sm_9", "sm_090", "sm_1000", "sm_90b", "sm_90af", "sm_90 ", "SM_90", "sm_90\n", "compute_", "lto_90", "all",
		"gfx", "gfx9", "gfx942:", "gfx942::xnack+", "gfx942:xnack", "gfx942:+", "gfx942:xnack+:xnack-", "gfx942:xnack+:xnack+", "gfx942:XNACK+",
		"gfx11xx", "gfx-generic", "gfx9-generic-", "GFX942", "gfx942-generic", "amdgcn", "amdgcnspirv:xnack+", "gfx1151\u202e", "gfx115x",
	} {
		_, err := Parse(text)
		assert.Error(t, err, "%q", text)
	}
	_, err := Parse("gfx942:\nxnack+")
	assert.ErrorContains(t, err, `target "gfx942:\x0axnack+": feature "\x0axnack+"`, "foreign text is escaped")
}

// serves lists, for one target, every known device that it serves.
func serves(t *testing.T, target string) string {
	code, err := Parse(target)
	require.NoError(t, err)
	var names []string
	for _, device := range Known() {
		if code.Serves(device) {
			names = append(names, device.String())
		}
	}
	return strings.Join(names, " ")
}

func TestServesKnownDevices(t *testing.T) {
	amd := serves(t, "amdgcnspirv")
	for target, want := range map[string]string{
		"sm_50":                   "sm_50 sm_52 sm_53",
		"sm_61":                   "sm_61 sm_62",
		"sm_70":                   "sm_70 sm_72 sm_75",
		"sm_75":                   "sm_75",
		"sm_80":                   "sm_80 sm_86 sm_87 sm_88 sm_89",
		"sm_86":                   "sm_86 sm_87 sm_88 sm_89",
		"sm_90":                   "sm_90",
		"sm_90a":                  "sm_90",
		"sm_100":                  "sm_100 sm_101 sm_103 sm_107",
		"sm_100a":                 "sm_100",
		"sm_100f":                 "sm_100 sm_103 sm_107",
		"sm_103f":                 "sm_103 sm_107",
		"sm_107f":                 "sm_107",
		"sm_101f":                 "sm_101 sm_110",
		"sm_110f":                 "sm_110",
		"sm_120":                  "sm_120 sm_121",
		"sm_120a":                 "sm_120",
		"sm_120f":                 "sm_120 sm_121",
		"sm_121f":                 "sm_121",
		"sm_130f":                 "",
		"compute_90":              "sm_90 sm_100 sm_101 sm_103 sm_107 sm_110 sm_120 sm_121",
		"compute_120":             "sm_120 sm_121",
		"compute_90a":             "sm_90",
		"compute_100f":            "sm_100 sm_103 sm_107",
		"compute_130":             "",
		"gfx906":                  "gfx906",
		"gfx90a:sramecc+:xnack-":  "gfx90a",
		"gfx942":                  "gfx942",
		"gfx1150":                 "gfx1150",
		"gfx9-generic":            "gfx900 gfx902 gfx904 gfx906 gfx909 gfx90c",
		"gfx9-4-generic":          "gfx940 gfx941 gfx942 gfx950",
		"gfx9-4-generic:sramecc+": "gfx940 gfx941 gfx942 gfx950",
		"gfx10-1-generic":         "gfx1010 gfx1011 gfx1012 gfx1013",
		"gfx10-3-generic":         "gfx1030 gfx1031 gfx1032 gfx1033 gfx1034 gfx1035 gfx1036",
		"gfx11-generic":           "gfx1100 gfx1101 gfx1102 gfx1103 gfx1150 gfx1151 gfx1152 gfx1153",
		"gfx12-generic":           "gfx1200 gfx1201",
		"gfx12-5-generic":         "gfx1250 gfx1251",
		"gfx13-generic":           "",
	} {
		assert.Equal(t, want, serves(t, target), target)
	}
	assert.Equal(t, len(Known()), strings.Count(amd, "gfx")+22)
	assert.NotContains(t, amd, "sm_")
}

func TestServes(t *testing.T) {
	for _, c := range []struct {
		target, device string
		want           bool
	}{
		// any, on and off
		{"gfx90a", "gfx90a:xnack+", true},
		{"gfx90a", "gfx90a:sramecc-:xnack-", true},
		{"gfx90a:xnack+", "gfx90a:xnack+", true},
		{"gfx90a:xnack+", "gfx90a:xnack-", false},
		{"gfx90a:xnack-", "gfx90a:xnack+", false},
		{"gfx90a:xnack-", "gfx90a", true},
		{"gfx90a:sramecc+", "gfx90a:xnack-", true},
		{"gfx90a:sramecc+:xnack-", "gfx90a:sramecc+:xnack+", false},
		{"gfx90a:sramecc+:xnack-", "gfx90a:sramecc+:xnack-", true},
		{"gfx90a:sramecc-:xnack-", "gfx90a:sramecc+:xnack-", false},
		{"gfx9-4-generic:xnack+", "gfx942:xnack-", false},
		{"gfx9-4-generic:xnack+", "gfx942:sramecc+:xnack+", true},
		// what a build declares may be portable code
		{"gfx11-generic", "gfx11-generic", true},
		{"gfx1100", "gfx11-generic", false},
		{"gfx12-generic", "gfx11-generic", false},
		{"amdgcnspirv", "gfx11-generic", true},
		{"amdgcnspirv", "amdgcnspirv", true},
		{"gfx942", "amdgcnspirv", false},
		{"compute_90", "compute_90", true},
		{"compute_80", "compute_90", true},
		{"compute_100", "compute_90", false},
		{"compute_90a", "compute_90", false},
		{"compute_90a", "compute_90a", true},
		{"sm_90", "compute_90", false},
		// the suffix says nothing of a device
		{"sm_90", "sm_90a", true},
		{"sm_90a", "sm_90a", true},
		{"sm_86", "sm_89", true},
		{"sm_89", "sm_86", false},
		{"sm_80", "sm_90", false},
		{"sm_100a", "sm_103", false},
		{"sm_75", "sm_80", false},
		{"compute_75", "sm_86", true},
		{"compute_75", "sm_70", false},
		{"compute_130", "sm_131", true},
		// the vendors apart
		{"sm_90", "gfx90a", false},
		{"gfx90a", "sm_90", false},
		{"compute_50", "gfx942", false},
		{"amdgcnspirv", "sm_90", false},
	} {
		target, err := Parse(c.target)
		require.NoError(t, err)
		device, err := Parse(c.device)
		require.NoError(t, err)
		assert.Equal(t, c.want, target.Serves(device), "%s on %s", c.target, c.device)
	}
	var none Target
	assert.False(t, none.Serves(none))
	assert.Equal(t, "sm_90", must("sm_90a").Device().String())
}

// Every device runs the code that is made for it alone, and every member of a
// generic target or a family is a device that is known.
func TestTable(t *testing.T) {
	seen := map[Target]bool{}
	for _, device := range Known() {
		assert.True(t, device.Serves(device), device.String())
		assert.False(t, seen[device], "%s stands twice", device)
		seen[device] = true
	}
	for name, processors := range members {
		assert.Equal(t, generic, must(name).kind, name)
		for _, processor := range processors {
			assert.True(t, seen[must(processor)], "%s of %s", processor, name)
		}
	}
	for _, family := range families {
		for _, number := range family {
			assert.True(t, seen[Target{kind: cubin, number: number}], "%d", number)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range append([]string{"sm_90a", "compute_100f", "gfx942:sramecc+:xnack-", "gfx9-4-generic", "amdgcnspirv", ":", "gfx942:xnack+:xnack-", "sm_\xff"}, known...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(target.String())
		require.NoError(t, err)
		require.Equal(t, target, again)
		require.True(t, target.Serves(target), "%s serves what it is", target)
	})
}
