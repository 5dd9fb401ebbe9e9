package gpu

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// offloaded is one image of an LLVM offload binary.
type offloaded struct {
	kind, flags  int
	triple, arch string
	image        []byte
}

const amdTriple = "amdgcn-amd-amdhsa"

// offloadBinary writes version 1, 2 or 3 as LLVM's OffloadBinary::write does;
// compress, where it is not nil, compresses all behind the header.
func offloadBinary(version int, compress func([]byte) []byte, images ...offloaded) []byte {
	header, width := 32, 24
	switch version {
	case 1:
		width = 16
	case 3:
		header = 40
	}
	texts := []byte{0}
	text := func(s string) []byte {
		at := len(texts)
		texts = append(append(texts, s...), 0)
		return u64(header + 40*len(images) + 2*width*len(images) + at)
	}
	var entries, strings, body []byte
	var rows [][]byte
	for _, i := range images {
		for _, kv := range [][2]string{{"triple", i.triple}, {"arch", i.arch}} {
			row := cat(text(kv[0]), text(kv[1]))
			if version > 1 {
				row = append(row, u64(len(kv[1]))...)
			}
			rows = append(rows, row)
		}
	}
	strings = cat(rows...)
	before := header + 40*len(images) + len(strings) + len(texts)
	padding := (8 - before%8) % 8
	for n, i := range images {
		entries = cat(entries, u16(i.kind), u16(4), u32(i.flags), u64(header+40*len(images)+2*width*n), u64(2), u64(before+padding+len(body)), u64(len(i.image)))
		body = append(body, i.image...)
	}
	rest := pad(cat(entries, strings, texts, make([]byte, padding), body), 8)
	last, inflated := u64(len(images)), []byte(nil)
	if version == 1 {
		last = u64(40)
	}
	if version == 3 {
		inflated = u64(0)
		if compress != nil {
			inflated = u64(header + len(rest))
			rest = compress(rest)
		}
	}
	return cat(u32(wordOffload), u32(version), u64(header+len(rest)), u64(header), last, inflated, rest)
}

func TestOffload(t *testing.T) {
	first := offloaded{1, 0, amdTriple, "gfx942:xnack-", codeObject(0x4c|xnackOff, 3, 100)}
	second := offloaded{1, 0, amdTriple, "gfx1100", codeObject(0x41, 3, 64)}
	others := []offloaded{
		{2, 0, amdTriple, "gfx90a", []byte("BC\xc0\xde")},
		{0, 1, "spirv64-intel", "", nil},
		{5, 0, "nvptx64-nvidia-cuda", "sm_90", []byte(".version 8.0\n.target sm_90\n.address_size 64\n")},
		{6, 0, "spirv64-intel", "generic", []byte("\x03\x02\x23\x07")},
	}
	zstdOf := func(p []byte) []byte { return zstdBytes(t, p) }
	zlibOf := func(p []byte) []byte { return zlibBytes(t, p) }
	for name, test := range map[string]struct {
		binary []byte
		want   File
	}{
		"version 1":       {offloadBinary(1, nil, first), File{ROCm: []string{"gfx942:xnack-"}, Objects: 1}},
		"version 2":       {offloadBinary(2, nil, first, second), File{ROCm: []string{"gfx1100", "gfx942:xnack-"}, Objects: 2}},
		"version 3":       {offloadBinary(3, nil, first, second), File{ROCm: []string{"gfx1100", "gfx942:xnack-"}, Objects: 2}},
		"version 3, zstd": {offloadBinary(3, zstdOf, first, second), File{ROCm: []string{"gfx1100", "gfx942:xnack-"}, Objects: 2}},
		"version 3, zlib": {offloadBinary(3, zlibOf, first, second), File{ROCm: []string{"gfx1100", "gfx942:xnack-"}, Objects: 2}},
		"other images": {offloadBinary(2, nil, others...), File{PTX: []string{"compute_90"}, Objects: 1,
			Unknown: []string{"LLVM bitcode for gfx90a", "SPIR-V for generic"}}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, normal(test.want), normal(scanBytes(t, test.binary)))
			two := test.want
			two.Objects *= 2
			b := pad(bytes.Clone(test.binary), 8)
			assert.Equal(t, normal(two), normal(scanBytes(t, library(piece{name: ".llvm.offloading", data: cat(b, b)}))))
		})
	}
}

func TestOffloadLies(t *testing.T) {
	image := offloaded{1, 0, amdTriple, "gfx942", codeObject(0x4c, 3, 100)}
	good := offloadBinary(2, nil, image, image)
	for name, test := range map[string]struct {
		at    int
		value []byte
		class string
	}{
		"version 0":       {4, u32(0), VersionUnknown},
		"version 4":       {4, u32(4), VersionUnknown},
		"size beyond":     {8, u64(1 << 40), CodeTruncated},
		"size negative":   {8, u64(-1), CodeDamaged},
		"entries beyond":  {16, u64(1 << 40), CodeDamaged},
		"entries in head": {16, u64(0), CodeDamaged},
		"many entries":    {24, u64(1 << 60), CodeDamaged},
		"other target":    {bytes.LastIndex(good, []byte("gfx942")), []byte("gfx940"), TargetMismatch},
		"strings beyond":  {32 + 8, u64(1 << 60), CodeDamaged},
		"many strings":    {32 + 16, u64(1 << 60), CodeDamaged},
		"image beyond":    {32 + 24, u64(1 << 60), CodeTruncated},
		"image negative":  {32 + 32, u64(-1), CodeTruncated},
		"overlapping":     {32 + 32, u64(180), CodeDamaged},
		"a text beyond":   {112, u64(1 << 60), CodeDamaged},
	} {
		p := bytes.Clone(good)
		copy(p[test.at:], test.value)
		got := scanBytes(t, p)
		require.NotEmpty(t, got.Defects, name)
		assert.Equal(t, test.class, got.Defects[0].Class, "%s: %v", name, got.Defects)
	}
	compressed := offloadBinary(3, func(p []byte) []byte { return zstdBytes(t, p) }, image)
	for _, size := range []int{41, 100, 1 << 20} {
		copy(compressed[32:], u64(size))
		require.NotEmpty(t, scanBytes(t, compressed).Defects, "inflated size %d", size)
	}
	copy(compressed[32:], u64(maxInflated+1))
	require.Len(t, scanBytes(t, compressed).Faults, 1)
}
