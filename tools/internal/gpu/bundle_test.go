package gpu

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBundle(t *testing.T) {
	for name, p := range map[string][]byte{
		"aligned to 4096": plain(4096, parts()...),
		"to 8":            plain(8, parts()...),
		"to nothing":      plain(1, parts()...),
	} {
		got := scanBytes(t, p)
		assert.Equal(t, normal(File{ROCm: partTargets, Objects: 3}), normal(got), name)
	}
	assert.True(t, isEmpty(scanBytes(t, plain(8))), "no entries")
}

func isEmpty(f File) bool { return f.Empty() }

func TestBundleOfOtherThings(t *testing.T) {
	got := scanBytes(t, plain(8,
		part{"host-x86_64-unknown-linux-gnu-", []byte("a host's object file is no device code")},
		part{"hip-spirv64-amd-amdhsa--amdgcnspirv", cat([]byte("\x03\x02\x23\x07"), make([]byte, 60))},
		part{"hipv4-amdgcn-amd-amdhsa--gfx906", []byte("BC\xc0\xde bitcode")},
		part{"sycl-amdgcn-amd-amdhsa--gfx1030", codeObject(0x36, 3, 64)},
	))
	assert.Equal(t, []string{"amdgcnspirv", "gfx1030"}, got.ROCm)
	assert.Equal(t, []string{"LLVM bitcode for gfx906", "bundle entry of kind sycl"}, got.Unknown)
	assert.Equal(t, int64(2), got.Objects)
	assert.Empty(t, got.Defects)
}

func TestBundleDefects(t *testing.T) {
	swapped := parts()
	swapped[1].code, swapped[3].code = swapped[3].code, swapped[1].code
	empty := parts()
	empty[1].code = nil
	garbage := parts()
	garbage[1].code = []byte("garbage")
	for name, test := range map[string]struct {
		file    []byte
		defects []Defect
		objects int64
	}{
		"swapped": {plain(8, swapped...), []Defect{{TargetMismatch, "gfx1100", "gfx942"}, {TargetMismatch, "gfx942", "gfx1100"}}, 3},
		"empty":   {plain(8, empty...), []Defect{{CodeMissing, "a bundle entry of 0 bytes", "code for " + hipID + "gfx942"}}, 2},
		"garbage": {plain(8, garbage...), []Defect{{CodeDamaged, "bytes that begin with 67617262", "a code object for gfx942"}}, 2},
	} {
		got := scanBytes(t, test.file)
		assert.ElementsMatch(t, test.defects, got.Defects, name)
		assert.Equal(t, test.objects, got.Objects, name)
	}
}

// TestBundleLies changes one number of a bundle's table.
func TestBundleLies(t *testing.T) {
	good := plain(8, part{hipID + "gfx942", codeObject(0x4c, 3, 64)}, part{hipID + "gfx1100", codeObject(0x41, 3, 64)})
	second := 32 + 24 + len(hipID+"gfx942")
	for name, test := range map[string]struct {
		at    int
		value []byte
		class string
	}{
		"number of entries":      {24, u64(-1), CodeDamaged},
		"many entries":           {24, u64(1000), CodeDamaged},
		"offset beyond":          {32, u64(1 << 40), CodeTruncated},
		"offset negative":        {32, u64(-8), CodeTruncated},
		"size beyond":            {40, u64(1 << 40), CodeTruncated},
		"size negative":          {40, u64(-1), CodeTruncated},
		"offset and size wrap":   {32, cat(u64(1<<62), u64(1<<62)), CodeTruncated},
		"offset in the table":    {32, u64(0), CodeDamaged},
		"id of nothing":          {48, u64(0), CodeDamaged},
		"id longer than all":     {48, u64(1 << 50), CodeDamaged},
		"id with a line break":   {56, []byte("\n"), CodeDamaged},
		"overlapping":            {second, u64(int(good[32]) | int(good[33])<<8 + 8), CodeDamaged},
		"two of the same target": {second + 24, append([]byte(hipID+"gfx942"), 0), CodeDamaged},
	} {
		p := bytes.Clone(good)
		copy(p[test.at:], test.value)
		if name == "two of the same target" {
			copy(p[second+16:], u64(len(hipID+"gfx942")))
		}
		got := scanBytes(t, p)
		if assert.NotEmpty(t, got.Defects, name) {
			assert.Equal(t, test.class, got.Defects[0].Class, "%s: %v", name, got.Defects)
		}
		assert.Empty(t, got.Faults, name)
	}
}
