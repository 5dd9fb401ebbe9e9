//go:build linux

package contents

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
		measure("inflate", func() {
			var err error
			size, err = InflateAll(path, 0, 0, newInflater)
			require.NoError(b, err)
		})
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

func usage(b *testing.B) (u syscall.Rusage) {
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u
}

func processorTime(b *testing.B) time.Duration {
	u := usage(b)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
