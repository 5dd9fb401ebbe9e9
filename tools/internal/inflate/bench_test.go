//go:build linux

package inflate

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	klauspost "github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/require"
)

// BenchmarkInflate compares decoders, in turns and on the same core, on the
// largest member of a real wheel.
//
//	pip download --no-deps --python-version 3.12 --only-binary=:all: \
//	    --platform manylinux_2_28_x86_64 torch==2.9.1
//	WHEEL=$PWD/torch-2.9.1-cp312-cp312-manylinux_2_28_x86_64.whl go test -run=^$ -bench=Inflate -benchtime=5x ./tools/internal/inflate
//
// IGZIP names the program igzip of ISA-L, which is C and assembly; without it
// that one is left out. Reported are each decoder's fastest turn, in MB of
// output a second, and what ours is to the others by the median of the turns'
// ratios. Time is the processor's, which other programs on the machine disturb
// less.
func BenchmarkInflate(b *testing.B) {
	path := os.Getenv("WHEEL")
	if path == "" {
		b.Skip("WHEEL names no wheel")
	}
	data, size := largest(b, path)
	decoders := map[string]func() int64{
		"ours":      func() int64 { return drain(b, ours(source(data))) },
		"klauspost": func() int64 { return drain(b, klauspost.NewReader(source(data))) },
		"standard":  func() int64 { return drain(b, flate.NewReader(source(data))) },
	}
	if igzip := os.Getenv("IGZIP"); igzip != "" {
		file := gzipped(b, data)
		decoders["igzip"] = func() int64 { return run(b, size, igzip, "-d", "-c", file) }
	}
	names := []string{"ours", "klauspost", "igzip", "standard"}
	rates := map[string][]float64{}
	for b.Loop() {
		for _, name := range names {
			if decoders[name] == nil {
				continue
			}
			begin := processorTime(b)
			require.Equal(b, size, decoders[name](), name)
			rates[name] = append(rates[name], float64(size)/1e6/(processorTime(b)-begin).Seconds())
		}
	}
	for _, name := range names {
		if rates[name] == nil {
			continue
		}
		b.ReportMetric(slices.Max(rates[name]), name+"-MB/s")
		if name != "ours" {
			ratios := make([]float64, len(rates[name]))
			for i, rate := range rates[name] {
				ratios[i] = rates["ours"][i] / rate
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "x-"+name)
		}
	}
	b.ReportMetric(0, "ns/op")
}

func source(data []byte) *bufio.Reader { return bufio.NewReaderSize(bytes.NewReader(data), 64<<10) }

func drain(b *testing.B, r io.Reader) (n int64) {
	buffer := make([]byte, 256<<10)
	for {
		m, err := r.Read(buffer)
		if n += int64(m); err == io.EOF {
			return n
		}
		require.NoError(b, err)
	}
}

// largest is the deflate data of the wheel's largest member, and its output's
// size.
func largest(b *testing.B, path string) ([]byte, int64) {
	wheel, err := zip.OpenReader(path)
	require.NoError(b, err)
	defer func() { require.NoError(b, wheel.Close()) }()
	member := slices.MaxFunc(wheel.File, func(x, y *zip.File) int {
		return cmp.Compare(x.UncompressedSize64, y.UncompressedSize64)
	})
	require.Equal(b, zip.Deflate, member.Method)
	raw, err := member.OpenRaw()
	require.NoError(b, err)
	data, err := io.ReadAll(raw)
	require.NoError(b, err)
	return data, int64(member.UncompressedSize64)
}

// gzipped is a file with the data in the format of gzip (RFC 1952).
func gzipped(b *testing.B, data []byte) string {
	sum := crc32.NewIEEE()
	n, err := io.Copy(sum, ours(source(data)))
	require.NoError(b, err)
	whole := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, data...)
	whole = binary.LittleEndian.AppendUint32(whole, sum.Sum32())
	whole = binary.LittleEndian.AppendUint32(whole, uint32(n))
	file := filepath.Join(b.TempDir(), "member.gz")
	require.NoError(b, os.WriteFile(file, whole, 0o600))
	return file
}

// processorTime is that of this process and of those that it started.
func processorTime(b *testing.B) (t time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		require.NoError(b, syscall.Getrusage(who, &u))
		t += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return t
}

// run runs a program that writes as many bytes as are wanted.
func run(b *testing.B, size int64, name string, args ...string) int64 {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(b, err)
	defer func() { require.NoError(b, null.Close()) }()
	call := exec.Command(name, args...)
	call.Stdout, call.Stderr = null, os.Stderr
	require.NoError(b, call.Run())
	return size
}
