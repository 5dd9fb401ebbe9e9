package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheManifestOfBeforeIsNotLost: --out is --previous too, under its own name
// or a link's, and the call fails early, late or in the middle.
func TestTheManifestOfBeforeIsNotLost(t *testing.T) {
	manifest := read(t, "testdata/cases/generate_previous/in/previous.json")
	require.NotEmpty(t, manifest)
	const torch = "torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl"
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx    context.Context
		damage string
		args   []string
		want   int
	}{
		"interrupted":      {interrupted, "", []string{"--rocm-sdk-version=7.14.0", "--pytorch-rocm-arch=gfx942"}, exitInterrupted},
		"no value":         {t.Context(), "", nil, exitUsage},
		"no status file":   {t.Context(), "", []string{"--stable-status=missing"}, exitEnvironment},
		"malformed source": {t.Context(), "", []string{"--source-of=torch"}, exitUsage},
		"damaged wheel":    {t.Context(), "truncated", []string{"--rocm-sdk-version=7.14.0", "--pytorch-rocm-arch=gfx942"}, exitNo},
	} {
		for _, out := range []string{"m.json", "sub/../m.json", "link.json"} {
			t.Run(name+" "+filepath.Base(out), func(t *testing.T) {
				dir := t.TempDir()
				t.Setenv("BUILD_WORKING_DIRECTORY", dir)
				write(t, makeWheel(torch, c.damage), dir, "dist", torch)
				write(t, []byte(manifest), dir, "m.json")
				require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o755))
				require.NoError(t, os.Symlink("m.json", filepath.Join(dir, "link.json")))

				args := append([]string{"generate", "--wheels=dist", "--previous=m.json", "--out=" + out}, c.args...)
				code, _, stderr := called(t, c.ctx, args...)
				assert.Equal(t, c.want, code, stderr)
				assert.Equal(t, manifest, read(t, filepath.Join(dir, "m.json")))
				assert.NotContains(t, stderr, "removed")
				noTemporaryFiles(t, dir)
			})
		}
	}
}
