package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	torchWheel = "torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl"
	apexWheel  = "apex-1.9.0-1-cp312-cp312-linux_x86_64.whl"
)

// indexed is a folder with wheels, their manifest m.json, and a wheel that is in
// no manifest; relative paths of command lines begin there.
func indexed(t *testing.T) string {
	dir := t.TempDir()
	t.Setenv("BUILD_WORKING_DIRECTORY", dir)
	write(t, makeWheel(torchWheel, ""), dir, "dist", torchWheel)
	write(t, makeWheel(apexWheel, ""), dir, "dist", "sub", apexWheel)
	code, _, stderr := called(t, t.Context(), "generate", "--wheels=dist", "--accelerator=cpu", "--quiet", "--out=m.json")
	require.Equal(t, exitYes, code, stderr)
	write(t, makeWheel("later-1-py3-none-any.whl", ""), dir, "dist", "later-1-py3-none-any.whl")
	return dir
}

// filesOf are the files below a folder and what they hold.
func filesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(name string, one fs.DirEntry, err error) error {
		require.NoError(t, err)
		if !one.IsDir() {
			below, err := filepath.Rel(folder, name)
			require.NoError(t, err)
			files[filepath.ToSlash(below)] = read(t, name)
		}
		return nil
	}))
	return files
}

var indexArgs = []string{"index", "m.json", "--wheels=dist", "--out=idx", "--quiet"}

func TestIndexFolder(t *testing.T) {
	dir := indexed(t)
	code, stdout, stderr := called(t, t.Context(), indexArgs...)
	require.Equal(t, exitYes, code, stderr)
	assert.Empty(t, stdout+stderr)
	files := filesOf(t, filepath.Join(dir, "idx"))
	for _, name := range []string{
		"simple/index.html", "simple/index.json", "simple/apex/index.html", "simple/apex/index.json", "simple/torch/index.html",
		"simple/torch/index.json", "requirements.txt", "SHA256SUMS", torchWheel + ".metadata", "sub/" + apexWheel + ".metadata",
	} {
		assert.NotEmpty(t, files[name], name)
	}
	assert.Len(t, files, 10, "a wheel that no manifest has is not listed")
	assert.Equal(t, "Metadata-Version: 2.1\nName: torch\nVersion: 2.9.1+rocm7.14.0\n\nA wheel of a test.\n", files[torchWheel+".metadata"])
	noTemporaryFiles(t, dir)

	// METADATA alone gives the same index: what the rule's action wrote, in
	// folders of its own.
	for i, name := range []string{torchWheel, "sub/" + apexWheel} {
		write(t, []byte(files[name+".metadata"]), dir, "metadata", string(rune('a'+i)), filepath.Base(name)+".metadata")
	}
	code, _, stderr = called(t, t.Context(), "index", "m.json", "m.json", "--wheels=metadata/a", "--wheels", "metadata/b", "--out=other", "--quiet")
	require.Equal(t, exitYes, code, stderr)
	assert.Equal(t, files, filesOf(t, filepath.Join(dir, "other")))

	write(t, []byte("Name: torch\n"), dir, "metadata", "a", torchWheel+".metadata")
	code, _, stderr = called(t, t.Context(), "index", "m.json", "--wheels=metadata", "--out=other", "--wheel-key={name}/{filename}")
	assert.Equal(t, exitNo, code)
	assert.Contains(t, stderr, "METADATA has another digest than in the manifest")
}

// TestIndexKey: wheels that publishing put under other keys, at another server.
func TestIndexKey(t *testing.T) {
	dir := indexed(t)
	code, _, stderr := called(t, t.Context(), append(indexArgs, "--wheel-key=whl/{name}/{filename}", "--base-url=https://a.example/b")...)
	require.Equal(t, exitYes, code, stderr)
	files := filesOf(t, filepath.Join(dir, "idx"))
	assert.Contains(t, files["simple/apex/index.html"], `href="https://a.example/b/whl/apex/`+apexWheel+"#sha256=")
	assert.Contains(t, files, "whl/apex/"+apexWheel+".metadata")
	assert.Contains(t, files["SHA256SUMS"], "  whl/torch/"+torchWheel+"\n")
	for _, key := range []string{"{name}", "{filename", "{filename}.zip", "{sha256}/{filename}", "{{filename}}"} {
		code, _, stderr := called(t, t.Context(), append(indexArgs, "--wheel-key="+key)...)
		assert.Equal(t, exitUsage, code, key)
		assert.Contains(t, stderr, "--wheel-key: got ")
	}
}

// TestIndexReplaces: an index made earlier goes as a whole, through a link too.
func TestIndexReplaces(t *testing.T) {
	dir := indexed(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "real"), 0o700))
	if err := os.Symlink("real", filepath.Join(dir, "idx")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	code, _, stderr := called(t, t.Context(), indexArgs...)
	require.Equal(t, exitYes, code, stderr)
	want := filesOf(t, filepath.Join(dir, "real"))
	write(t, nil, dir, "real", "simple", "gone", "index.html")
	write(t, nil, dir, "real", "gone-1-py3-none-any.whl.metadata")
	code, _, stderr = called(t, t.Context(), indexArgs...)
	require.Equal(t, exitYes, code, stderr)
	assert.Equal(t, want, filesOf(t, filepath.Join(dir, "real")))
	info, err := os.Lstat(filepath.Join(dir, "idx"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)
	noTemporaryFiles(t, dir)

	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "link")))
	code, _, stderr = called(t, t.Context(), append(indexArgs, "--out=link")...)
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "--out=link: is a link to nothing")

	// A call that fails leaves the index that is being served.
	require.NoError(t, os.Remove(filepath.Join(dir, "dist", torchWheel)))
	code, _, _ = called(t, t.Context(), indexArgs...)
	assert.Equal(t, exitNo, code)
	assert.Equal(t, want, filesOf(t, filepath.Join(dir, "real")))
	noTemporaryFiles(t, dir)
}

// TestIndexOutIsSpared: what no earlier call wrote is not lost.
func TestIndexOutIsSpared(t *testing.T) {
	for name, want := range map[string]string{
		"idx/" + torchWheel:              "no file of an index",
		"idx/simple/torch/notes.txt":     "no file of an index",
		"idx/m.json":                     "no file of an index",
		"idx/simple/index.html":          "no index that this program made",
		"idx/" + apexWheel + ".metadata": "no index that this program made",
		"idx":                            "is a file",
	} {
		dir := indexed(t)
		write(t, []byte("mine"), dir, name)
		code, _, stderr := called(t, t.Context(), indexArgs...)
		assert.Equal(t, exitEnvironment, code, name)
		assert.Contains(t, stderr, want)
		assert.Equal(t, "mine", read(t, filepath.Join(dir, name)))
		noTemporaryFiles(t, dir)
	}
	// So is a wheel that comes beside the pages of an index of ours.
	dir := indexed(t)
	code, _, stderr := called(t, t.Context(), indexArgs...)
	require.Equal(t, exitYes, code, stderr)
	write(t, []byte("mine"), dir, "idx", torchWheel)
	code, _, _ = called(t, t.Context(), indexArgs...)
	assert.Equal(t, exitEnvironment, code)
	assert.Equal(t, "mine", read(t, filepath.Join(dir, "idx", torchWheel)))
}

// TestIndexInterrupted: however late the interrupt comes, there is the earlier
// index or the new one, and nothing besides.
func TestIndexInterrupted(t *testing.T) {
	dir := indexed(t)
	code, _, stderr := called(t, t.Context(), append(indexArgs, "--yank=torch==2.9.1+rocm7.14.0")...)
	require.Equal(t, exitYes, code, stderr)
	before := filesOf(t, filepath.Join(dir, "idx"))
	done := false
	for asked := int64(1); !done && asked < 1000; asked++ {
		ctx := newCountdown(t, asked)
		code, stdout, _ := called(t, ctx, indexArgs...)
		noTemporaryFiles(t, dir)
		assert.Empty(t, stdout)
		if done = code == exitYes; done {
			assert.NotEqual(t, before, filesOf(t, filepath.Join(dir, "idx")))
			continue
		}
		assert.Equal(t, exitInterrupted, code, asked)
		assert.Equal(t, before, filesOf(t, filepath.Join(dir, "idx")))
	}
	assert.True(t, done)
}

// TestIndexManyFaults: those of manifests, folders and wheels in one answer, and
// nothing is called missing that may be where nothing could be read.
func TestIndexManyFaults(t *testing.T) {
	dir := indexed(t)
	write(t, []byte("{}"), dir, "bad.json")
	write(t, makeWheel(torchWheel, "changed"), dir, "dist", torchWheel)
	require.NoError(t, os.Remove(filepath.Join(dir, "dist", "sub", apexWheel)))
	code, _, stderr := called(t, t.Context(), "index", "m.json", "bad.json", "--wheels=dist", "--wheels=none", "--out=idx", "--yank=later==1")
	assert.Equal(t, exitEnvironment, code)
	for _, want := range []string{"error: bad.json: ", "error: none: ", "[index_wheel_differs]"} {
		assert.Contains(t, stderr, want)
	}
	assert.NotContains(t, stderr, "index_wheel_missing")
	assert.NotContains(t, stderr, "index_unknown_yank")
	assert.NoFileExists(t, filepath.Join(dir, "idx"))

	// METADATA beyond every bound, a folder of its name, and a damaged wheel.
	big := write(t, nil, dir, "big", apexWheel+".metadata")
	require.NoError(t, os.Truncate(big, 5<<20))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "big", torchWheel), 0o755))
	code, _, stderr = called(t, t.Context(), "index", "m.json", "--wheels=big", "--out=idx")
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "got 5242880 bytes, want at most 4194304")
	assert.Contains(t, stderr, "[index_wheel_differs]")
}
