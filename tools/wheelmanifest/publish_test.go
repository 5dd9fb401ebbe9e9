package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
)

// publishCase is where the stamped manifest of two wheels is that the cases
// publish.
const publishCase = "testdata/cases/publish"

// publishable is a folder with that manifest and its wheels, and the command line
// that publishes them to another folder.
func publishable(t *testing.T) (dir, to string, args []string) {
	t.Helper()
	dir, to = t.TempDir(), filepath.Join(t.TempDir(), "there")
	place(t, filepath.Join(publishCase, "in"), dir)
	t.Setenv("BUILD_WORKING_DIRECTORY", dir)
	return dir, to, []string{"publish", "m.json", "--to=" + to, "--expect-dirty=therock,pytorch", "--wheels=dist"}
}

func TestPublishOnActions(t *testing.T) {
	_, to, args := publishable(t)
	output, summary := write(t, []byte("earlier=1\n"), t.TempDir(), "output"), filepath.Join(t.TempDir(), "summary")
	t.Setenv("GITHUB_OUTPUT", output)
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	t.Setenv("GITHUB_ACTIONS", "")
	code, _, stderr := called(t, t.Context(), args...)
	require.Zero(t, code, stderr)
	assert.Equal(t, "earlier=1\n", read(t, output))

	t.Setenv("GITHUB_ACTIONS", "true")
	code, _, stderr = called(t, t.Context(), append(args, "--dry-run")...)
	require.Zero(t, code, stderr)
	assert.Equal(t, "earlier=1\n", read(t, output), "nothing was published")

	code, _, stderr = called(t, t.Context(), append(args, "--manifest-key=a+b&_{run_id}.json", "--manifest-base-url=https://example.com/m/")...)
	require.Zero(t, code, stderr)
	assert.Equal(t, "earlier=1\nmanifest_url=https://example.com/m/a%2Bb&_10.json\n", read(t, output))
	assert.Equal(t, `Published the manifest <a href="https://example.com/m/a%2Bb&amp;_10.json"><code>a+b&#38;&#95;10&#46;json</code></a>: 2 wheels, the manifest: 1 sent, 2 already there.`+"\n\n", read(t, summary))

	code, _, stderr = called(t, t.Context(), args...)
	require.Zero(t, code, stderr)
	assert.Contains(t, read(t, output), "manifest_url="+to+"/10-linux-x86_64/")
	assert.NotContains(t, strings.Split(read(t, summary), "\n")[2], "<a ", "only https is linked")

	t.Setenv("GITHUB_OUTPUT", t.TempDir())
	code, stdout, stderr := called(t, t.Context(), args...)
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "GITHUB_OUTPUT")
	assert.Contains(t, stdout, `"already_there"`, "it is published all the same")
}

func TestPublishReceiptFile(t *testing.T) {
	dir, to, args := publishable(t)
	code, stdout, stderr := called(t, t.Context(), append(args, "--out=receipt.json", "--pointer=latest.json")...)
	require.Zero(t, code, stderr)
	assert.Empty(t, stdout)
	var r receipt
	require.NoError(t, json.Unmarshal([]byte(read(t, filepath.Join(dir, "receipt.json"))), &r))
	assert.Equal(t, map[publication.Status]int{publication.Sent: 4}, r.Counts())
	assert.Equal(t, r.ManifestURL, r.Manifest.URL)
	for _, o := range append(r.Wheels, r.Manifest, r.Pointers[0].Receipted) {
		assert.Equal(t, to+"/"+o.Key, o.URL)
		assert.Len(t, read(t, filepath.FromSlash(o.URL)), int(o.Size))
	}
	// The pointer is read and leads to the manifest, which verify finds its
	// wheels from.
	p, err := publication.ParsePointer([]byte(read(t, filepath.Join(to, "latest.json"))))
	require.NoError(t, err)
	code, _, stderr = called(t, t.Context(), "verify", to+"/"+p.ManifestKey, "--wheels="+to, "--wheel-key="+publication.WheelKey, "--fail-on-unlisted")
	assert.Zero(t, code, stderr)
}

// TestPublishPairs: the rule names each wheel and the entry that says its name.
func TestPublishPairs(t *testing.T) {
	dir, to, args := publishable(t)
	args = args[:len(args)-1]
	for i, name := range []string{"dist/torch-2.9.1-cp312-cp312-linux_x86_64.whl", "dist/sub/apex-1.9.0-1-cp312-cp312-linux_x86_64.whl"} {
		file := filepath.Join(dir, []string{"a", "b"}[i])
		require.NoError(t, os.Rename(filepath.Join(dir, filepath.FromSlash(name)), file))
		entryOf(t, file, filepath.Base(name), file+".json")
		args = append(args, "--wheel="+file, "--entry="+file+".json")
	}
	code, _, stderr := called(t, t.Context(), args...)
	require.Zero(t, code, stderr)
	assert.FileExists(t, filepath.Join(to, "torch", "torch-2.9.1-cp312-cp312-linux_x86_64.whl"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b"), []byte("changed"), 0o644))
	code, _, stderr = called(t, t.Context(), args...)
	assert.Equal(t, exitNo, code)
	assert.Contains(t, stderr, "[artifact_size_differs]")
	require.NoError(t, os.Remove(filepath.Join(dir, "b")))
	code, _, stderr = called(t, t.Context(), args...)
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "b: the file cannot be read")
}

// TestPublishOwner: in a folder, a manifest that has the wheel says whose it is.
func TestPublishOwner(t *testing.T) {
	dir, _, args := publishable(t)
	code, _, stderr := called(t, t.Context(), args...)
	require.Zero(t, code, stderr)
	write(t, makeWheel("torch-2.9.1-cp312-cp312-linux_x86_64.whl", "changed"), dir, "dist", "torch-2.9.1-cp312-cp312-linux_x86_64.whl")
	code, _, stderr = called(t, t.Context(), "generate", "--wheels=dist", "--accelerator=cpu", "--allow-record-defects=hash_mismatch,size_mismatch", "--quiet", "--out=other.json")
	require.Zero(t, code, stderr)
	code, _, stderr = called(t, t.Context(), append([]string{"publish", "other.json", "--allow-unstamped"}, args[2:]...)...)
	assert.Equal(t, exitNo, code)
	assert.Contains(t, stderr, "put there by run 10, attempt 2")
}

func TestPublishNowhere(t *testing.T) {
	dir, _, args := publishable(t)
	write(t, nil, dir, "file")
	code, stdout, stderr := called(t, t.Context(), append(args, "--to="+filepath.Join(dir, "file", "below"))...)
	assert.Equal(t, exitEnvironment, code, stderr)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "FAILED: nothing was sent")
}

// TestPublishInterrupted: wherever it is interrupted, it can be run again.
func TestPublishInterrupted(t *testing.T) {
	_, to, args := publishable(t)
	for asked := int64(1); asked < 120; asked += 7 {
		require.NoError(t, os.RemoveAll(to))
		ctx := newCountdown(t, asked)
		code, stdout, stderr := called(t, ctx, args...)
		if ctx.left.Load() <= 0 {
			assert.Equal(t, exitInterrupted, code, stderr)
			assert.Empty(t, stdout)
		}
		code, _, stderr = called(t, t.Context(), args...)
		assert.Zero(t, code, stderr)
		noTemporaryFiles(t, to)
	}
}
