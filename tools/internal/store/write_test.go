package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

func writer(t testing.TB, place string) Writer {
	w, err := Write(t.Context(), place, quick())
	require.NoError(t, err)
	return w
}

// names are the files in a folder and those below it, hidden ones too.
func names(t testing.TB, dir string) []string {
	list := []string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			path, err = filepath.Rel(dir, path)
			list = append(list, filepath.ToSlash(path))
		}
		return err
	}))
	return list
}

func TestWriteWhere(t *testing.T) {
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "hidden")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hidden")
	for place, want := range map[string]string{
		"https://name:hidden@host/": "https://: cannot be written to", "ftp://hidden/": "ftp://", "s3://": "want a bucket's name",
		"file://host/": "localhost", "s3://bucket/a//b": "empty element", "s3://bucket/../b": "..",
	} {
		_, err := Write(t.Context(), place, Options{})
		harmless(t, err, "hidden")
		require.ErrorContains(t, err, want)
	}
	_, err := Write(t.Context(), "s3://bucket/p", Options{Profile: "none-such"})
	harmless(t, err, "hidden")
	require.ErrorContains(t, err, "configuration of the AWS SDK")
	assert.Equal(t, "s3://bucket/p", writer(t, "s3://bucket/p/").Name())
}

func TestFolderCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there yet")
	w := writer(t, dir)
	// Who only looks makes nothing.
	_, err := w.Head(t.Context(), "a.whl")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, _, err = w.Current(t.Context(), "a.whl", 10)
	require.ErrorIs(t, err, fs.ErrNotExist)
	for _, list := range []func() ([]Object, error){
		func() ([]Object, error) { return w.List(t.Context(), "") },
		func() ([]Object, error) { return w.Wheels(t.Context(), nil) },
	} {
		got, err := list()
		require.NoError(t, err)
		assert.Empty(t, got)
	}
	assert.NoDirExists(t, dir)

	got, err := w.Create(t.Context(), "x/a+1.whl", Bytes([]byte("A")))
	require.NoError(t, err)
	assert.Equal(t, Written{Key: "x/a+1.whl", Size: 1, SHA256: digest("A"), Version: digest("A"), Sent: true}, got)
	got.Sent = false
	again, err := w.Create(t.Context(), "x/a+1.whl", Bytes([]byte("A")))
	require.NoError(t, err)
	assert.Equal(t, got, again)
	_, err = w.Create(t.Context(), "x/a+1.whl", Bytes([]byte("other")))
	require.ErrorIs(t, err, fs.ErrExist)
	assert.Equal(t, &ExistsError{Place: dir, Key: "x/a+1.whl", SHA256: digest("A"), Size: 1, Want: digest("other")}, err)
	require.EqualError(t, err, dir+"/x/a+1.whl: other bytes are there: got sha256 "+digest("A")+", want "+digest("other"))
	assert.Equal(t, "A", found(t, w, "x/a+1.whl"))
	assert.Equal(t, []string{"x/a+1.whl"}, names(t, dir))
}

func TestFolderCreateRefuses(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, filepath.Join(dir, "file"), "F")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "folder", "sub"), 0o755))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "out")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "gone")))
	require.NoError(t, os.Symlink("file", filepath.Join(dir, "link")))
	w := writer(t, dir)
	for _, k := range []string{"", ".", "../x", "/x", "a\nb", "out/x", "file/x", "folder", "gone"} {
		_, err := w.Create(t.Context(), k, Bytes([]byte("A")))
		harmless(t, err)
		_, err = w.Replace(t.Context(), k, "", Bytes([]byte("A")))
		harmless(t, err)
	}
	_, err := w.Create(t.Context(), "link", Bytes([]byte("A")))
	require.ErrorIs(t, err, fs.ErrExist)
	for name, c := range map[string]Content{
		"digest": {SHA256: "x"}, "size": {SHA256: digest(""), Size: -1},
		"metadata": {SHA256: digest(""), Metadata: map[string]string{"a": "\n"}}, "name": {SHA256: digest(""), Metadata: map[string]string{"A b": ""}},
	} {
		_, err := w.Create(t.Context(), "new", c)
		harmless(t, err)
		assert.NotErrorIs(t, err, fs.ErrNotExist, name)
	}
	assert.Empty(t, names(t, outside))
	assert.Equal(t, []string{"file", "gone", "link", "out"}, names(t, dir), "nothing is left")
}

// source is content that changes or fails while it is read, and tells when it
// was read to its end.
type source struct {
	*bytes.Reader
	atEnd func() error
}

func (s source) Close() error { return nil }

func (s source) Read(p []byte) (int, error) {
	if s.Len() <= 1 {
		if err := s.atEnd(); err != nil {
			return 0, err
		}
	}
	return s.Reader.Read(p[:min(len(p), max(1, s.Len()-1))])
}

func TestFolderNeverShowsHalf(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, dir)
	body := text(100_000)
	content := func(text string, atEnd func() error) Content {
		c := Bytes([]byte(body))
		c.Open = func() (io.ReadSeekCloser, error) { return source{bytes.NewReader([]byte(text)), atEnd}, nil }
		return c
	}
	looked := 0
	look := func() error { // all but the last byte is written
		looked++
		list, err := w.List(t.Context(), "")
		require.NoError(t, err)
		assert.Empty(t, list)
		list, err = w.Wheels(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, list)
		_, err = w.Head(t.Context(), "a.whl")
		require.ErrorIs(t, err, fs.ErrNotExist)
		return nil
	}
	for name, c := range map[string]struct {
		content Content
		want    string
		source  bool
	}{
		"fails":     {content(body, func() error { return fmt.Errorf("a bad\nsector") }), `a bad\x0asector`, false},
		"last byte": {content(body[:len(body)-1]+"x", look), "the file is not what was verified: got sha256", true},
		"first":     {content("x"+body[1:], look), "the file is not what was verified: got sha256", true},
		"shorter":   {content(body[1:], look), "it has 99999 bytes, want 100000", true},
		"longer":    {content(body+"x", look), "it has 100001 bytes, want 100000", true},
	} {
		for _, put := range []func() error{
			func() error { _, err := w.Create(t.Context(), "a.whl", c.content); return err },
			func() error { _, err := w.Replace(t.Context(), "a.whl", "", c.content); return err },
		} {
			err := put()
			harmless(t, err)
			require.ErrorContains(t, err, c.want, name)
			assert.Equal(t, c.source, errors.Is(err, ErrSource), name)
			assert.Empty(t, names(t, dir), name)
		}
	}
	_, err := w.Create(t.Context(), "a.whl", content(body, look))
	require.NoError(t, err)
	assert.Equal(t, body, found(t, w, "a.whl"))
	assert.Equal(t, 5, looked)
	assert.Equal(t, []string{"a.whl"}, names(t, dir))
}

// Many processes race for one key and count in another.
func TestFolderProcesses(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	const processes, each = 8, 10
	var all sync.WaitGroup
	answers := make([][]answer, processes)
	var want []string
	for i := range processes {
		orders := fmt.Sprintf(`{"Do":"create","Key":"w/a.whl","Text":"%d"}`, i%2)
		for n := range each {
			want = append(want, fmt.Sprintf("%d-%d", i, n))
			orders += fmt.Sprintf(`{"Do":"count","Key":"w/latest.json","Text":"%d-%d"}`, i, n)
		}
		all.Go(func() {
			c := exec.Command(self)
			c.Env, c.Stdin, c.Stderr = append(os.Environ(), "STORE_DRIVER="+dir), strings.NewReader(orders), os.Stderr
			out, err := c.Output()
			assert.NoError(t, err)
			for in := json.NewDecoder(bytes.NewReader(out)); in.More(); {
				var a answer
				assert.NoError(t, in.Decode(&a))
				answers[i] = append(answers[i], a)
			}
		})
	}
	all.Wait()
	w := writer(t, dir)
	won, sent := found(t, w, "w/a.whl"), 0
	for i, list := range answers {
		require.Len(t, list, 1+each)
		assert.Equal(t, digest(won), list[0].SHA256)
		assert.Equal(t, fmt.Sprint(i%2) != won, list[0].Kind == "exists", list[0].Error)
		if list[0].Sent {
			sent++
		}
		for _, a := range list[1:] {
			assert.Empty(t, a.Error)
		}
	}
	assert.Equal(t, 1, sent)
	data, _, err := w.Current(t.Context(), "w/latest.json", 1<<20)
	require.NoError(t, err)
	got := strings.Split(strings.TrimSpace(string(data)), "\n")
	sort.Strings(got)
	sort.Strings(want)
	assert.Equal(t, want, got)
	assert.Equal(t, []string{"w/a.whl", "w/latest.json"}, names(t, dir))
	_, _, err = w.Current(t.Context(), "w/latest.json", 3)
	require.ErrorContains(t, err, "more than 3 bytes")
}

func TestFolderProbe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	require.NoError(t, writer(t, dir).Probe(t.Context()))
	assert.Empty(t, names(t, dir))
	file := write(t, filepath.Join(dir, "file"), "")
	require.Error(t, writer(t, file).Probe(t.Context()))
}
