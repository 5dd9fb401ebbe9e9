package gpu

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestScan is about where code is found; the tests of the readers are about
// what is in it.
func TestScan(t *testing.T) {
	one := pad(plain(4096, parts()...), 4096)
	fat := piece{name: ".hip_fatbin", data: one}
	text := piece{name: ".text", data: bytes.Repeat([]byte("text"), 3000)}
	want := File{ROCm: partTargets, Objects: 3}
	outside := File{ROCm: partTargets, Objects: 3, Outside: 3}
	zstd3 := ccob(3, 1, len(one), zstdBytes(t, one))
	for name, test := range map[string]struct {
		file []byte
		want File
	}{
		"empty":                   {nil, File{}},
		"text":                    {text.data, File{}},
		"text that looks like it": {[]byte("packaging==24.0\n__CLANG"), File{}},
		"text with a magic":       {[]byte("CCOBOL and the like"), File{}},
		"text with KPAK":          {[]byte("KPAKAGES\n"), File{}},
		"the magic and no more":   {[]byte("__CL"), File{}},
		"library without code":    {library(text), File{}},
		"library":                 {library(text, fat, text), want},
		"library, two bundles":    {library(text, piece{name: ".hip_fatbin", data: cat(one, one)}), File{ROCm: partTargets, Objects: 6}},
		"library, padded":         {library(text, piece{name: ".hip_fatbin", data: cat(make([]byte, 8192), one, make([]byte, 4096), zstd3, make([]byte, 3))}), File{ROCm: partTargets, Objects: 6}},
		"library, unaligned":      {libraryAt(8, text, fat), want},
		"library, empty section":  {library(text, piece{name: ".hip_fatbin"}, text), File{}},
		"library, zeros only":     {library(text, piece{name: ".hip_fatbin", data: make([]byte, 300000)}, text), File{}},
		"library, section gone":   {library(text, piece{name: ".hip_fatbin", kind: 8, size: 1 << 40}, text), File{}},
		"library, in data":        {library(text, piece{name: ".data", data: one}), outside},
		"library, magic in text":  {library(piece{name: ".rodata", data: cat([]byte("__CLANG_OFFLOAD_BUNDLE__CCOB...."), []byte("CCOB\x02\x00\x01\x00"), make([]byte, 999), u32(wordOffload), u32(wordFatbin))}, fat), want},
		"no section table":        {cat(codeFree(64), make([]byte, 4032), one), outside},
		"data file":               {cat([]byte("some data 123456"), one), outside},
		"bundle":                  {one, want},
		"bundle, compressed":      {zstd3, want},
		"bundles":                 {cat(one, zstd3), File{ROCm: partTargets, Objects: 6}},
		"code object":             {codeObject(0x4c|xnackOn|srameccAny, 3, 100), File{ROCm: []string{"gfx942:xnack+"}, Objects: 1}},
		"dll":                     {dll(text, piece{name: ".hip_fat", data: one}, piece{name: ".hipFatB", data: wrapperBytes(wordHIPF, 1)}), want},
		"dll, unaligned":          {dll(piece{name: ".text", data: []byte("x")}, piece{name: ".hip_fat", data: cat(make([]byte, 512), one)}), want},
		"dll, in data":            {dll(text, piece{name: ".rdata", data: one}), outside},
		"dll without code":        {dll(text), File{}},
		"DOS program":             {cat([]byte("MZ"), make([]byte, 100)), File{}},
		"static library":          {ar(library(text), []byte("odd"), library(fat), one), File{ROCm: partTargets, Objects: 6}},
		"object file, to link":    {relocatable(library(piece{name: ".hipFatBinSegment", data: wrapperBytes(wordHIPF, 1)})), File{}},
		"static library, damaged": {cat(ar(library(text)), []byte("no header, as all can see, but something else altogether......"), one), File{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := scanBytes(t, test.file)
			if name == "static library, damaged" {
				assert.Empty(t, got.Defects)
				return
			}
			assert.Equal(t, normal(test.want), normal(got))
			// However the bytes arrive, the answer is the same.
			for _, slow := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.DataErrReader, iotest.HalfReader} {
				again, err := Scan("m", int64(len(test.file)), slow(bytes.NewReader(test.file)), &Budget{})
				require.NoError(t, err)
				assert.Equal(t, got, again)
			}
		})
	}
}

// codeFree is an ELF header without a section table.
func codeFree(size int) []byte {
	p := library()[:64]
	copy(p[40:], u64(0))
	return append(p, make([]byte, size-64)...)
}

func relocatable(p []byte) []byte {
	copy(p[16:], u16(1))
	return p
}

// ar is a static library of the given members.
func ar(members ...[]byte) []byte {
	file := []byte("!<arch>\n")
	for _, m := range members {
		header := bytes.Repeat([]byte(" "), 60)
		copy(header, "member.o/")
		copy(header[48:], strconv.Itoa(len(m)))
		copy(header[58:], "`\n")
		file = append(append(file, header...), m...)
		if len(file)%2 != 0 {
			file = append(file, '\n')
		}
	}
	return file
}

// normal makes empty lists nil.
func normal(f File) File {
	for _, list := range []*[]string{&f.ROCm, &f.CUDA, &f.PTX, &f.Unknown} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if len(f.Defects) == 0 {
		f.Defects = nil
	}
	if len(f.Faults) == 0 {
		f.Faults = nil
	}
	return f
}

// TestScanDefects is about what is wrong with a file.
func TestScanDefects(t *testing.T) {
	one := pad(plain(4096, parts()...), 4096)
	text := piece{name: ".text", data: bytes.Repeat([]byte("text"), 3000)}
	garbage := bytes.Repeat([]byte{0xaa}, 100)
	inSection := func(data ...[]byte) []byte {
		return library(text, piece{name: ".hip_fatbin", data: cat(data...)}, text)
	}
	for name, test := range map[string]struct {
		file    []byte
		classes []string
		objects int64
	}{
		"garbage only":             {inSection(garbage), []string{SectionDamaged}, 0},
		"garbage before":           {inSection(pad(bytes.Clone(garbage), 4096), one), []string{SectionDamaged}, 3},
		"garbage behind":           {inSection(one, garbage), []string{SectionDamaged}, 3},
		"garbage between":          {inSection(one, make([]byte, 1000), garbage, make([]byte, 1004), one), []string{SectionDamaged}, 6},
		"garbage twice":            {inSection(garbage, make([]byte, 4000), garbage), []string{SectionDamaged}, 0},
		"bundle behind garbage":    {inSection(pad(bytes.Clone(garbage), 8), one, garbage), []string{SectionDamaged, SectionDamaged}, 3},
		"unknown version":          {inSection(ccob(9, 1, 10, garbage)), []string{VersionUnknown}, 0},
		"unknown method":           {inSection(ccob(3, 7, 10, garbage)), []string{VersionUnknown}, 0},
		"unknown version, own":     {ccob(4, 1, 10, garbage), []string{VersionUnknown}, 0},
		"unknown version, data":    {library(text, piece{name: ".data", data: ccob(9, 1, 10, garbage)}), nil, 0},
		"unknown offload version":  {library(piece{name: ".llvm.offloading", data: cat(u32(wordOffload), u32(9), make([]byte, 99))}), []string{VersionUnknown}, 0},
		"runs over the section":    {library(text, piece{name: ".data", data: one[:8192]}, piece{name: ".hip_fatbin", data: one[8192:]}), []string{SectionDamaged}, 3},
		"own, cut":                 {one[:9000], []string{CodeTruncated}, 0},
		"own, cut in the table":    {one[:100], []string{CodeTruncated}, 0},
		"own, garbage behind":      {cat(one, garbage), []string{SectionDamaged}, 3},
		"library, cut":             {inSection(one)[:20000], []string{CodeTruncated}, 0},
		"library, cut behind code": {inSection(one)[:40000], []string{SectionDamaged}, 3},
		"registered, but missing":  {library(text, piece{name: ".hipFatBinSegment", data: wrapperBytes(wordHIPF, 2)}), []string{CodeMissing}, 0},
		"kpack without reference":  {library(text, piece{name: ".hipFatBinSegment", data: wrapperBytes(wordHIPK, 2)}), []string{CodeMissing}, 0},
		"section beyond the file":  {library(text, piece{name: ".hip_fatbin", data: one, size: 1 << 50}), []string{SectionDamaged}, 3},
		"dll section beyond":       {dll(text, piece{name: ".hip_fat", data: one})[:9000], []string{SectionDamaged}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := scanBytes(t, test.file)
			var classes []string
			for _, d := range got.Defects {
				classes = append(classes, d.Class)
				assert.NotEmpty(t, d.Got)
			}
			assert.ElementsMatch(t, test.classes, classes, "%v", got.Defects)
			assert.Equal(t, test.objects, got.Objects)
			assert.Empty(t, got.Faults)
		})
	}
}

func TestScanKeepsTheReadersError(t *testing.T) {
	broken := errors.New("broken")
	one := plain(4096, parts()...)
	for n := range 40 {
		at := n * 400
		_, err := Scan("m", int64(len(one)), io.MultiReader(bytes.NewReader(one[:at]), iotest.ErrReader(broken)), &Budget{})
		require.ErrorIs(t, err, broken, "at %d", at)
	}
}

func TestScanReadsToTheEnd(t *testing.T) {
	// What a member's reader finds out at its end must be asked for.
	for _, p := range [][]byte{{}, codeObject(0x4c, 3, 1<<20), plain(8, parts()...), make([]byte, 1<<20)} {
		r := bytes.NewReader(p)
		_, err := Scan("m", int64(len(p)), r, &Budget{})
		require.NoError(t, err)
		assert.Zero(t, r.Len())
	}
}

func TestScanOfNothingButNames(t *testing.T) {
	// Text that is looked for, all the time: some pieces are kept, not all.
	p := bytes.Repeat([]byte(nameTable+kpackKey+"..."), 1<<17)
	got := scanBytes(t, p)
	assert.True(t, got.Empty())
}
