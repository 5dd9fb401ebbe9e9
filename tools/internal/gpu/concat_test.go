package gpu

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConcatRefuses(t *testing.T) {
	data := nvidiaFile(t, "concat_zstd.fatbin")
	entry := entries(t, data)[2]
	table := entry + 64
	row := func(n int) int { return table + concatTable + n*concatMember }
	image := entry + int(binary.LittleEndian.Uint32(data[entry+4:]))
	for name, c := range map[string]struct {
		data  []byte
		class string
	}{
		"table before the entry":     {edit(data, entry+20, uint32(8)), CodeDamaged},
		"table behind the header":    {edit(data, entry+20, uint32(264)), CodeDamaged},
		"table beyond all numbers":   {edit(data, entry+20, ^uint32(0)), CodeDamaged},
		"one row more":               {edit(data, table, uint32(4)), CodeDamaged},
		"rows beyond all numbers":    {edit(data, table, ^uint32(0)), CodeDamaged},
		"table too long":             {edit(edit(data, table, uint32(4)), table+4, uint32(264)), CodeDamaged},
		"first behind the second":    {edit(data, row(0)+4, uint32(4000)), CodeDamaged},
		"second inside the first":    {edit(data, row(1)+4, uint32(8)), CodeDamaged},
		"image of nothing":           {edit(data, row(1)+8, uint64(0)), CodeDamaged},
		"image beyond the end":       {edit(data, row(2)+8, uint64(4000)), CodeDamaged},
		"image beyond all numbers":   {edit(data, row(2)+8, ^uint64(0)), CodeDamaged},
		"image somewhere else":       {edit(data, row(2)+4, uint32(6033)), CodeDamaged},
		"no capability":              {edit(data, row(1)+28, uint32(0)), CodeDamaged},
		"two suffixes":               {edit(data, row(1)+40, uint64(0x300011)), CodeDamaged},
		"fewer bytes than the frame": {edit(data, entry+56, uint64(9207)), CodeDamaged},
		"a frame that is broken":     {edit(data, image+40, ^uint64(0)), CodeDamaged},
		"a checksum that is wrong":   {edit(data, image+1178-4, ^uint32(0)), CodeDamaged},
		"a window beyond the bound":  {edit(data, image+4, uint16(0xf000)), TooLarge},
	} {
		_, _, err := readFatbin(bytes.NewReader(c.data), len(c.data))
		var m *malformed
		if name == "a checksum that is wrong" && err == nil {
			continue // this frame has none
		}
		if assert.ErrorAs(t, err, &m, name) {
			assert.Equal(t, c.class, m.class, "%s: %v", name, err)
			assert.Contains(t, m.reason, "entry 3: ", name)
		}
	}
}

func TestConcatUnknown(t *testing.T) {
	data := nvidiaFile(t, "concat_lz4.fatbin")
	entry := entries(t, data)[2]
	f, _, err := readFatbin(bytes.NewReader(edit(data, entry+20, uint32(0))), len(data))
	require.NoError(t, err)
	assert.Equal(t, []string{"nvidia fat binary entry kind 256 without a table"}, sorted(f.unknown))
	assert.EqualValues(t, 2, f.objects)
	f, _, err = readFatbin(bytes.NewReader(edit(data, entry+64+concatTable, uint16(8))), len(data))
	require.NoError(t, err)
	assert.Equal(t, []string{"nvidia concatenated image kind 8"}, sorted(f.unknown))
	assert.Equal(t, []string{"sm_100f", "sm_90", "sm_90a"}, sorted(f.cuda))
}

func TestConcatOtherTarget(t *testing.T) {
	data := nvidiaFile(t, "concat_zstd.fatbin")
	row := entries(t, data)[2] + 64 + concatTable
	f, _, err := readFatbin(bytes.NewReader(edit(data, row+28, uint32(80))), len(data))
	require.NoError(t, err)
	assert.Equal(t, []Defect{{TargetMismatch, "sm_75", "sm_80"}}, f.defects)
}

// What a wheel's device code may inflate to is bounded, over all its files.
func TestConcatBudget(t *testing.T) {
	data := nvidiaFile(t, "concat_zstd.fatbin")
	for left, want := range map[int64]string{9208: "", 9207: TooLarge} {
		budget := &Budget{}
		require.NoError(t, budget.spend(maxInflated-left))
		err := fatbin(newStream(bytes.NewReader(data), int64(len(data))), newFound(), budget)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		var m *malformed
		require.ErrorAs(t, err, &m)
		assert.Equal(t, want, m.class)
	}
}

// Every decoder gives its memory back, also after a failure.
func TestConcatGivesMemoryBack(t *testing.T) {
	for _, name := range []string{"concat_lz4.fatbin", "concat_zstd.fatbin"} {
		data := nvidiaFile(t, name)
		image := entries(t, data)[2] + 264
		for _, data := range [][]byte{data, edit(data, image+40, ^uint64(0))} {
			budget := &Budget{}
			err := fatbin(newStream(bytes.NewReader(data), int64(len(data))), newFound(), budget)
			t.Log(err)
			assert.Zero(t, budget.used, name)
		}
	}
}

// No tool writes concatenated images that are not compressed; they say no less.
func TestConcatPlain(t *testing.T) {
	data := nvidiaFile(t, "concat_lz4.fatbin")
	at := entries(t, data)[2]
	e, err := readEntry(data[at:], int64(len(data)-at))
	require.NoError(t, err)
	from := at + int(e.header)
	image, err := io.ReadAll(newLZ4(bytes.NewReader(data[from:from+int(e.compressed)]), lz4History))
	require.NoError(t, err)
	plain := append(bytes.Clone(data[:from]), image...)
	plain = edit(edit(edit(plain, at+8, uint64(len(image))), at+40, uint64(0x11)), 8, uint64(len(plain)-fatbinHeader))
	f, s, err := readFatbin(bytes.NewReader(plain), len(plain))
	require.NoError(t, err)
	assert.Equal(t, []string{"sm_100f", "sm_75", "sm_90", "sm_90a"}, sorted(f.cuda))
	assert.EqualValues(t, len(plain), s.Offset())
}
