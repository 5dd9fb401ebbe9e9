package gpu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readFatbin reads one container, and returns what stands behind it.
func readFatbin(r io.Reader, size int) (*found, *stream, error) {
	f, s := newFound(), newStream(r, int64(size))
	err := fatbin(s, f, &Budget{})
	return f, s, err
}

// entries are the offsets of the entries of a container.
func entries(t testing.TB, data []byte) (at []int) {
	for o := fatbinHeader; o < len(data); {
		at = append(at, o)
		require.LessOrEqual(t, o+fatbinEntry, len(data))
		o += int(binary.LittleEndian.Uint32(data[o+4:])) + int(binary.LittleEndian.Uint64(data[o+8:]))
	}
	return at
}

func TestFatbin(t *testing.T) {
	cuda := []string{"sm_100", "sm_100a", "sm_100f", "sm_75", "sm_90", "sm_90a"}
	ptx := []string{"compute_100f", "compute_90", "compute_90a"}
	for name, want := range map[string]struct {
		cuda, ptx []string
		objects   int64
	}{
		"plain.fatbin":       {cuda, ptx, 9},
		"lz4.fatbin":         {cuda, ptx, 9},
		"zstd.fatbin":        {cuda, ptx, 9},
		"concat_lz4.fatbin":  {[]string{"sm_100f", "sm_75", "sm_90", "sm_90a"}, []string{"compute_90"}, 5},
		"concat_zstd.fatbin": {[]string{"sm_100f", "sm_75", "sm_90", "sm_90a"}, []string{"compute_90"}, 5},
	} {
		data := nvidiaFile(t, name)
		behind := append(bytes.Clone(data), "behind"...)
		for how, r := range map[string]io.Reader{
			"whole":          bytes.NewReader(behind),
			"a byte a time":  iotest.OneByteReader(bytes.NewReader(behind)),
			"end with data":  iotest.DataErrReader(bytes.NewReader(behind)),
			"halves of asks": iotest.HalfReader(bytes.NewReader(behind)),
		} {
			f, s, err := readFatbin(r, len(behind))
			require.NoError(t, err, "%s, %s", name, how)
			assert.Equal(t, want.cuda, sorted(f.cuda), name)
			assert.Equal(t, want.ptx, sorted(f.ptx), name)
			assert.Equal(t, want.objects, f.objects, name)
			assert.Empty(t, f.unknown, name)
			assert.Empty(t, f.defects, name)
			assert.EqualValues(t, len(data), s.Offset(), "%s: the stream stands behind the container", name)
		}
	}
}

// edit returns a copy of a fixture with a number written at an offset.
func edit[T uint16 | uint32 | uint64](data []byte, at int, value T) []byte {
	data = bytes.Clone(data)
	switch v := any(value).(type) {
	case uint16:
		binary.LittleEndian.PutUint16(data[at:], v)
	case uint32:
		binary.LittleEndian.PutUint32(data[at:], v)
	case uint64:
		binary.LittleEndian.PutUint64(data[at:], v)
	}
	return data
}

func TestFatbinRefuses(t *testing.T) {
	plain, lz4, zstd := nvidiaFile(t, "plain.fatbin"), nvidiaFile(t, "lz4.fatbin"), nvidiaFile(t, "zstd.fatbin")
	second := entries(t, plain)[1]
	for name, c := range map[string]struct {
		data  []byte
		class string
		taken bool
	}{
		"magic":                         {edit(plain, 0, uint32(0x466243B1)), CodeDamaged, false},
		"version":                       {edit(plain, 4, uint16(2)), VersionUnknown, false},
		"header too small":              {edit(plain, 6, uint16(8)), CodeDamaged, false},
		"header at an odd size":         {edit(plain, 6, uint16(17)), CodeDamaged, false},
		"header too large":              {edit(plain, 6, uint16(0xfff8)), CodeDamaged, false},
		"payload of one byte more":      {edit(plain, 8, uint64(len(plain)-15)), CodeTruncated, false},
		"payload beyond all numbers":    {edit(plain, 8, ^uint64(0)), CodeTruncated, false},
		"payload smaller than an entry": {edit(plain, 8, uint64(63)), CodeDamaged, false},
		"payload ends in an entry":      {edit(plain, 8, uint64(second-16+8)), CodeDamaged, true},
		"payload ends in an image":      {edit(plain, 8, uint64(second-16-8)), CodeDamaged, false},
		"entry version":                 {edit(plain, 18, uint16(0x0102)), VersionUnknown, false},
		"entry header too small":        {edit(plain, 20, uint32(63)), CodeDamaged, false},
		"entry header of nothing":       {edit(plain, 20, uint32(0)), CodeDamaged, false},
		"entry header too large":        {edit(plain, 20, uint32(0xffffffff)), CodeDamaged, false},
		"image too large":               {edit(plain, 24, uint64(len(plain))), CodeDamaged, false},
		"image beyond all numbers":      {edit(plain, 24, ^uint64(0)), CodeDamaged, false},
		"no image":                      {edit(edit(plain, 24, uint64(0)), 8, uint64(64)), CodeDamaged, false},
		"second entry too large":        {edit(plain, second+8, uint64(1<<40)), CodeDamaged, true},
		"no capability":                 {edit(plain, 44, uint32(0)), CodeDamaged, true},
		"capability of 4 digits":        {edit(plain, 44, uint32(1000)), CodeDamaged, true},
		"two suffixes":                  {edit(plain, 56, uint64(0x300011)), CodeDamaged, true},
		"two compressions":              {edit(lz4, 56, uint64(0xa011)), CodeDamaged, false},
		"no cubin":                      {edit(plain, 80, uint32(0)), CodeDamaged, true},
		"a cubin for another machine":   {edit(plain, 80+18, uint16(62)), CodeDamaged, true},
		"compressed to nothing":         {edit(lz4, 32, uint32(0)), CodeDamaged, false},
		"compressed beyond the image":   {edit(lz4, 32, uint32(0xffffffff)), CodeDamaged, false},
		"inflated to nothing":           {edit(lz4, 72, uint64(0)), CodeDamaged, false},
		"inflated beyond all numbers":   {edit(lz4, 72, ^uint64(0)), CodeDamaged, false},
		"lz4 that is none":              {edit(lz4, 80, uint32(0)), CodeDamaged, true},
		"zstd of another size":          {edit(zstd, 72, uint64(2857)), CodeDamaged, true},
		"zstd that is none":             {edit(zstd, 80, uint32(0)), CodeDamaged, true},
	} {
		_, s, err := readFatbin(bytes.NewReader(c.data), len(c.data))
		var m *malformed
		if assert.ErrorAs(t, err, &m, name) {
			assert.Equal(t, c.class, m.class, "%s: %v", name, err)
		}
		assert.Equal(t, c.taken, s.Offset() > 0, "%s: whether bytes were taken: %v", name, err)
	}
}

// An entry is what the driver goes by, and what contradicts it is told.
func TestFatbinOtherTarget(t *testing.T) {
	for name, want := range map[string]Defect{"plain.fatbin": {TargetMismatch, "sm_75", "sm_80"}, "lz4.fatbin": {TargetMismatch, "sm_75", "sm_80"}} {
		data := edit(nvidiaFile(t, name), 44, uint32(80))
		f, _, err := readFatbin(bytes.NewReader(data), len(data))
		require.NoError(t, err)
		assert.Contains(t, f.cuda, "sm_80")
		assert.NotContains(t, f.cuda, "sm_75")
		assert.Equal(t, []Defect{want}, f.defects, name)
	}
	// The cubins of libraries may have a suffix that their entry does not.
	data := nvidiaFile(t, "plain.fatbin")
	data = edit(data, entries(t, data)[2]+40, uint64(0x11))
	f, _, err := readFatbin(bytes.NewReader(data), len(data))
	require.NoError(t, err)
	assert.NotContains(t, f.cuda, "sm_90a")
	assert.Empty(t, f.defects)
	// PTX that its entry names otherwise.
	data = nvidiaFile(t, "lz4.fatbin")
	data = edit(data, entries(t, data)[6]+28, uint32(120))
	f, _, err = readFatbin(bytes.NewReader(data), len(data))
	require.NoError(t, err)
	assert.Equal(t, []Defect{{TargetMismatch, "compute_90", "compute_120"}}, f.defects)
}

func TestFatbinUnknownKind(t *testing.T) {
	data := edit(nvidiaFile(t, "lz4.fatbin"), 16, uint16(8))
	data = edit(data, 56, ^uint64(0)) // what its flags mean is not known
	f, s, err := readFatbin(bytes.NewReader(data), len(data))
	require.NoError(t, err)
	assert.Equal(t, []string{"nvidia fat binary entry kind 8"}, sorted(f.unknown))
	assert.EqualValues(t, 8, f.objects)
	assert.NotContains(t, f.cuda, "sm_75")
	assert.EqualValues(t, len(data), s.Offset())
}

func TestFatbinEmpty(t *testing.T) {
	data := edit(nvidiaFile(t, "lz4.fatbin")[:fatbinHeader], 8, uint64(0))
	f, s, err := readFatbin(bytes.NewReader(data), len(data))
	require.NoError(t, err)
	assert.Zero(t, f.objects)
	assert.EqualValues(t, fatbinHeader, s.Offset())
}

func TestFatbinTruncated(t *testing.T) {
	for _, name := range []string{"lz4.fatbin", "concat_zstd.fatbin", "concat_lz4.fatbin"} {
		data := nvidiaFile(t, name)
		for n := range len(data) {
			// The file ends here.
			_, _, err := readFatbin(bytes.NewReader(data[:n]), n)
			var m *malformed
			require.ErrorAs(t, err, &m, "%s, %d bytes", name, n)
			require.Equal(t, CodeTruncated, m.class, "%s, %d bytes: %v", name, n, err)
			// The source gives fewer bytes than it said.
			_, _, err = readFatbin(bytes.NewReader(data[:n]), len(data))
			require.Error(t, err, "%s, %d bytes of %d", name, n, len(data))
		}
	}
}

// An error of the source is the source's, wherever it comes.
func TestFatbinSourceFails(t *testing.T) {
	broken := errors.New("broken")
	for _, name := range []string{"lz4.fatbin", "zstd.fatbin", "concat_zstd.fatbin", "concat_lz4.fatbin"} {
		data := nvidiaFile(t, name)
		for n := 0; n < len(data); n += 7 {
			_, _, err := readFatbin(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken)), len(data))
			require.ErrorIs(t, err, broken, "%s, %d bytes", name, n)
		}
	}
}

func FuzzFatbin(f *testing.F) {
	for _, name := range []string{"plain.fatbin", "lz4.fatbin", "zstd.fatbin", "concat_lz4.fatbin", "concat_zstd.fatbin"} {
		f.Add(nvidiaFile(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, s, err := readFatbin(bytes.NewReader(data), len(data))
		require.LessOrEqual(t, s.Offset(), int64(len(data)))
		var m *malformed
		if err != nil {
			require.ErrorAs(t, err, &m, "the source does not fail")
		}
		again, _, errAgain := readFatbin(iotest.HalfReader(bytes.NewReader(data)), len(data))
		require.Equal(t, err, errAgain)
		require.Equal(t, got, again)
	})
}
