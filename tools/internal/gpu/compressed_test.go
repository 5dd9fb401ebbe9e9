package gpu

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompressedBundle(t *testing.T) {
	one := plain(4096, parts()...)
	for version := 1; version <= 3; version++ {
		for method, data := range [][]byte{zlibBytes(t, one), zstdBytes(t, one)} {
			name := fmt.Sprintf("version %d, method %d", version, method)
			c := ccob(version, method, len(one), data)
			assert.Equal(t, normal(File{ROCm: partTargets, Objects: 3}), normal(scanBytes(t, c)), name)
			// Version 1 does not say where it ends: the next must be found.
			two := library(piece{name: ".hip_fatbin", data: cat(pad(bytes.Clone(c), 4096), c)})
			assert.Equal(t, normal(File{ROCm: partTargets, Objects: 6}), normal(scanBytes(t, two)), name)
			for _, cut := range []int{1, 4, len(data) / 2, len(data) - 5} {
				got := scanBytes(t, c[:len(c)-cut])
				if assert.NotEmpty(t, got.Defects, "%s, cut by %d", name, cut) && version > 1 {
					assert.Equal(t, CodeTruncated, got.Defects[0].Class, name)
				}
			}
		}
	}
}

// TestCompressedBundleFrames has frames as other compressors make them.
func TestCompressedBundleFrames(t *testing.T) {
	one := plain(4096, parts()...)
	for name, options := range map[string][]zstd.EOption{
		"checksum":    {zstd.WithEncoderCRC(true)},
		"no checksum": {zstd.WithEncoderCRC(false)},
		"window":      {zstd.WithWindowSize(zstd.MinWindowSize)},
	} {
		var b bytes.Buffer
		e, err := zstd.NewWriter(&b, options...)
		require.NoError(t, err)
		for i := 0; i < len(one); i += 777 {
			_, err = e.Write(one[i:min(len(one), i+777)])
			require.NoError(t, err)
			require.NoError(t, e.Flush())
		}
		require.NoError(t, e.Close())
		for version := 1; version <= 3; version++ {
			got := scanBytes(t, cat(ccob(version, 1, len(one), b.Bytes()), make([]byte, 100)))
			assert.Equal(t, normal(File{ROCm: partTargets, Objects: 3}), normal(got), "%s, version %d", name, version)
		}
	}
}

func TestCompressedBundleLies(t *testing.T) {
	one := plain(4096, parts()...)
	z := zstdBytes(t, one)
	broken := bytes.Clone(z)
	for i := len(broken) / 2; i < len(broken)/2+8; i++ {
		broken[i] ^= 0xff
	}
	for name, test := range map[string]struct {
		file  []byte
		class string
	}{
		"raw too small":       {ccob(3, 1, len(one)-4096, z), CodeTruncated},
		"raw too large":       {ccob(3, 1, len(one)+1, z), CodeDamaged},
		"raw nothing":         {ccob(3, 1, 0, z), CodeDamaged},
		"bytes behind":        {ccob(3, 1, len(one), cat(z, []byte("garbage"))), CodeDamaged},
		"zlib, bytes behind":  {ccob(2, 0, len(one), cat(zlibBytes(t, one), []byte("garbage"))), CodeDamaged},
		"zeros behind":        {ccob(3, 1, len(one), cat(z, make([]byte, 4))), CodeDamaged},
		"other method":        {ccob(3, 0, len(one), z), CodeDamaged},
		"total too small":     {cat([]byte("CCOB"), u16(3), u16(1), u64(31), u64(len(one)), u64(0), z), CodeDamaged},
		"total huge":          {cat([]byte("CCOB"), u16(3), u16(1), u64(-1), u64(len(one)), u64(0), z), CodeDamaged},
		"damaged":             {ccob(3, 1, len(one), broken), CodeDamaged},
		"no bundle inside":    {ccob(3, 1, 64, zstdBytes(t, make([]byte, 64))), CodeDamaged},
		"compressed inside":   {ccob(3, 1, len(z)+32, zstdBytes(t, ccob(3, 1, len(one), z))), CodeDamaged},
		"header only":         {ccob(3, 1, 10, nil), CodeDamaged},
		"header of version 2": {[]byte("CCOB\x02\x00\x01\x00\x20\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00\x00"), CodeTruncated},
	} {
		got := scanBytes(t, test.file)
		require.NotEmpty(t, got.Defects, name)
		assert.Equal(t, test.class, got.Defects[0].Class, "%s: %v", name, got.Defects)
		assert.Len(t, got.Defects, 1, "%s: %v", name, got.Defects)
	}
}

func TestCompressedBombs(t *testing.T) {
	one := plain(4096, parts()...)
	t.Run("more than the budget of the wheel", func(t *testing.T) {
		got := scanBytes(t, ccob(3, 1, maxInflated+1, zstdBytes(t, one)))
		require.Len(t, got.Faults, 1)
		assert.Equal(t, TooLarge, got.Faults[0].Code)
		assert.Equal(t, "m", got.Faults[0].Member)
	})
	t.Run("window above all", func(t *testing.T) {
		// Single segment, eight bytes of content size: 2 GiB.
		frame := cat([]byte("\x28\xb5\x2f\xfd\xe0"), u64(2<<30), []byte{1, 0, 0})
		got := scanBytes(t, ccob(3, 1, len(one), frame))
		require.Len(t, got.Faults, 1)
		assert.Contains(t, got.Faults[0].Message, "window")
	})
	t.Run("many large windows", func(t *testing.T) {
		// Each of 60 bytes asks for 512 MiB. Few of them get it.
		frame := cat([]byte("\x28\xb5\x2f\xfd\xe0"), u64(512<<20), []byte{1, 0, 0})
		budget := &Budget{allocated: maxInflated - 3<<29}
		p := bytes.Repeat(pad(ccob(3, 1, 100, frame), 64), 1000)
		got, err := Scan("m", int64(len(p)), bytes.NewReader(p), budget)
		require.NoError(t, err)
		assert.Len(t, got.Faults, 1)
	})
	t.Run("zeros without end", func(t *testing.T) {
		zeros := zstdBytes(t, make([]byte, 32<<20))
		got := scanBytes(t, ccob(3, 1, len(one), cat(zstdBytes(t, one), zeros)))
		assert.Equal(t, CodeDamaged, got.Defects[0].Class)
	})
	t.Run("one in data is data", func(t *testing.T) {
		got := scanBytes(t, library(piece{name: ".rodata", data: cat([]byte("CCOB\x03\x00\x01\x00"), u64(99), u64(1<<60), u64(0), make([]byte, 99))}))
		assert.True(t, got.Empty(), "%+v", got)
	})
}
