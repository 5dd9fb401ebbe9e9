package store_test

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

func write(t testing.TB, path, text string) string {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// tree is a folder with files, links and what is neither, and a folder beside it.
func tree(t testing.TB) (inside, outside string) {
	top := t.TempDir()
	inside, outside = filepath.Join(top, "in side"), filepath.Join(top, "out")
	write(t, filepath.Join(inside, "a.whl"), "A")
	write(t, filepath.Join(inside, "sub", "b+1.WHL"), "BB")
	write(t, filepath.Join(inside, "note.txt"), "note")
	write(t, filepath.Join(outside, "c.whl"), "C")
	for name, to := range map[string]string{
		"file.whl": filepath.Join(outside, "c.whl"), "folder": outside, "here": "sub", "gone.whl": "nowhere", "loop.whl": "loop.whl",
		"up.whl": "../out/c.whl",
	} {
		require.NoError(t, os.Symlink(to, filepath.Join(inside, name)))
	}
	require.NoError(t, os.Mkdir(filepath.Join(inside, "dir.whl"), 0o755))
	return inside, outside
}

func TestFolder(t *testing.T) {
	inside, _ := tree(t)
	for _, place := range []string{inside, inside + "/", "file://" + (&url.URL{Path: filepath.ToSlash(inside)}).EscapedPath(), "FILE://LOCALHOST" + (&url.URL{Path: inside}).EscapedPath() + "/"} {
		s := open(t, place)
		assert.Equal(t, place, s.Name())
		for k, want := range map[string]string{"a.whl": "A", "sub/b+1.WHL": "BB", "note.txt": "note", "file.whl": "C", "up.whl": "C", "here/b+1.WHL": "BB"} {
			assert.Equal(t, want, found(t, s, k))
		}
		o, err := s.Find(t.Context(), want("sub/b+1.WHL"))
		require.NoError(t, err)
		assert.Equal(t, int64(2), o.Size)
		text, err := content(t.Context(), s, o, 1)
		require.NoError(t, err)
		assert.Equal(t, "B", text, "no more than the limit")
	}
}

func TestFolderRefuses(t *testing.T) {
	inside, outside := tree(t)
	s := open(t, inside)
	for k, absent := range map[string]bool{
		"none.whl": true, "none/a.whl": true, "a.whl/x": true, "gone.whl": true,
		"sub": false, "dir.whl": false, "loop.whl": false, "folder/c.whl": false, "folder": false,
		"../out/c.whl": false, "sub/../a.whl": false, filepath.ToSlash(outside) + "/c.whl": false, "": false, "a\nb": false, ".": false,
	} {
		_, err := s.Find(t.Context(), want(k))
		harmless(t, err)
		assert.Equal(t, absent, errors.Is(err, fs.ErrNotExist), "%q: %v", k, err)
		assert.ErrorContains(t, err, inside)
		_, err = s.Read(t.Context(), Object{Key: k}, 10)
		require.Error(t, err, k)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o, err := s.Find(ctx, want("a.whl"))
	require.NoError(t, err)
	body, err := s.Read(ctx, o, 10)
	require.NoError(t, err)
	defer body.Close()
	cancel()
	_, err = body.Read(make([]byte, 1))
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Find(ctx, want("a.whl"))
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Wheels(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestFolderWheels(t *testing.T) {
	inside, _ := tree(t)
	list, err := open(t, inside).Wheels(t.Context(), []string{"other"})
	require.NoError(t, err)
	assert.Equal(t, []Object{
		{Key: "a.whl", Size: 1}, {Key: "dir.whl", Size: -1}, {Key: "file.whl", Size: 1}, {Key: "gone.whl", Size: -1},
		{Key: "loop.whl", Size: -1}, {Key: "up.whl", Size: 1}, {Key: "sub/b+1.WHL", Size: 2},
	}, list)
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		return // every folder can be read
	}
	require.NoError(t, os.Chmod(filepath.Join(inside, "sub"), 0))
	list, err = open(t, inside).Wheels(t.Context(), nil)
	require.ErrorContains(t, err, "sub: permission denied")
	assert.Len(t, list, 6)
}

func TestNoFolder(t *testing.T) {
	inside, _ := tree(t)
	for place, want := range map[string]string{
		filepath.Join(inside, "none\n"): `none\x0a: `, filepath.Join(inside, "a.whl"): "is a file, want a folder", "file://host/x": "localhost",
	} {
		_, err := Open(t.Context(), place, Options{})
		harmless(t, err)
		require.ErrorContains(t, err, want)
	}
	_, err := Open(t.Context(), filepath.Join(inside, "none"), Options{Name: "a name\n"})
	require.EqualError(t, err, `a name\x0a: no such file or directory`)
	// The folder itself may be a link.
	assert.Equal(t, "C", found(t, open(t, filepath.Join(inside, "folder")), "c.whl"))
}

func TestRead(t *testing.T) {
	inside, _ := tree(t)
	for _, place := range []string{filepath.Join(inside, "note.txt"), "file://" + (&url.URL{Path: inside}).EscapedPath() + "/note%2Etxt"} {
		data, err := Read(t.Context(), place, 4)
		require.NoError(t, err)
		assert.Equal(t, "note", string(data))
		_, err = Read(t.Context(), place, 3)
		require.ErrorContains(t, err, ": has more than 3 bytes")
	}
	_, err := Read(t.Context(), inside, 10)
	require.ErrorContains(t, err, "is a folder, want a file")
	_, err = Read(t.Context(), filepath.Join(inside, "none"), 10)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestFiles(t *testing.T) {
	inside, outside := tree(t)
	a, c := filepath.Join(inside, "a.whl"), filepath.Join(outside, "c.whl")
	s := Files([]File{
		{"x/a.whl", a, digest("A")}, {"y/a.whl", c, digest("C")}, {"c.whl", c, ""}, {"gone.whl", filepath.Join(inside, "gone.whl"), ""},
	})
	assert.Equal(t, "A", found(t, s, "x/a.whl"))
	assert.Equal(t, "C", found(t, s, "z/c.whl"))
	for sum, key := range map[string]string{digest("A"): "x/a.whl", digest("C"): "y/a.whl"} {
		o, err := s.Find(t.Context(), Wanted{Key: "a.whl", SHA256: sum})
		require.NoError(t, err)
		assert.Equal(t, [2]string{key, sum}, [2]string{o.Key, o.SHA256})
	}
	for _, k := range []string{"a.whl", "none.whl", "gone.whl"} {
		_, err := s.Find(t.Context(), want(k))
		require.ErrorIs(t, err, fs.ErrNotExist)
		harmless(t, err)
	}
	list, err := s.Wheels(t.Context(), nil)
	require.NoError(t, err)
	assert.Len(t, list, 4)
	text, err := content(t.Context(), s, list[0], 10)
	require.NoError(t, err)
	assert.Equal(t, "A", text)
}

func TestLocalPath(t *testing.T) {
	for rest, want := range map[string][2]string{ // elsewhere and on Windows; empty where refused
		"/a/b":               {"/a/b", ""},
		"localhost/a%20b":    {"/a b", ""},
		"LocalHost/C:/a%2Bb": {"/C:/a+b", `C:\a+b`},
		"/C:/a/":             {"/C:/a/", `C:\a\`},
		"/c:":                {"/c:", `c:\`},
		"/":                  {"/", ""},
		"C:/a":               {}, "host/a": {}, "": {}, "localhost": {}, "/a?b": {}, "/a#b": {}, "/%zz": {}, "/a%00b": {}, "user@localhost/a": {},
	} {
		for i, windows := range []bool{false, true} {
			got, err := LocalPath(rest, windows)
			assert.Equal(t, want[i], got, rest)
			assert.Equal(t, want[i] == "", err != nil, rest)
		}
	}
}
