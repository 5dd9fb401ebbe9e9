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
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
)

const demo = "demo-1.0-py3-none-any.whl"

// result is what one run of the program left.
type result struct {
	code           int
	stdout, stderr string
	// entries is nil where no entry.json was written.
	entries []entry.Entry
	// metadata are the copies of METADATA by path, with `/`.
	metadata map[string]string
	raw      string
}

// call runs the program with --out and --metadata-dir in a folder of its own.
func call(t *testing.T, args ...string) result {
	t.Helper()
	dir := t.TempDir()
	out, metadata := filepath.Join(dir, "entry.json"), filepath.Join(dir, "metadata")
	var stdout, stderr bytes.Buffer
	r := result{metadata: map[string]string{}}
	r.code = run(context.Background(), append(args, "--out", out, "--metadata-dir", metadata), nil, &stdout, &stderr)
	r.stdout, r.stderr = stdout.String(), stderr.String()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if path == out {
			r.raw = string(data)
			return nil
		}
		name, err := filepath.Rel(metadata, path)
		r.metadata[filepath.ToSlash(name)] = string(data)
		return err
	}))
	if r.raw != "" {
		var err error
		r.entries, err = entry.Decode(strings.NewReader(r.raw))
		require.NoError(t, err)
	}
	return r
}

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, data, 0o666))
	return path
}

func wheel() []byte { return ziptest.Wheel("demo", "1.0", "py3-none-any").Bytes() }

const metadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\nA wheel of a test.\n"

func codes(e entry.Entry) []string {
	list := []string{}
	for _, f := range e.Faults {
		list = append(list, f.Code)
	}
	return list
}

func TestWheel(t *testing.T) {
	dir := t.TempDir()
	r := call(t, "--wheel", write(t, filepath.Join(dir, demo), wheel()))
	require.Zero(t, r.code)
	assert.Empty(t, r.stdout+r.stderr)
	require.Len(t, r.entries, 1)
	assert.Equal(t, demo, r.entries[0].Filename)
	assert.Empty(t, r.entries[0].Faults)
	assert.Equal(t, map[string]string{demo + ".metadata": metadata}, r.metadata)
	assert.NotContains(t, r.raw, filepath.ToSlash(dir), "no path of the machine")
}

func TestNameFile(t *testing.T) {
	for _, end := range []string{"", "\n", "\r\n"} {
		dir := t.TempDir()
		path := write(t, filepath.Join(dir, "_stamped_.whl"), wheel())
		r := call(t, "--wheel", path, "--name-file", write(t, filepath.Join(dir, "name"), []byte(demo+end)))
		require.Zero(t, r.code)
		assert.Equal(t, demo, r.entries[0].Filename)
		assert.Empty(t, r.entries[0].Faults)
		assert.Contains(t, r.metadata, demo+".metadata")
	}
}

func TestNameFileCannotLeadElsewhere(t *testing.T) {
	for _, name := range []string{"../../" + demo, "/tmp/" + demo, `..\` + demo, "..", demo + "\n\n", "a/" + demo} {
		dir := t.TempDir()
		path := write(t, filepath.Join(dir, "w.whl"), wheel())
		r := call(t, "--wheel", path, "--name-file", write(t, filepath.Join(dir, "name"), []byte(name)))
		require.Zero(t, r.code)
		assert.NotEmpty(t, r.entries[0].Faults, name)
		for path := range r.metadata {
			assert.NotContains(t, path, "/", name)
		}
	}
}

func TestTree(t *testing.T) {
	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	write(t, filepath.Join(tree, demo), wheel())
	write(t, filepath.Join(tree, "b", "c", demo), wheel())
	write(t, filepath.Join(tree, "a", "index.html"), nil)
	require.NoError(t, os.Mkdir(filepath.Join(tree, "a", "x-1-py3-none-any.whl"), 0o777))
	other := write(t, filepath.Join(dir, "elsewhere", "other"), wheel())
	require.NoError(t, os.Symlink(other, filepath.Join(tree, "b", demo)), "a file is often a link in Bazel's sandbox")
	require.NoError(t, os.Symlink(filepath.Dir(other), filepath.Join(tree, "a", "link")))
	require.NoError(t, os.Symlink(tree, filepath.Join(dir, "root")))

	r := call(t, "--tree", filepath.Join(dir, "root"))
	require.Zero(t, r.code, r.stderr)
	found := []string{}
	for _, e := range r.entries {
		found = append(found, strings.Join(append([]string{e.Folder, e.Filename}, codes(e)...), " "))
	}
	assert.Equal(t, []string{
		" " + demo,
		"a index.html not_a_wheel",
		"a link linked_folder",
		"a x-1-py3-none-any.whl is_a_directory",
		"b " + demo,
		"b/c " + demo,
	}, found)
	assert.Equal(t, map[string]string{
		demo + ".metadata": metadata, "b/" + demo + ".metadata": metadata, "b/c/" + demo + ".metadata": metadata,
	}, r.metadata)
}

func TestEmptyTree(t *testing.T) {
	r := call(t, "--tree", t.TempDir())
	require.Zero(t, r.code)
	assert.Equal(t, "[]\n", r.raw)
}

// TestBadWheelIsData: the program succeeds, whatever the wheel is.
func TestBadWheelIsData(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty": {}, "not a zip": []byte("<html>"), "cut": wheel()[:100], "no zip at all": bytes.Repeat([]byte{0}, 1<<20),
		"two": append(wheel(), wheel()...),
	} {
		r := call(t, "--wheel", write(t, filepath.Join(t.TempDir(), demo), data))
		require.Zero(t, r.code, name)
		assert.Empty(t, r.stderr)
		assert.NotEmpty(t, r.entries[0].Faults, name)
		assert.EqualValues(t, len(data), r.entries[0].SizeBytes)
	}
	folder := filepath.Join(t.TempDir(), demo)
	require.NoError(t, os.Mkdir(folder, 0o777))
	r := call(t, "--wheel", folder)
	require.Zero(t, r.code)
	assert.Equal(t, []string{entry.IsADirectory}, codes(r.entries[0]))
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--wheel", "a", "--tree", "b"}, {"--tree", "a", "--name-file", "b"}, {"--wheel", "a", "b"}, {"--unknown"},
	} {
		r := call(t, args...)
		assert.Equal(t, exitUsage, r.code, args)
		assert.True(t, strings.HasPrefix(r.stderr, "wheelentry: "), r.stderr)
	}
	var stdout, stderr bytes.Buffer
	assert.Equal(t, exitUsage, run(context.Background(), nil, nil, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "--wheel and --tree")
	assert.Contains(t, stderr.String(), "--out is missing", "all faults at once")
	assert.Zero(t, run(context.Background(), []string{"--help"}, nil, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "-metadata-dir")
}

func TestEnvironment(t *testing.T) {
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, demo), wheel())
	gone := filepath.Join(dir, "gone\n::error::")
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "dangling.whl")))
	for _, args := range [][]string{
		{"--wheel", gone}, {"--tree", gone}, {"--tree", path}, {"--tree", dir}, {"--wheel", path, "--name-file", gone},
		{"--wheel", path, "--name-file", write(t, filepath.Join(dir, "empty"), nil)}, {"--wheel", "/dev/null"},
	} {
		r := call(t, args...)
		assert.Equal(t, exitEnvironment, r.code, args)
		assert.Empty(t, r.raw, "nothing that looks finished")
		assert.Equal(t, 1, strings.Count(r.stderr, "\n"), r.stderr)
	}
}

func TestUnwritableOutput(t *testing.T) {
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, demo), wheel())
	var stderr bytes.Buffer
	code := run(context.Background(), []string{"--wheel", path, "--out", filepath.Join(dir, "gone", "e"), "--metadata-dir", dir}, nil, nil, &stderr)
	assert.Equal(t, exitEnvironment, code)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "e", "f"), 0o777))
	code = run(context.Background(), []string{"--wheel", path, "--out", filepath.Join(dir, "e"), "--metadata-dir", dir}, nil, nil, &stderr)
	assert.Equal(t, exitEnvironment, code)
	left, err := filepath.Glob(filepath.Join(dir, ".wheelentry-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	path := write(t, filepath.Join(t.TempDir(), demo), wheel())
	var stderr bytes.Buffer
	code := run(ctx, []string{"--wheel", path, "--out", path + ".json", "--metadata-dir", t.TempDir()}, nil, nil, &stderr)
	assert.Equal(t, exitInterrupted, code)
	assert.NoFileExists(t, path+".json")
}
