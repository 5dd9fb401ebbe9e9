package merge

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// FuzzMerge reads two documents and merges them in every way.
func FuzzMerge(f *testing.F) {
	w := newWorld(5, 6)
	for range 30 {
		pair := w.documents(2)
		f.Add(text(pair[0]), text(pair[1]), w.IntN(2) == 0, w.IntN(2) == 0)
	}
	f.Fuzz(func(t *testing.T, x, y []byte, allow, prefix bool) {
		a, ok := valid(x)
		if !ok {
			return
		}
		b, ok := valid(y)
		if !ok {
			b = a
		}
		var o Options
		if allow {
			o.Allow = Allowable()
		}
		if prefix {
			o = prefixed(t, "{amdgpu_family}/{distribution}")
		}
		for name, law := range laws {
			require.Empty(t, law(o, a, b, a), name)
		}
		for _, f := range join(o, a, b).findings {
			require.NotEmpty(t, f.Message)
		}
	})
}

// valid reads a document that has no fault.
func valid(data []byte) (*document.Manifest, bool) {
	m, findings := document.Check(data)
	return m, m != nil && !finding.HasErrors(findings)
}
