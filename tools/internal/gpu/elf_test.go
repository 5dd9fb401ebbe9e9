package gpu

import (
	"bytes"
	debugelf "debug/elf"
	"debug/pe"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBuilders holds the builders of this package's tests against the
// standard library's readers.
func TestBuilders(t *testing.T) {
	e, err := debugelf.NewFile(bytes.NewReader(library(piece{name: ".hip_fatbin", data: []byte("code")}, piece{name: ".data"})))
	require.NoError(t, err)
	data, err := e.Section(".hip_fatbin").Data()
	require.NoError(t, err)
	assert.Equal(t, "code", string(data))
	p, err := pe.NewFile(bytes.NewReader(dll(piece{name: ".hip_fat", data: []byte("code")})))
	require.NoError(t, err)
	data, err = p.Section(".hip_fat").Data()
	require.NoError(t, err)
	assert.Equal(t, "code", string(data[:4]))
}

// TestELFNames has section names where linkers and patchelf put them.
func TestELFNames(t *testing.T) {
	one := pad(plain(4096, parts()...), 4096)
	file := library(piece{name: ".text", data: make([]byte, 100)}, piece{name: ".hip_fatbin", data: one})
	table := int(binary.LittleEndian.Uint64(file[40:]))
	last := file[len(file)-64:]
	names := int(binary.LittleEndian.Uint64(last[24:]))
	want := normal(File{ROCm: partTargets, Objects: 3})
	require.Equal(t, want, normal(scanBytes(t, file)))

	headers := bytes.Clone(file[table:])
	put := func(before, between int) []byte {
		// names, then `before` bytes of text, then the table, or, where before
		// is negative, the table first.
		text := bytes.Repeat([]byte("symbols\x00"), between/8)
		p := bytes.Clone(file)
		copy(p[40:], u64(names+len(text)+table-names))
		return cat(p[:table], text, headers)
	}
	for _, between := range []int{0, 1 << 16, 1 << 20, 5 << 20} {
		assert.Equal(t, want, normal(scanBytes(t, put(0, between))), "%d bytes between names and table", between)
	}
	for _, between := range []int{0, 5 << 20} {
		h := bytes.Clone(headers)
		copy(h[len(h)-40:], u64(table+len(h)+between))
		p := cat(file[:table], h, make([]byte, between), file[names:table])
		assert.Equal(t, want, normal(scanBytes(t, p)), "%d bytes between table and names", between)
	}
	t.Run("table first", func(t *testing.T) {
		// As in files that patchelf or objcopy turned around.
		h := bytes.Clone(headers)
		shift := len(h)
		for i := 64; i < len(h); i += 64 {
			copy(h[i+24:], u64(int(binary.LittleEndian.Uint64(h[i+24:]))+shift))
		}
		p := cat(file[:64], h, file[64:table])
		copy(p[40:], u64(64))
		assert.Equal(t, want, normal(scanBytes(t, p)))
	})
	t.Run("extended numbering", func(t *testing.T) {
		p := bytes.Clone(file)
		copy(p[60:], u16(0))
		copy(p[62:], u16(0xffff))
		copy(p[table+32:], u64(len(headers)/64))
		copy(p[table+40:], u32(len(headers)/64-1))
		assert.Equal(t, want, normal(scanBytes(t, p)))
	})
}

func TestELFLies(t *testing.T) {
	one := pad(plain(4096, parts()...), 4096)
	good := library(piece{name: ".hip_fatbin", data: one})
	table := int(binary.LittleEndian.Uint64(good[40:]))
	for name, test := range map[string]struct {
		at    int
		value []byte
	}{
		"table beyond":         {40, u64(1 << 60)},
		"table negative":       {40, u64(-64)},
		"entries of 63 bytes":  {58, u16(63)},
		"many sections":        {60, u16(0xfeff)},
		"sections in entry 0":  {60, u16(0)},
		"names in no section":  {62, u16(77)},
		"names beyond":         {table + 2*64 + 24, u64(1 << 60)},
		"names negative":       {table + 2*64 + 32, u64(-1)},
		"names of nothing":     {table + 2*64 + 32, u64(0)},
		"section beyond":       {table + 64 + 24, u64(1 << 60)},
		"section negative":     {table + 64 + 32, u64(-1)},
		"section's name isn't": {table + 64, u32(-1)},
	} {
		p := bytes.Clone(good)
		copy(p[test.at:], test.value)
		got := scanBytes(t, p)
		assert.Equal(t, partTargets, got.ROCm, name)
		assert.Equal(t, int64(3), got.Outside, name)
		require.NotEmpty(t, got.Defects, name)
		assert.Equal(t, SectionDamaged, got.Defects[0].Class, name)
	}
}

func TestPELies(t *testing.T) {
	one := pad(plain(4096, parts()...), 4096)
	good := dll(piece{name: ".hip_fat", data: one})
	for name, test := range map[string]struct {
		at    int
		value []byte
	}{
		"header beyond":       {0x3c, u32(-1)},
		"no header":           {0x80, []byte("NE")},
		"many sections":       {0x86, u16(0xffff)},
		"long header":         {0x94, u16(0xffff)},
		"raw data beyond":     {0x80 + 24 + 240 + 20, u32(-1)},
		"raw data too long":   {0x80 + 24 + 240 + 16, u32(-1)},
		"section's name is x": {0x80 + 24 + 240, []byte("x\x00")},
	} {
		p := bytes.Clone(good)
		copy(p[test.at:], test.value)
		got := scanBytes(t, p)
		assert.Equal(t, partTargets, got.ROCm, name)
		assert.Equal(t, int64(3), got.Outside, name)
	}
}
