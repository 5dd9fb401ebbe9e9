package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
)

// made runs the verb build and reads every wheel it wrote, as a build would.
func made(t *testing.T, args ...string) (entries []entry.Entry, held []contents.Contents) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "dist")
	require.NoError(t, run(append([]string{"build", "--out", dir}, args...)))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, f := range files {
		e, _, err := entry.Read(t.Context(), filepath.Join(dir, f.Name()), f.Name(), "", entry.Options{})
		require.NoError(t, err)
		assert.Empty(t, e.Faults)
		c, err := contents.Read(t.Context(), filepath.Join(dir, f.Name()), f.Name(), "", contents.Options{})
		require.NoError(t, err)
		assert.Empty(t, c.Faults)
		entries, held = append(entries, e), append(held, c)
	}
	return entries, held
}

func TestBuildShapes(t *testing.T) {
	for name, test := range map[string]struct {
		args   []string
		rocm   []string
		cuda   []string
		record string
		least  int64
	}{
		"empty members":     {[]string{"--members=7"}, []string{}, []string{}, contents.Verified, 0},
		"one member":        {[]string{"--members=1", "--size=700K"}, []string{}, []string{}, contents.Verified, 350_000},
		"stored":            {[]string{"--stored", "--size=2M"}, []string{}, []string{}, contents.Verified, 2_000_000},
		"equal members":     {[]string{"--largest=0", "--members=10", "--size=1M"}, []string{}, []string{}, contents.Verified, 500_000},
		"GPU code":          {[]string{"--target=gfx942", "--target=gfx1100", "--target=sm_90", "--size=2M"}, []string{"gfx1100", "gfx942"}, []string{"sm_90"}, contents.Verified, 1_000_000},
		"GPU code, stored":  {[]string{"--target=sm_75", "--stored"}, []string{}, []string{"sm_75"}, contents.Verified, 0},
		"GPU code, small":   {[]string{"--target=gfx90a", "--members=1"}, []string{"gfx90a"}, []string{}, contents.Verified, 0},
		"a row is missing":  {[]string{"--record=missing-row"}, []string{}, []string{}, contents.Defective, 0},
		"a digest is wrong": {[]string{"--record=wrong-digest"}, []string{}, []string{}, contents.Defective, 0},
		"a size is wrong":   {[]string{"--record=wrong-size", "--stored"}, []string{}, []string{}, contents.Defective, 0},
	} {
		t.Run(name, func(t *testing.T) {
			entries, held := made(t, append(test.args, "--wheels=2", "--from=41", "--version=2.9.1+rocm7")...)
			require.Len(t, held, 2)
			assert.Equal(t, "synthetic_00041-2.9.1+rocm7-cp312-cp312-linux_x86_64.whl", held[0].Filename)
			assert.NotEqual(t, entries[0].SHA256, entries[1].SHA256)
			for i, c := range held {
				assert.Equal(t, test.record, c.Record)
				assert.Equal(t, test.rocm, c.DeviceCode.ROCm)
				assert.Equal(t, test.cuda, c.DeviceCode.CUDA)
				assert.GreaterOrEqual(t, entries[i].SizeBytes, test.least)
				for _, f := range c.DeviceCode.Files {
					assert.Zero(t, f.Outside, "all GPU code lies in its sections")
				}
			}
		})
	}
}

func TestBuildIsReproducible(t *testing.T) {
	digests := func(args ...string) (all []string) {
		entries, _ := made(t, append([]string{"--wheels=2", "--size=1M", "--target=gfx942"}, args...)...)
		for _, e := range entries {
			all = append(all, e.SHA256)
		}
		return all
	}
	first := digests()
	assert.Equal(t, first, digests())
	assert.Equal(t, first[1:], digests("--from=1", "--wheels=1"), "a wheel does not depend on those before it")
	for _, other := range []string{"--seed=2", "--mark=1"} {
		for i, digest := range digests(other) {
			assert.NotEqual(t, first[i], digest, other)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"--out: want":                       {"--wheels=1"},
		"--wheels, --from: got 0":           {"--out=x", "--wheels=0"},
		"--members: got 0":                  {"--out=x", "--members=0"},
		"--largest: got 101":                {"--out=x", "--largest=101"},
		"the largest member has 9000000000": {"--out=x", "--size=9G", "--members=1"},
		"want a number with K":              {"--out=x", "--size=9T"},
		"--record: got":                     {"--out=x", "--record=none"},
		`--target: got "gfx1"`:              {"--out=x", "--target=gfx1"},
		`--target: got "sm_90a"`:            {"--out=x", "--target=sm_90a"},
		"--filename: got":                   {"--out=x", "--tags=cp312"},
		"unexpected arguments":              {"--out=x", "y"},
	} {
		t.Chdir(t.TempDir())
		err := run(append([]string{"build"}, args...))
		assert.ErrorContains(t, err, want)
		assert.NoDirExists(t, "x", "nothing is written")
	}
}
