package merge

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// parts are two documents of n wheels in all, or of the same n wheels.
func parts(n int, shared bool) (a, b *document.Manifest) {
	var paths []string
	for i := range n {
		paths = append(paths, fmt.Sprintf("%05d/%s", i, torch))
	}
	of := func(paths []string) *document.Manifest {
		m := documentOf(paths...)
		for i := range m.Artifacts {
			read(&m.Artifacts[i], 1)
			for range 30 {
				m.Artifacts[i].Metadata.RequiresDist = append(m.Artifacts[i].Metadata.RequiresDist, "nvidia-cublas-cu12 (==12.8.4.1) ; platform_system == \"Linux\"")
			}
		}
		return m
	}
	if shared {
		return of(paths), of(paths)
	}
	return of(paths[:n/2]), of(paths[n/2:])
}

func BenchmarkMerge(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		for name, shared := range map[string]bool{"disjoint": false, "shared": true} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				x, y := parts(n, shared)
				b.ReportAllocs()
				for b.Loop() {
					m, findings := Merge(named(x, y), Options{})
					require.Empty(b, findings)
					require.Len(b, m.Artifacts, n)
				}
			})
		}
	}
}
