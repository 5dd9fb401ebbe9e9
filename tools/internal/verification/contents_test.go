package verification_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

// remote is a place whose wheels are no files of this machine.
type remote struct{ store.Store }

// temporary makes a folder the one for temporary files, which must be empty
// when the test is over.
func temporary(t *testing.T) (dir string) {
	dir = t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	t.Cleanup(func() { assert.Empty(t, left(t, dir)) })
	return dir
}

func left(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	inside, err := os.ReadDir(dir)
	require.NoError(t, err)
	return inside
}

func TestComparedInPart(t *testing.T) {
	for name, test := range map[string]struct {
		edit     func(c *document.Contents) *document.Contents
		part     string
		differs  []string
		verified int
	}{
		"the same reader": {func(c *document.Contents) *document.Contents { return c }, "", nil, 2},
		"no contents":     {func(*document.Contents) *document.Contents { return nil }, "/contents", nil, 2},
		"an older reader": {func(c *document.Contents) *document.Contents {
			c.Reader = contents.Reader + 1
			c.DeviceCode.ROCm, c.Module = []string{"gfx942"}, &document.Module{Path: "torch/version.py"}
			return c
		}, "/contents/reader", nil, 2},
		"an older reader, other members": {func(c *document.Contents) *document.Contents {
			c.Reader, c.Members, c.Record = contents.Reader+1, 7, "defective"
			return c
		}, "/contents/reader", []string{"/contents/members", "/contents/record"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir, m := pair(t)
			a := &m.Artifacts[index(m, torch)]
			a.Contents = test.edit(a.Contents)
			v := of(t, m, dir)
			v.Contents = true
			result := run(t, v)
			var differs []string
			part := ""
			for _, f := range result.Findings {
				assert.Equal(t, torch, f.Artifact)
				if f.Code == ContentsComparedPart {
					part = f.Field
					assert.Equal(t, finding.Warning, f.Severity)
					continue
				}
				assert.Equal(t, ContentsDiffer, f.Code)
				differs = append(differs, f.Field)
			}
			assert.Equal(t, test.part, part)
			assert.Equal(t, test.differs, differs)
			assert.Equal(t, test.verified, result.Counts.Verified)
			assert.Equal(t, part != "", result.Counts.ComparedInPart == 1)
		})
	}
}

// TestFaultsOfAWheel: a manifest that another program wrote may name a wheel
// that this one would have refused.
func TestFaultsOfAWheel(t *testing.T) {
	dir, m := pair(t)
	archive := ziptest.Wheel("torch", "2.9.1", "cp312-cp312-linux_x86_64")
	archive.After = []byte("more")
	put(t, archive.Bytes(), dir, "other", torch)
	a := &m.Artifacts[index(m, torch)]
	a.SizeBytes, a.SHA256 = digestOf(t, dir, "other", torch)
	require.NoError(t, os.Rename(filepath.Join(dir, "other", torch), filepath.Join(dir, torch)))
	v := of(t, m, dir)
	assert.Empty(t, run(t, v).Findings)
	v.Contents = true
	result := run(t, v)
	assert.Equal(t, []string{"bytes_after_end"}, codes(result.Findings, finding.Error))
	assert.Equal(t, torch, result.Findings[0].Artifact)
	assert.Equal(t, 1, result.Counts.Differing)
}

// TestManyDifferingFields: what is listed of one wheel is bounded, in number and
// in size.
func TestManyDifferingFields(t *testing.T) {
	dir := t.TempDir()
	archive := ziptest.Wheel("torch", "2.9.1", "cp312-cp312-linux_x86_64")
	for i := range 30 {
		archive.Members = slices.Insert(archive.Members, 1, ziptest.Member{Name: fmt.Sprintf("torch/m%d.py", i), Data: []byte("x")})
	}
	archive.Record()
	for i := range 30 {
		archive.Members[i+1].Data = []byte("y")
	}
	put(t, archive.Bytes(), dir, torch)
	m := manifestOf(t, dir)
	require.Len(t, m.Artifacts[0].Contents.Defects, 30)
	v := of(t, m, dir)
	v.Contents = true
	assert.Empty(t, run(t, v).Findings)
	for i := range m.Artifacts[0].Contents.Defects {
		other := strings.Repeat("z", 5000)
		m.Artifacts[0].Contents.Defects[i].Want = &other
	}
	result := run(t, v)
	require.Len(t, result.Findings, 21)
	assert.Equal(t, "/contents/defects/0/want", result.Findings[0].Field)
	assert.Len(t, result.Findings[0].Want, 1024+len("..."))
	assert.Equal(t, "10 further fields of the wheel differ", result.Findings[20].Message)
}

func TestCopiesOfARemotePlace(t *testing.T) {
	tmp := temporary(t)
	dir, m := pair(t)
	on(func(b []byte) []byte { b[0]++; return b })(t, dir)
	v := of(t, m, dir)
	v.Store, v.Contents = remote{v.Store}, true
	m.Artifacts[index(m, vision)].Metadata.RequiresDist = []string{"x"}
	assert.Equal(t, []string{ContentsDiffer, ArtifactDigestDiffers}, codes(run(t, v).Findings, finding.Error))
	assert.Empty(t, left(t, tmp))

	t.Setenv("TMPDIR", filepath.Join(tmp, "gone"))
	result := run(t, v)
	assert.Equal(t, []string{ArtifactUnreadable, ArtifactUnreadable}, codes(result.Findings, finding.Error))
	assert.True(t, result.Incomplete)
	v.Store = folder(t, dir) // needs no copies
	assert.Equal(t, []string{ContentsDiffer, ArtifactDigestDiffers}, codes(run(t, v).Findings, finding.Error))
}

// TestLargeWheel: one that is hashed beside reading.
func TestLargeWheel(t *testing.T) {
	temporary(t)
	dir := t.TempDir()
	archive := ziptest.Wheel("torch", "2.9.1", "cp312-cp312-linux_x86_64")
	archive.Members = slices.Insert(archive.Members, 0, ziptest.Member{Name: "torch/lib/data.bin", Data: bytes.Repeat([]byte("0123456789abcdef"), 1<<17)})
	archive.Record()
	put(t, archive.Bytes(), dir, torch)
	v := of(t, manifestOf(t, dir), dir)
	for _, place := range []store.Store{v.Store, remote{v.Store}} {
		v.Store = place
		for _, v.Contents = range []bool{false, true} {
			assert.Empty(t, run(t, v).Findings)
		}
	}
	on(func(b []byte) []byte { b[1<<20]++; return b })(t, dir)
	assert.Equal(t, []string{ArtifactDigestDiffers}, codes(run(t, v).Findings, finding.Error))
	on(func(b []byte) []byte { return b[:1<<20] })(t, dir)
	assert.Equal(t, []string{ArtifactSizeDiffers}, codes(run(t, v).Findings, finding.Error))
}

// countdown is a context that ends when it has been asked a number of times
// whether it has.
type countdown struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) == 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// TestInterrupted: at whatever moment, there is no result and no file is left.
func TestInterrupted(t *testing.T) {
	tmp := temporary(t)
	dir, m := pair(t)
	v := of(t, m, dir)
	v.Store, v.Contents = remote{v.Store}, true
	done := false
	for asked := int64(1); !done && asked < 10_000; asked++ {
		ctx, cancel := context.WithCancel(t.Context())
		c := &countdown{Context: ctx, cancel: cancel}
		c.left.Store(asked)
		result, err := v.Run(c)
		if done = c.left.Load() > 0; !done {
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, result.Findings)
		}
		require.Empty(t, left(t, tmp))
		cancel()
	}
	assert.True(t, done)
}

func TestProgress(t *testing.T) {
	dir, m := pair(t)
	require.NoError(t, os.Remove(filepath.Join(dir, torch)))
	for _, deep := range []bool{false, true} {
		var last, whole int64
		v := of(t, m, dir)
		v.Contents = deep
		v.Progress = func(done, all int64) {
			assert.Greater(t, done, last)
			last, whole = done, all
		}
		run(t, v)
		assert.Equal(t, whole, last)
		assert.Equal(t, whole, map[bool]int64{false: 1, true: 2}[deep]*(m.Artifacts[0].SizeBytes+m.Artifacts[1].SizeBytes))
	}
}
