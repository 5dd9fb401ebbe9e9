package main

import (
	stdgzip "compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	name, out := filepath.Join(dir, "demo-1.0-py3-none-any.whl"), filepath.Join(dir, "largest.gz")
	wheel := ziptest.Wheel("demo", "1.0", "py3-none-any")
	text := strings.Repeat("the largest\n", 1000)
	wheel.Members[0].Data = []byte(text)
	wheel.Record()
	require.NoError(t, os.WriteFile(name, wheel.Bytes(), 0o666))

	require.NoError(t, run([]string{"sha256", "--bytes=1000001", "--jobs=2"}))
	require.NoError(t, run([]string{"sha256", "--jobs=2", name, name, name}))
	require.Error(t, run([]string{"sha256", name, filepath.Join(dir, "gone")}))
	for decoder := range decoders {
		require.NoError(t, run([]string{"inflate", "--decoder=" + decoder, name}), decoder)
	}
	require.NoError(t, run([]string{"gzip", name, out}))
	file, err := os.Open(out)
	require.NoError(t, err)
	defer file.Close()
	r, err := stdgzip.NewReader(file)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err, "CRC-32 and size are those of the member")
	assert.Equal(t, text, string(got))

	for _, args := range [][]string{{}, {"other"}, {"inflate"}, {"inflate", "--decoder=x", name}, {"inflate", out}, {"gzip", name}, {"gzip", out, out}} {
		assert.Error(t, run(args), args)
	}
}
