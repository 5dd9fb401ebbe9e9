package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
)

const demo = "demo-1.0-py3-none-any.whl"

// result is what one run of the program left.
type result struct {
	code           int
	stdout, stderr string
	// contents is nil where no contents.json was written.
	contents []contents.Contents
	raw      string
}

func call(t *testing.T, args ...string) result {
	t.Helper()
	out := filepath.Join(t.TempDir(), "contents.json")
	var stdout, stderr bytes.Buffer
	r := result{code: run(context.Background(), append(args, "--out", out), nil, &stdout, &stderr)}
	r.stdout, r.stderr = stdout.String(), stderr.String()
	data, err := os.ReadFile(out)
	if os.IsNotExist(err) {
		return r
	}
	require.NoError(t, err)
	r.raw = string(data)
	r.contents, err = contents.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	return r
}

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, data, 0o666))
	return path
}

func wheel() []byte { return ziptest.Wheel("demo", "1.0", "py3-none-any").Bytes() }

func TestWheel(t *testing.T) {
	dir := t.TempDir()
	r := call(t, "--wheel", write(t, filepath.Join(dir, demo), wheel()), "--jobs=2")
	require.Zero(t, r.code)
	assert.Empty(t, r.stdout+r.stderr)
	require.Len(t, r.contents, 1)
	assert.Equal(t, demo, r.contents[0].Filename)
	assert.Equal(t, contents.Verified, r.contents[0].Record)
	assert.Empty(t, r.contents[0].Faults)
	assert.NotContains(t, r.raw, filepath.ToSlash(dir), "no path of the machine")
}

func TestNameFile(t *testing.T) {
	dir := t.TempDir()
	r := call(t, "--wheel", write(t, filepath.Join(dir, "_stamped_.whl"), wheel()), "--name-file", write(t, filepath.Join(dir, "name"), []byte(demo+"\n")))
	require.Zero(t, r.code)
	assert.Equal(t, demo, r.contents[0].Filename)
	assert.Equal(t, "demo/__init__.py", r.contents[0].Module.Path)
}

// TestTree: only wheels are read; what else lies there is told by the entries.
func TestTree(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b", demo), wheel())
	write(t, filepath.Join(dir, "a", demo), []byte("no zip"))
	write(t, filepath.Join(dir, "a", "index.html"), nil)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "c.whl"), 0o777))
	r := call(t, "--tree", dir)
	require.Zero(t, r.code, r.stderr)
	var found []string
	for _, c := range r.contents {
		found = append(found, strings.TrimSpace(c.Folder+" "+c.Filename+" "+c.Record))
	}
	assert.Equal(t, []string{"c.whl", "a " + demo, "b " + demo + " verified"}, found)
	assert.Equal(t, "[]\n", call(t, "--tree", t.TempDir()).raw)
}

// TestBadWheelIsData: the program succeeds, whatever the wheel is.
func TestBadWheelIsData(t *testing.T) {
	for name, data := range map[string][]byte{"empty": {}, "not a zip": []byte("<html>"), "cut": wheel()[:100], "two": append(wheel(), wheel()...)} {
		r := call(t, "--wheel", write(t, filepath.Join(t.TempDir(), demo), data))
		require.Zero(t, r.code, name)
		assert.Empty(t, r.stderr)
		assert.NotEmpty(t, r.contents[0].Faults, name)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--wheel", "a", "--tree", "b"}, {"--tree", "a", "--name-file", "b"}, {"--wheel", "a", "b"}, {"--unknown"}, {"--wheel", "a", "--jobs=0"},
	} {
		r := call(t, args...)
		assert.Equal(t, exitUsage, r.code, args)
		assert.True(t, strings.HasPrefix(r.stderr, "wheelcontents: "), r.stderr)
	}
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitUsage, run(context.Background(), nil, nil, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "--out is missing", "all faults at once")
	assert.Zero(t, run(context.Background(), []string{"--help"}, nil, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "-name-file")
}

func TestEnvironment(t *testing.T) {
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, demo), wheel())
	gone := filepath.Join(dir, "gone\n::error::")
	for _, args := range [][]string{{"--wheel", gone}, {"--tree", gone}, {"--tree", path}, {"--wheel", path, "--name-file", gone}, {"--wheel", "/dev/null"}} {
		r := call(t, args...)
		assert.Equal(t, exitEnvironment, r.code, args)
		assert.Empty(t, r.raw, "nothing that looks finished")
		assert.Equal(t, 1, strings.Count(r.stderr, "\n"), r.stderr)
	}
	var stderr bytes.Buffer
	assert.Equal(t, exitEnvironment, run(context.Background(), []string{"--wheel", path, "--out", filepath.Join(dir, "gone", "c")}, nil, nil, &stderr))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "c", "d"), 0o777))
	assert.Equal(t, exitEnvironment, run(context.Background(), []string{"--wheel", path, "--out", filepath.Join(dir, "c")}, nil, nil, &stderr))
	left, err := filepath.Glob(filepath.Join(dir, ".wheelcontents-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	path := write(t, filepath.Join(t.TempDir(), demo), wheel())
	var stderr bytes.Buffer
	assert.Equal(t, exitInterrupted, run(ctx, []string{"--wheel", path, "--out", path + ".json"}, nil, nil, &stderr))
	assert.NoFileExists(t, path+".json")
}
