package gpu

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestObjectTargets(t *testing.T) {
	for _, test := range []struct {
		flags, abi int
		claim      string
		target     string
		mismatch   bool
	}{
		// Code object version 4 and later tell all apart.
		{0x4c | xnackAny | srameccAny, 3, "gfx942", "gfx942", false},
		{0x4c | xnackAny | srameccAny, 3, "", "gfx942", false},
		{0x4c | xnackOn | srameccAny, 2, "gfx942:xnack+", "gfx942:xnack+", false},
		{0x4c | xnackOn | srameccOff, 2, "gfx942:xnack+:sramecc-", "gfx942:sramecc-:xnack+", false},
		{0x4c | xnackOff | srameccAny, 2, "gfx942:xnack+", "gfx942:xnack-", true},
		{0x4c | xnackOff | srameccAny, 2, "gfx942", "gfx942:xnack-", true},
		{0x4c | xnackAny | srameccAny, 2, "gfx942:xnack-", "gfx942", true},
		{0x41, 3, "gfx1100", "gfx1100", false},
		{0x41, 3, "gfx1101", "gfx1100", true},
		{0x41, 3, "nonsense", "gfx1100", true},
		{0x5f | 1<<24, 4, "gfx9-4-generic", "gfx9-4-generic", false},
		{0x54 | 1<<24, 4, "gfx11-generic", "gfx11-generic", false},
		// Version 3 knows on and not on.
		{0x2f | 0x100, 1, "gfx906:xnack+", "gfx906:xnack+", false},
		{0x2f, 1, "gfx906:xnack-", "gfx906:xnack-", false},
		{0x2f, 1, "gfx906", "gfx906", false},
		{0x2f | 0x100, 1, "gfx906", "gfx906", false},
		{0x2f | 0x200, 1, "", "gfx906:sramecc+", false},
		{0x2f, 1, "gfx906:xnack+", "gfx906", true},
		{0x2f | 0x100, 1, "gfx906:xnack-", "gfx906:xnack+", true},
		// Version 2 knows at most the processor.
		{0x2a, 0, "gfx803", "gfx803", false},
		{0x2f, 0, "gfx906:xnack+", "gfx906:xnack+", false},
		{0, 0, "gfx803", "gfx803", false},
	} {
		o, ok := amdgpu(codeObject(test.flags, test.abi, 64))
		assert.True(t, ok)
		f := newFound()
		o.prove(test.claim, 64, f)
		assert.Equal(t, []string{test.target}, sorted(f.rocm), "%+v", test)
		assert.Equal(t, int64(1), f.objects)
		if want := []Defect(nil); test.mismatch {
			assert.Equal(t, []Defect{{TargetMismatch, test.target, test.claim}}, f.defects)
		} else {
			assert.Equal(t, want, f.defects, "%+v", test)
		}
	}
}

func TestObjectsOfUnknownProcessors(t *testing.T) {
	o, ok := amdgpu(codeObject(0xfe, 3, 64))
	assert.True(t, ok)
	f := newFound()
	o.prove("gfx1399", 64, f)
	assert.Equal(t, []string{"gfx1399"}, sorted(f.rocm))
	assert.Equal(t, []string{"amdgpu processor 0xfe"}, sorted(f.unknown))

	f = newFound()
	o.prove("", 64, f)
	assert.Empty(t, f.rocm)
	assert.Equal(t, int64(1), f.objects)
}

func TestObjectShorterThanItSays(t *testing.T) {
	p := codeObject(0x4c, 3, 200)
	copy(p[40:], u64(180))
	copy(p[60:], u16(1))
	o, _ := amdgpu(p)
	f := newFound()
	o.prove("gfx942", 200, f)
	assert.Equal(t, CodeTruncated, f.defects[0].Class)
}

func TestNoObject(t *testing.T) {
	good := codeObject(0x4c, 3, 64)
	for at, value := range map[int]byte{0: 'E', 4: 1, 5: 2, 7: 0, 18: 62} {
		p := append([]byte(nil), good...)
		p[at] = value
		_, ok := amdgpu(p)
		assert.False(t, ok, "byte %d", at)
	}
	_, ok := amdgpu(good[:63])
	assert.False(t, ok)
}

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]claimed{
		"gfx942":                     {"gfx942", "", ""},
		"gfx90a:sramecc+:xnack-":     {"gfx90a", "+", "-"},
		"gfx90a:xnack-:sramecc+":     {"gfx90a", "+", "-"},
		"gfx9-4-generic:xnack+":      {"gfx9-4-generic", "", "+"},
		"gfx12-5-generic":            {"gfx12-5-generic", "", ""},
		"gfx942:xnack":               {},
		"gfx942:xnack++":             {},
		"gfx942:xnack+:xnack-":       {},
		"gfx942:wave64+":             {},
		"gfx":                        {},
		"gfx-generic":                {},
		"GFX942":                     {},
		"sm_90":                      {},
		"gfx942 ":                    {},
		"gfx94200000000000000000000": {},
	} {
		got, ok := parseTarget(text)
		assert.Equal(t, want, got, text)
		assert.Equal(t, want != claimed{}, ok, text)
	}
}

func TestEntryTarget(t *testing.T) {
	for id, want := range map[string]string{
		"hipv4-amdgcn-amd-amdhsa--gfx942:xnack+":        "gfx942:xnack+",
		"hip-amdgcn-amd-amdhsa-gfx803":                  "gfx803",
		"hipv4-amdgcn-amd-amdhsa--gfx9-4-generic":       "gfx9-4-generic",
		"hipv4-amdgcn-amd-amdhsa-unknown-gfx11-generic": "gfx11-generic",
		"hip-spirv64-amd-amdhsa--amdgcnspirv":           "amdgcnspirv",
		"openmp-nvptx64-nvidia-cuda--sm_80":             "sm_80",
	} {
		target, host := entryTarget(id)
		assert.False(t, host)
		assert.Equal(t, want, target)
	}
	for _, id := range []string{"host-x86_64-unknown-linux", hostID, "host-x86_64-pc-windows-msvc-", "host-"} {
		_, host := entryTarget(id)
		assert.True(t, host)
	}
}
