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

// indexable is the place to which the case publish is published, and the command
// line that publishes its index.
func indexable(t *testing.T) (to string, args []string) {
	t.Helper()
	_, to, publish := publishable(t)
	code, _, stderr := called(t, t.Context(), publish...)
	require.Zero(t, code, stderr)
	return to, []string{"index", "--to=" + to, "--wheels=dist", "--format=json"}
}

// TestIndexToIsIndexOut: the pages are those that are written to a folder, but for
// what is remembered.
func TestIndexToIsIndexOut(t *testing.T) {
	to, args := indexable(t)
	yank := "--yank=torch==2.9.1=slow"
	code, stdout, stderr := called(t, t.Context(), append(args, "m.json", yank)...)
	require.Zero(t, code, stderr)
	var r indexReceipt
	require.NoError(t, json.Unmarshal([]byte(stdout), &r))
	assert.Equal(t, map[publication.Status]int{publication.Sent: 10}, r.Counts())
	assert.Equal(t, to+"/simple/", r.IndexURL)
	code, _, stderr = called(t, t.Context(), "index", "m.json", "--wheels=dist", "--out=idx", "--wheel-key="+publication.WheelKey, yank)
	require.Zero(t, code, stderr)
	want := filesOf(t, filepath.Join(os.Getenv("BUILD_WORKING_DIRECTORY"), "idx"))
	assert.Len(t, want, 10)
	got := filesOf(t, to)
	for name, text := range want {
		assert.Equal(t, text, got[name], name)
	}
	for _, o := range append(r.Metadata, r.Pages...) {
		assert.Len(t, want[o.Key], int(o.Size))
	}
	assert.Len(t, got, 10+3, "two wheels and the manifest")

	// Somebody without wheels and yanks changes nothing; the yank can be taken back.
	code, stdout, stderr = called(t, t.Context(), "index", "--to="+to, "--format=json")
	require.Zero(t, code, stderr)
	require.NoError(t, json.Unmarshal([]byte(stdout), &r))
	assert.Equal(t, map[publication.Status]int{publication.Already: 10}, r.Counts())
	code, _, stderr = called(t, t.Context(), "index", "--to="+to, "--unyank=torch==2.9.1")
	require.Zero(t, code, stderr)
	assert.NotContains(t, strings.Join([]string{filesOf(t, to)["simple/torch/index.html"], filesOf(t, to)["simple/torch/index.json"]}, ""), "slow")
}

// TestIndexToInterrupted: wherever it is interrupted, it can be run again.
func TestIndexToInterrupted(t *testing.T) {
	to, args := indexable(t)
	code, _, stderr := called(t, t.Context(), args...)
	require.Zero(t, code, stderr)
	want := filesOf(t, to)
	interrupted := 0
	for asked := int64(1); asked < 400; asked += 13 {
		for name := range want {
			if !strings.HasSuffix(name, ".whl") && !strings.HasPrefix(name, "10-") {
				require.NoError(t, ignoreMissing(os.Remove(filepath.Join(to, filepath.FromSlash(name)))))
			}
		}
		ctx := newCountdown(t, asked)
		if code, stdout, stderr := called(t, ctx, args...); ctx.left.Load() <= 0 {
			interrupted++
			assert.Equal(t, exitInterrupted, code, stderr)
			assert.Empty(t, stdout)
		}
		code, _, stderr := called(t, t.Context(), args...)
		assert.Zero(t, code, stderr)
		assert.Equal(t, want, filesOf(t, to), asked)
	}
	assert.Greater(t, interrupted, 5)
}

// TestIndexToNowhere: a place that fails is exit code 3, and so is a folder of
// wheels that cannot be read.
func TestIndexToNowhere(t *testing.T) {
	to, args := indexable(t)
	code, _, stderr := called(t, t.Context(), "index", "--to="+to, "--wheels=none", "--format=text")
	assert.Equal(t, exitEnvironment, code, stderr)
	assert.Contains(t, stderr, "none: the file cannot be read")
	assert.Contains(t, stderr, "FAILED: nothing was sent")
	write(t, nil, to, "file")
	code, _, stderr = called(t, t.Context(), "index", "--to="+to+"/file", "--format=text")
	assert.Equal(t, exitEnvironment, code, stderr)
	assert.Contains(t, stderr, "[publication_failed]")
	code, _, stderr = called(t, t.Context(), append(args, "missing.json")...)
	assert.Equal(t, exitEnvironment, code, stderr)
	assert.Contains(t, stderr, "missing.json")
}
