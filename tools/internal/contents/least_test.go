package contents

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
)

func TestInflateAll(t *testing.T) {
	wheel := ziptest.Wheel("demo", "1.0", "py3-none-any")
	var all, largest int64
	for _, m := range wheel.Members {
		all += int64(len(m.Data))
		largest = max(largest, int64(len(m.Data)))
	}
	path := filepath.Join(t.TempDir(), "demo-1.0-py3-none-any.whl")
	require.NoError(t, os.WriteFile(path, wheel.Bytes(), 0o666))
	for most, want := range map[int]int64{0: all, 1: largest, 99: all} {
		size, err := InflateAll(path, 2, most, NewInflater)
		require.NoError(t, err)
		assert.Equal(t, want, size)
	}
	wheel.Members[0].Raw = []byte("\xff\xff")
	require.NoError(t, os.WriteFile(path, wheel.Bytes(), 0o666))
	_, err := InflateAll(path, 1, 0, NewInflater)
	assert.ErrorContains(t, err, "demo/__init__.py")
	require.NoError(t, os.WriteFile(path, []byte("no zip"), 0o666))
	_, err = InflateAll(path, 1, 0, NewInflater)
	assert.Error(t, err)
}
