package report

import (
	"fmt"
	"testing"
)

// BenchmarkHTML renders 100, 1,000 and 10,000 wheels: what one costs
// (us/wheel) and the bytes of the page for each (B/wheel) must not grow.
func BenchmarkHTML(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := many(n)
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				size = len(html(b, m))
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "us/wheel")
			b.ReportMetric(float64(size)/float64(n), "B/wheel")
		})
	}
}
