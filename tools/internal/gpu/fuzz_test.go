package gpu

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	xzlib "github.com/ulikunitz/xz"
)

// little is a Budget of which most is spent: a fuzzer is not to inflate long.
func little() *Budget { return &Budget{inflated: maxInflated - 1<<20, allocated: maxInflated - 64<<20} }

// sane holds what is true of every result.
func sane(t *testing.T, p []byte, f File) {
	require.LessOrEqual(t, f.Outside, f.Objects)
	require.GreaterOrEqual(t, f.Outside, int64(0))
	require.LessOrEqual(t, len(f.Defects), maxDefects)
	require.LessOrEqual(t, len(f.Faults), maxDefects)
	for _, d := range f.Defects {
		require.NotEmpty(t, d.Class)
		require.NotEmpty(t, d.Got)
	}
}

func FuzzScan(f *testing.F) {
	one := plain(8, parts()...)
	z := zstdBytes(f, one)
	for _, seed := range [][]byte{
		nil, one, library(piece{name: ".hip_fatbin", data: one}), libraryAt(8, piece{name: ".hip_fatbin", data: ccob(3, 1, len(one), z)}),
		dll(piece{name: ".hip_fat", data: one}), ccob(1, 1, len(one), z), ccob(2, 0, len(one), zlibBytes(f, one)), ccob(1, 0, len(one), zlibBytes(f, one)),
		libraryAt(8, piece{name: ".rocm_kpack_ref", data: reference1(f, "a", "b")}, piece{name: ".hipFatBinSegment", data: wrapperBytes(wordHIPK, 2)}),
		ar(one, codeObject(0x4c, 3, 64)), codeObject(0x3f, 1, 100),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > 1<<16 {
			return
		}
		got, err := Scan("m", int64(len(p)), bytes.NewReader(p), little())
		require.NoError(t, err)
		sane(t, p, got)
	})
}

// FuzzCompressed is about decoders: the frames are the fuzzer's.
func FuzzCompressed(f *testing.F) {
	one := plain(8, parts()...)
	for version := range 3 {
		f.Add(version+1, 1, len(one), zstdBytes(f, one))
		f.Add(version+1, 0, len(one), zlibBytes(f, one))
	}
	f.Fuzz(func(t *testing.T, version, method, raw int, data []byte) {
		if len(data) > 1<<16 || raw > 1<<20 {
			return
		}
		p := ccob(version, method, raw, data)
		got, err := Scan("m", int64(len(p)), bytes.NewReader(p), little())
		require.NoError(t, err)
		sane(t, p, got)
	})
}

func FuzzOffload(f *testing.F) {
	image := offloaded{1, 0, amdTriple, "gfx942", codeObject(0x4c, 3, 100)}
	for version := 1; version <= 3; version++ {
		f.Add(offloadBinary(version, nil, image))
	}
	f.Add(offloadBinary(3, func(p []byte) []byte { return zstdBytes(f, p) }, image))
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > 1<<16 {
			return
		}
		found := newFound()
		s := newStream(bytes.NewReader(p), int64(len(p)))
		if err := offload(s, found, little()); err == nil {
			require.Positive(t, s.Offset())
		}
	})
}

func FuzzKpack(f *testing.F) {
	for _, compressed := range []bool{false, true} {
		f.Add(kpackFile(f, compressed, []string{"gfx942"}, kernelsOf(), nil))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > 1<<16 {
			return
		}
		got, err := Scan("m", int64(len(p)+4), bytes.NewReader(append([]byte("KPAK"), p...)), little())
		require.NoError(t, err)
		sane(t, p, got)
	})
}

func FuzzAOTriton(f *testing.F) {
	f.Add(aks2(f, xzlib.WriterConfig{}, codeObject(0x4c, 3, 100), nil)[4:])
	f.Add(aks2(f, xzlib.WriterConfig{BlockSize: 100, NoCheckSum: true}, codeObject(0x4c, 3, 100))[4:])
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > 1<<16 {
			return
		}
		got, err := Scan("m", int64(len(p)+4), bytes.NewReader(append([]byte("AKS2"), p...)), little())
		require.NoError(t, err)
		sane(t, p, got)
	})
}

func FuzzReference(f *testing.F) {
	f.Add(reference1(f, "lib/libx.so", "../.kpack/x_@GFXARCH@.kpack"))
	f.Fuzz(func(t *testing.T, p []byte) {
		ref, err := parseReference(p)
		require.Equal(t, err == nil, ref.KernelName != "" && len(ref.SearchPaths) > 0)
	})
}
