package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	distTorch = "torch-2.9.1-cp312-cp312-linux_x86_64.whl"
	distApex  = "sub/apex-1.9.0-1-cp312-cp312-linux_x86_64.whl"
)

// newDist makes the wheels of a case and says how dist is called with them.
func newDist(t *testing.T) (dir string, args []string) {
	t.Helper()
	dir = t.TempDir()
	place(t, "testdata/cases/dist/in", dir)
	t.Setenv("BUILD_WORKING_DIRECTORY", dir)
	return dir, []string{"dist", "m.json", "--quiet", "--format=json", "--wheel=bin/" + distTorch, "--entry=a.json", "--wheel=tree", "--entry=tree.json"}
}

// filesBelow are the files below a folder, by their paths.
func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, one fs.DirEntry, err error) error {
		if err == nil && !one.IsDir() {
			below, relErr := filepath.Rel(dir, name)
			require.NoError(t, relErr)
			names = append(names, filepath.ToSlash(below))
		}
		return err
	})
	require.NoError(t, ignoreMissing(err))
	return names
}

func TestDistLinksFilesAndNotLinks(t *testing.T) {
	dir, args := newDist(t)
	// As runfiles are: links to files elsewhere.
	wheel := filepath.Join(dir, "bin", distTorch)
	require.NoError(t, os.Rename(wheel, filepath.Join(dir, "real")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "real"), wheel))
	code, _, stderr := called(t, t.Context(), append(args, "ship")...)
	require.Equal(t, exitYes, code, stderr)
	assert.Equal(t, []string{"manifests/m.json", distApex, distTorch}, filesBelow(t, filepath.Join(dir, "ship")))
	want, err := os.Stat(wheel)
	require.NoError(t, err)
	got, err := os.Lstat(filepath.Join(dir, "ship", distTorch))
	require.NoError(t, err)
	assert.True(t, os.SameFile(want, got))
	assert.Equal(t, read(t, filepath.Join(dir, "m.json")), read(t, filepath.Join(dir, "ship/manifests/m.json")))
}

// TestDistPutsNothingWhereSomethingIsWrong: neither a folder nor a file is made
// of wheels that do not fit.
func TestDistPutsNothingWhereSomethingIsWrong(t *testing.T) {
	for name, spoil := range map[string]func(dir string){
		"a wheel": func(dir string) { write(t, makeWheel(distTorch, "changed"), dir, "bin", distTorch) },
		"a byte": func(dir string) {
			data := makeWheel(distTorch, "")
			data[40]++
			write(t, data, dir, "bin", distTorch)
		},
		"a place":      func(dir string) { write(t, []byte("x"), dir, "ship", distApex) },
		"the manifest": func(dir string) { write(t, []byte("{}"), dir, "ship/manifests/m.json") },
		"a link": func(dir string) {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, "ship"), 0o755))
			require.NoError(t, os.Symlink(filepath.Join(dir, "tree", distApex), filepath.Join(dir, "ship", distTorch)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, args := newDist(t)
			spoil(dir)
			before := filesBelow(t, filepath.Join(dir, "ship"))
			code, stdout, stderr := called(t, t.Context(), append(args, "ship")...)
			assert.Equal(t, exitNo, code, stderr)
			assert.Empty(t, stdout)
			assert.Equal(t, before, filesBelow(t, filepath.Join(dir, "ship")))
			noTemporaryFiles(t, dir)
		})
	}
}

// TestDistInterrupted: whenever the interrupt comes, a file is whole or not
// there, no manifest is there without all wheels, and the next call ends it.
func TestDistInterrupted(t *testing.T) {
	interrupted := map[int]bool{}
	for asked, done := int64(1), false; !done; asked++ {
		require.Less(t, asked, int64(1000))
		dir, args := newDist(t)
		ctx := newCountdown(t, asked)
		code, stdout, _ := called(t, ctx, append(args, "--jobs=1", "ship")...)
		files := filesBelow(t, filepath.Join(dir, "ship"))
		noTemporaryFiles(t, dir)
		assert.Equal(t, len(files) == 3, slices.Contains(files, "manifests/m.json"), files)
		for name, want := range map[string]string{distTorch: "bin/" + distTorch, distApex: "tree/" + distApex} {
			if slices.Contains(files, name) {
				assert.Equal(t, read(t, filepath.Join(dir, want)), read(t, filepath.Join(dir, "ship", name)))
			}
		}
		if done = ctx.left.Load() > 0; done {
			assert.Equal(t, exitYes, code)
			continue
		}
		assert.Equal(t, exitInterrupted, code, asked)
		assert.Empty(t, stdout)
		interrupted[len(files)] = true
		code, _, stderr := called(t, t.Context(), append(args, "ship")...)
		assert.Equal(t, exitYes, code, stderr)
	}
	assert.Equal(t, map[int]bool{0: true, 1: true, 2: true, 3: true}, interrupted, "at every step")
}

// newCargo is one wheel and a manifest, whose files are linked by link.
func newCargo(t *testing.T, link linking) (c *cargo, dir string) {
	t.Helper()
	dir = t.TempDir()
	data := makeWheel(distTorch, "")
	one := manifestOf("sub/"+distTorch, data)
	one.data, one.from = nil, write(t, data, dir, "bin", distTorch)
	return &cargo{[]*shipped{one, manifestOf("manifests/m.json", []byte("{}\n"))}, link}, filepath.Join(dir, "ship")
}

func ship(t *testing.T, c *cargo, dir string) []string {
	t.Helper()
	findings, err := c.ship(t.Context(), dir, func(n int, do func(i int)) error { return each(t.Context(), 2, n, do) })
	require.NoError(t, err)
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	noTemporaryFiles(t, filepath.Dir(dir))
	return codes
}

func none(string, string) error { return errors.New("no links here") }

func TestDistWithoutHardLinks(t *testing.T) {
	c, dir := newCargo(t, none)
	assert.Empty(t, ship(t, c, dir))
	assert.Equal(t, copied, c.files[0].How)
	assert.Equal(t, []string{"manifests/m.json", "sub/" + distTorch}, filesBelow(t, dir))
	source, err := os.Stat(c.files[0].from)
	require.NoError(t, err)
	made, err := os.Stat(filepath.Join(dir, "sub", distTorch))
	require.NoError(t, err)
	assert.False(t, os.SameFile(source, made))

	t.Run("a wheel that is none", func(t *testing.T) {
		c, dir := newCargo(t, none)
		c.files[0].from = filepath.Dir(c.files[0].from)
		assert.Equal(t, []string{distFailed}, ship(t, c, dir))
		assert.Empty(t, filesBelow(t, dir))
	})
}

// TestDistRaces puts something into the folder after it was looked at: the link
// that gives the first file its name finds it there.
func TestDistRaces(t *testing.T) {
	for name, test := range map[string]struct {
		links bool
		come  []byte
		codes []string
		files []string
	}{
		"same bytes":            {true, makeWheel(distTorch, ""), nil, []string{"manifests/m.json", "sub/" + distTorch}},
		"other bytes":           {true, []byte("x"), []string{distOccupied}, []string{"sub/" + distTorch}},
		"other bytes, no links": {false, []byte("x"), []string{distOccupied}, []string{"sub/" + distTorch}},
	} {
		t.Run(name, func(t *testing.T) {
			var dir string
			c, dir := newCargo(t, func(from, to string) error {
				if filepath.Base(to) == distTorch && filepath.Dir(filepath.Dir(to)) == dir {
					write(t, test.come, to)
				}
				if !test.links {
					return none(from, to)
				}
				return os.Link(from, to)
			})
			assert.Equal(t, test.codes, ship(t, c, dir))
			assert.Equal(t, test.files, filesBelow(t, dir))
			assert.Equal(t, string(test.come), read(t, filepath.Join(dir, "sub", distTorch)))
		})
	}
}

// TestDistToAnotherFileSystem copies between two, where this machine has them.
func TestDistToAnotherFileSystem(t *testing.T) {
	elsewhere, err := os.MkdirTemp("/dev/shm", "dist")
	if err != nil {
		t.Skip("no /dev/shm")
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(elsewhere)) })
	dir, args := newDist(t)
	probe := write(t, []byte("x"), dir, "probe")
	if os.Link(probe, filepath.Join(elsewhere, "probe")) == nil {
		t.Skip("/dev/shm is of the same file system")
	}
	code, stdout, stderr := called(t, t.Context(), append(args, filepath.Join(elsewhere, "ship"))...)
	require.Equal(t, exitYes, code, stderr)
	var answer struct{ Files []shipped }
	require.NoError(t, json.Unmarshal([]byte(stdout), &answer))
	for _, one := range answer.Files {
		assert.Equal(t, copied, one.How, one.Path)
	}
	assert.Equal(t, read(t, filepath.Join(dir, "bin", distTorch)), read(t, filepath.Join(elsewhere, "ship", distTorch)))
}

func TestDuplicateEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	wheel := write(t, nil, dir, "a.whl")
	require.NoError(t, os.Truncate(wheel, 1<<40))
	assert.ErrorIs(t, duplicate(newCountdown(t, 2), wheel, filepath.Join(dir, "b")), context.Canceled)
	_, _, err := digestOf(newCountdown(t, 2), wheel)
	assert.ErrorIs(t, err, context.Canceled)
}
