package contents

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
)

// BenchmarkReadSmall reads a wheel of a few hundred bytes: what reading costs
// before anything is read.
func BenchmarkReadSmall(b *testing.B) {
	path := filepath.Join(b.TempDir(), "demo-1.0-py3-none-any.whl")
	require.NoError(b, os.WriteFile(path, ziptest.Wheel("demo", "1.0", "py3-none-any").Bytes(), 0o666))
	b.ReportAllocs()
	for b.Loop() {
		c, err := Read(b.Context(), path, filepath.Base(path), "", Options{Jobs: 2})
		require.NoError(b, err)
		require.Empty(b, c.Faults)
	}
}
