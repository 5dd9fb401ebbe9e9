package gpu

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tinylib/msgp/msgp"
)

// archived is one code object of a kpack archive.
type archived struct {
	binary, arch string
	code         []byte
}

// kpackFile writes an archive as rocm-kpack's PackedKernelArchive does. The
// table may be changed by edit before it is written.
func kpackFile(t testing.TB, compressed bool, arches []string, objects []archived, edit func(map[string]any)) []byte {
	blob := []byte{}
	table := map[string]any{"format_version": 1, "group_name": "test", "gfx_arch_family": "gfx9", "gfx_arches": arches, "compression_scheme": "none"}
	toc := map[string]any{}
	blobs := []any{}
	for i, o := range objects {
		if compressed {
			z := zstdBytes(t, o.code)
			blob = cat(blob, u32(len(z)), z)
		} else {
			blob = pad(blob, 64)
			blobs = append(blobs, map[string]any{"offset": 64 + len(blob), "size": len(o.code)})
			blob = append(blob, o.code...)
		}
		if toc[o.binary] == nil {
			toc[o.binary] = map[string]any{}
		}
		toc[o.binary].(map[string]any)[o.arch] = map[string]any{"type": "hsaco", "ordinal": i, "original_size": len(o.code)}
	}
	table["toc"] = toc
	if table["blobs"] = blobs; compressed {
		delete(table, "blobs")
		blob = cat(u32(len(objects)), blob)
		table["compression_scheme"], table["zstd_offset"], table["zstd_size"] = "zstd-per-kernel", 64, len(blob)
	}
	if edit != nil {
		edit(table)
	}
	packed, err := msgp.AppendIntf(nil, table)
	require.NoError(t, err)
	return cat([]byte("KPAK"), u32(1), u64(64+len(blob)), make([]byte, 48), blob, packed)
}

func kernelsOf() []archived {
	return []archived{
		{"lib/a.so#0", "gfx942", codeObject(0x4c|xnackAny|srameccAny, 3, 500)},
		{"lib/a.so#0", "gfx90a:xnack+", codeObject(0x3f|xnackOn|srameccAny, 3, 64)},
		{"lib/b.so#0", "gfx942", codeObject(0x4c|xnackAny|srameccAny, 3, 777)},
	}
}

func TestKpack(t *testing.T) {
	want := File{ROCm: []string{"gfx90a:xnack+", "gfx942"}, Objects: 3}
	for _, compressed := range []bool{false, true} {
		p := kpackFile(t, compressed, []string{"gfx942", "gfx90a:xnack+"}, kernelsOf(), nil)
		assert.Equal(t, normal(want), normal(scanBytes(t, p)), "compressed: %v", compressed)
		empty := scanBytes(t, kpackFile(t, compressed, nil, nil, nil))
		assert.True(t, empty.Empty(), "%+v", empty)
	}
}

func TestKpackDefects(t *testing.T) {
	arches := []string{"gfx942", "gfx90a:xnack+"}
	swapped := kernelsOf()
	swapped[0].code, swapped[1].code = swapped[1].code, swapped[0].code
	garbage := kernelsOf()
	garbage[1].code = bytes.Repeat([]byte("garbage "), 20)
	for _, compressed := range []bool{false, true} {
		for name, test := range map[string]struct {
			arches  []string
			objects []archived
			edit    func(map[string]any)
			classes []string
		}{
			"swapped":        {arches, swapped, nil, []string{TargetMismatch, TargetMismatch}},
			"garbage":        {arches, garbage, nil, []string{CodeDamaged}},
			"arch lacks all": {append([]string{"gfx1100"}, arches...), kernelsOf(), nil, []string{CodeMissing}},
			"number beyond": {arches, kernelsOf(), func(m map[string]any) {
				m["toc"] = map[string]any{"x": map[string]any{"gfx942": map[string]any{"ordinal": 99}}}
			}, []string{CodeMissing, CodeMissing}},
			"no number": {[]string{"gfx942"}, kernelsOf(), func(m map[string]any) {
				m["toc"] = map[string]any{"x": map[string]any{"gfx942": map[string]any{"type": "hsaco"}}}
			}, []string{CodeMissing}},
			"unknown scheme":  {arches, kernelsOf(), func(m map[string]any) { m["compression_scheme"] = "brotli" }, []string{VersionUnknown}},
			"toc is a string": {arches, kernelsOf(), func(m map[string]any) { m["toc"] = "toc" }, []string{CodeDamaged}},
			"arches are not":  {arches, kernelsOf(), func(m map[string]any) { m["gfx_arches"] = 3 }, []string{CodeDamaged}},
		} {
			got := scanBytes(t, kpackFile(t, compressed, test.arches, test.objects, test.edit))
			var classes []string
			for _, d := range got.Defects {
				classes = append(classes, d.Class)
			}
			if name == "unknown scheme" {
				classes = classes[:min(len(classes), 1)]
			}
			assert.ElementsMatch(t, test.classes, classes, "%s, compressed %v: %v", name, compressed, got.Defects)
		}
	}
}

func TestKpackLies(t *testing.T) {
	for _, compressed := range []bool{false, true} {
		good := kpackFile(t, compressed, []string{"gfx942"}, kernelsOf(), nil)
		for name, test := range map[string]struct {
			at    int
			value []byte
			class string
		}{
			"version":      {4, u32(2), VersionUnknown},
			"table beyond": {8, u64(1 << 40), CodeTruncated},
			"table in":     {8, u64(3), CodeTruncated},
			"table early":  {8, u64(100), ""},
		} {
			p := bytes.Clone(good)
			copy(p[test.at:], test.value)
			got := scanBytes(t, p)
			require.NotEmpty(t, got.Defects, name)
			if test.class != "" {
				assert.Equal(t, test.class, got.Defects[0].Class, name)
			}
		}
		for cut := 8; cut < len(good); cut++ {
			require.NotEmpty(t, scanBytes(t, good[:cut]).Defects, "compressed %v, cut to %d", compressed, cut)
		}
	}
}

func TestKpackBombs(t *testing.T) {
	head := func(toc int, rest ...[]byte) []byte {
		return cat([]byte("KPAK"), u32(1), u64(toc), make([]byte, 48), cat(rest...))
	}
	frame := zstdBytes(t, codeObject(0x4c, 3, 64))
	many := head(64+8+len(frame), u32(1<<31), u32(len(frame)), frame, []byte{0x80})
	assert.Len(t, scanBytes(t, many).Faults, 1)

	// A map that says it has four thousand million elements, and nested ones.
	for _, table := range [][]byte{
		{0xdf, 0xff, 0xff, 0xff, 0xff},
		append([]byte{0x81, 0xaa}, "gfx_arches\xdd\xff\xff\xff\xff"...),
		append(append([]byte{0x81, 0xa1, 'x'}, bytes.Repeat([]byte{0x91}, 1<<20)...), 0xc0),
		append(append([]byte{0x81, 0xa1, 'x'}, bytes.Repeat([]byte{0x81, 0x01}, 1<<20)...), 0xc0),
	} {
		got := scanBytes(t, head(64, table))
		require.Len(t, got.Defects, 1)
		assert.Equal(t, CodeDamaged, got.Defects[0].Class)
	}
}

func reference1(t testing.TB, name string, paths ...string) []byte {
	p := msgp.AppendMapHeader(nil, 2)
	p = msgp.AppendString(p, "kpack_search_paths")
	p = msgp.AppendArrayHeader(p, uint32(len(paths)))
	for _, path := range paths {
		p = msgp.AppendString(p, path)
	}
	return msgp.AppendString(msgp.AppendString(p, "kernel_name"), name)
}

func TestKpackReference(t *testing.T) {
	const path = "../.kpack/blas_lib_@GFXARCH@.kpack"
	ref := reference1(t, "lib/libx.so", path)
	turned := cat([]byte{0x82}, msgp.AppendString(msgp.AppendString(nil, "kernel_name"), "lib/libx.so"),
		msgp.AppendString(msgp.AppendArrayHeader(msgp.AppendString(nil, "kpack_search_paths"), 1), path))
	want := File{Kpack: []KpackRef{{"lib/libx.so", []string{path}}}}
	long := piece{name: ".strtab", data: bytes.Repeat([]byte("a symbol's name\x00"), 1<<17)}
	hipk := func(name string) piece { return piece{name: name, data: wrapperBytes(wordHIPK, 3)} }
	gone := piece{name: ".hip_fatbin", kind: 8, size: 1 << 30}
	rest := piece{name: ".hip_fat", data: bytes.Repeat([]byte{0xcc}, 700), size: 1 << 20}
	for name, p := range map[string][]byte{
		"elf":                       library(hipk(".hipFatBinSegment"), gone, piece{name: ".rocm_kpack_ref", data: ref}),
		"elf, other order":          library(hipk(".hipFatBinSegment"), gone, piece{name: ".rocm_kpack_ref", data: turned}),
		"elf, far from the table":   library(hipk(".hipFatBinSegment"), piece{name: ".rocm_kpack_ref", data: ref}, gone, long),
		"elf, far, at an odd place": libraryAt(1, piece{name: "x", data: []byte("odd")}, hipk(".hipFatBinSegment"), piece{name: ".rocm_kpack_ref", data: ref}, long),
		"dll":                       dll(hipk(".hipFatB"), rest, piece{name: ".kpackrf", data: ref}),
		"dll, late":                 dll(hipk(".hipFatB"), rest, long, piece{name: ".kpackrf", data: turned}),
	} {
		assert.Equal(t, normal(want), normal(scanBytes(t, p)), name)
	}
	for name, p := range map[string][]byte{
		"empty":     {},
		"cut":       ref[:len(ref)-3],
		"garbage":   []byte("garbage"),
		"no name":   reference1(t, "", path),
		"no paths":  reference1(t, "lib/libx.so"),
		"many keys": {0xdf, 0xff, 0xff, 0xff, 0xff},
	} {
		got := scanBytes(t, library(piece{name: ".rocm_kpack_ref", data: p}))
		assert.Len(t, got.Defects, 1, name)
	}
	assert.True(t, isEmpty(scanBytes(t, library(piece{name: ".rodata", data: ref}))), "the text alone is no reference")
}
