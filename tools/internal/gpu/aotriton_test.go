package gpu

import (
	"bytes"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	xzlib "github.com/ulikunitz/xz"
)

// aks2 writes an AOTriton image as ROCm/aotriton's v3python/aks2.py does.
func aks2(t testing.TB, config xzlib.WriterConfig, objects ...[]byte) []byte {
	var directory, body []byte
	for i, o := range objects {
		name := string(rune('a'+i)) + "kernel\x00"
		directory = cat(directory, u32(0), u32(64), u32(len(body)), u32(len(o)), u32(len(name)), []byte(name))
		body = append(body, o...)
	}
	return cat([]byte("AKS2"), u32(len(directory)+len(body)), u32(len(objects)), u32(len(directory)), xzBytes(t, config, cat(directory, body)))
}

func xzBytes(t testing.TB, config xzlib.WriterConfig, p []byte) []byte {
	var b bytes.Buffer
	w, err := config.NewWriter(&b)
	require.NoError(t, err)
	_, err = w.Write(p)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestAOTriton(t *testing.T) {
	objects := [][]byte{codeObject(0x4c|xnackAny, 3, 1000), nil, codeObject(0x4f|xnackOff, 3, 64), codeObject(0x4c|xnackAny, 3, 90)}
	want := File{ROCm: []string{"gfx942", "gfx950:xnack-"}, Objects: 3}
	for name, config := range map[string]xzlib.WriterConfig{
		"as Python's":  {},
		"small blocks": {BlockSize: 200},
		"sha256":       {CheckSum: xzlib.SHA256},
		"no checks":    {NoCheckSum: true},
		"small window": {DictCap: 4096},
	} {
		assert.Equal(t, normal(want), normal(scanBytes(t, aks2(t, config, objects...))), name)
	}
	empty := scanBytes(t, aks2(t, xzlib.WriterConfig{}))
	assert.True(t, empty.Empty(), "no kernels: %+v", empty)
}

func TestAOTritonLies(t *testing.T) {
	good := aks2(t, xzlib.WriterConfig{}, codeObject(0x4c, 3, 64), []byte("garbage"))
	for name, test := range map[string]struct {
		at    int
		value []byte
		class string
	}{
		"garbage":           {0, nil, CodeDamaged},
		"size too small":    {4, u32(70), CodeDamaged},
		"size too large":    {4, u32(1 << 30), CodeDamaged},
		"many kernels":      {8, u32(9), CodeDamaged},
		"directory beyond":  {12, u32(1 << 20), CodeDamaged},
		"directory smaller": {12, u32(50), CodeDamaged},
		"no xz":             {16, []byte("BZh91AY&SY"), CodeDamaged},
		"stream header":     {22, []byte{9}, CodeDamaged},
		"block header":      {30, []byte{0xff}, CodeDamaged},
		"data":              {60, bytes.Repeat([]byte{0xff}, 20), CodeDamaged},
	} {
		p := bytes.Clone(good)
		copy(p[test.at:], test.value)
		got := scanBytes(t, p)
		require.NotEmpty(t, got.Defects, name)
		assert.Contains(t, []string{test.class, CodeTruncated}, got.Defects[0].Class, "%s: %v", name, got.Defects)
	}
	for cut := range len(good) {
		if cut >= 4 {
			got := scanBytes(t, good[:cut])
			require.NotEmpty(t, got.Defects, "cut to %d", cut)
		}
	}
}

func TestAOTritonBombs(t *testing.T) {
	good := aks2(t, xzlib.WriterConfig{}, codeObject(0x4c, 3, 64))
	for name, change := range map[string][]byte{
		"kernels":   cat(u32(1<<31), u32(1<<31), u32(1<<30)),
		"directory": cat(u32(1<<31), u32(1), u32(1<<30)),
	} {
		p := bytes.Clone(good)
		copy(p[4:], change)
		assert.Len(t, scanBytes(t, p).Faults, 1, name)
	}
	t.Run("dictionary", func(t *testing.T) {
		p := bytes.Clone(good)
		block := p[28:40]
		i := bytes.IndexByte(block, filterLZMA2)
		block[i+2] = 39
		copy(block[8:], crc(block[:8]))
		got := scanBytes(t, p)
		assert.Equal(t, normal(File{ROCm: []string{"gfx942"}, Objects: 1}), normal(got), "3 GiB for 92 bytes are not allocated")
		copy(p[4:], u32(3<<30))
		got = scanBytes(t, p)
		require.Len(t, got.Faults, 1, "%+v", got)
		assert.Contains(t, got.Faults[0].Message, "window")
	})
}
func crc(p []byte) []byte { return u32(int(crc32.ChecksumIEEE(p))) }
