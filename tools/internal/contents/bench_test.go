//go:build linux

package contents

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// BenchmarkRead compares, in turns and on the same cores, reading everything
// of a real wheel with inflating its members and nothing else.
//
//	pip download --no-deps --python-version 3.12 --only-binary=:all: \
//	    --platform manylinux_2_28_x86_64 torch==2.9.1
//	WHEEL=$PWD/torch-2.9.1-cp312-cp312-manylinux_2_28_x86_64.whl go test -run=^$ -bench=Read -benchtime=5x ./tools/internal/contents
//
// It reports both times, their ratio by the fastest turn of each and by the
// processor time of both, which other programs on the machine disturb less, and
// the most memory that the process ever had.
func BenchmarkRead(b *testing.B) {
	path := os.Getenv("WHEEL")
	if path == "" {
		b.Skip("WHEEL names no wheel")
	}
	var size int64
	best := map[string]time.Duration{}
	work := map[string]time.Duration{}
	measure := func(name string, do func()) {
		begin, worked := time.Now(), processorTime(b)
		do()
		took, used := time.Since(begin), processorTime(b)-worked
		if old, ok := best[name]; !ok || took < old {
			best[name] = took
		}
		if old, ok := work[name]; !ok || used < old {
			work[name] = used
		}
	}
	for b.Loop() {
		measure("inflate", func() { size = inflateOnly(b, path) })
		measure("read", func() {
			c, err := Read(b.Context(), path, filepath.Base(path), "", Options{})
			require.NoError(b, err)
			require.Empty(b, c.Faults)
		})
	}
	b.SetBytes(size)
	b.ReportMetric(best["inflate"].Seconds(), "s-inflate")
	b.ReportMetric(best["read"].Seconds(), "s-read")
	b.ReportMetric(best["read"].Seconds()/best["inflate"].Seconds(), "ratio")
	b.ReportMetric(work["read"].Seconds()/work["inflate"].Seconds(), "cpu-ratio")
	b.ReportMetric(float64(usage(b).Maxrss)/1e3, "MB-resident")
	b.ReportMetric(0, "ns/op")
}

// inflateOnly inflates every member, the largest first, by as many workers as
// Read has.
func inflateOnly(b *testing.B, path string) (size int64) {
	file, err := os.Open(path)
	require.NoError(b, err)
	defer func() { require.NoError(b, file.Close()) }()
	info, err := file.Stat()
	require.NoError(b, err)
	directory, err := archive.Read(file, info.Size(), func(f finding.Finding) { b.Error(f) })
	require.NoError(b, err)
	members := slices.SortedStableFunc(slices.Values(directory.Members), func(x, y archive.Member) int { return cmp.Compare(y.Size, x.Size) })
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			inflate := newInflater()
			buffer := make([]byte, 64<<10)
			for i := next.Add(1) - 1; i < int64(len(members)); i = next.Add(1) - 1 {
				inflateMember(b, file, members[i], inflate, buffer)
			}
		})
	}
	wait.Wait()
	for _, m := range members {
		size += m.Size
	}
	return size
}

// inflateMember takes the member's bytes from the file as they are: neither
// sizes nor CRC-32 are checked.
func inflateMember(b *testing.B, file io.ReaderAt, m archive.Member, inflate archive.Inflater, buffer []byte) {
	src := bufio.NewReaderSize(io.NewSectionReader(file, m.DataOffset, m.CompressedSize), 64<<10)
	r := io.Reader(src)
	if m.Method == archive.Deflated {
		r = inflate(src)
	}
	for {
		_, err := r.Read(buffer)
		if err == io.EOF {
			return
		}
		if err != nil {
			b.Error(err)
			return
		}
	}
}

func usage(b *testing.B) (u syscall.Rusage) {
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u
}

func processorTime(b *testing.B) time.Duration {
	u := usage(b)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
