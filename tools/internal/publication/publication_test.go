package publication_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

type closing struct{ *bytes.Reader }

func (closing) Close() error { return nil }

// job is a publication of two wheels and what a document says of them.
func job(t testing.TB, place *witness, run, text string) Publication {
	t.Helper()
	m := sample(run, text)
	open := func(a *document.Artifact) func() (io.ReadSeekCloser, error) {
		return func() (io.ReadSeekCloser, error) { return closing{bytes.NewReader([]byte(a.RelativePath + text))}, nil }
	}
	plan, findings := keys(t, "latest.json").Plan(m, []byte("the manifest of run "+run+" of "+text), open, true)
	require.Empty(t, findings)
	return Publication{Wheels: place, Manifests: place, Plan: plan, Each: inOrder}
}

func keys(t testing.TB, pointers ...string) Keys {
	t.Helper()
	parse := func(text string) key.Template {
		template, err := key.Parse(text)
		require.NoError(t, err)
		return template
	}
	k := Keys{Wheel: parse(WheelKey), Manifest: parse(ManifestKey)}
	for _, p := range pointers {
		k.Pointers = append(k.Pointers, parse(p))
	}
	return k
}

// inOrder does one after the other.
func inOrder(ctx context.Context, n int, do func(int)) error {
	for i := range n {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		do(i)
	}
	return nil
}

const (
	apex     = "apex/apex-1-py3-none-any.whl"
	torch    = "torch/torch-2-py3-none-any.whl"
	manifest = "9-any/manifests/pytorch/1/any-main.json"
)

func codes(findings []finding.Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, f.Code)
	}
	return list
}

// TestOrder: nothing is sent before all is looked at and the place has proved
// itself, no manifest before its wheels, no pointer before its manifest.
func TestOrder(t *testing.T) {
	place := placeAt(t, t.TempDir())
	result, err := job(t, place, "9", "a").Run(t.Context())
	require.NoError(t, err)
	require.Empty(t, result.Findings)
	assert.Equal(t, []string{
		"head " + apex, "head " + torch, "head " + manifest, "current latest.json", "probe ",
		"create " + apex, "create " + torch, "head " + apex, "head " + torch,
		"create " + manifest, "head " + manifest,
		"current latest.json", "replace latest.json", "current latest.json",
	}, place.log)
	assert.Equal(t, map[Status]int{Sent: 4}, result.Receipt.Counts())

	place.log = nil
	result, err = job(t, place, "9", "a").Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[Status]int{Already: 4}, result.Receipt.Counts())
	assert.NotContains(t, strings.Join(place.log, "\n"), "create")
	assert.NotContains(t, place.log, "probe ", "nothing is written at all")
}

func TestLookWritesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nothing")
	result, err := job(t, placeAt(t, dir), "9", "a").Look(t.Context())
	require.NoError(t, err)
	require.Empty(t, result.Findings)
	assert.Equal(t, map[Status]int{Would: 4}, result.Receipt.Counts())
	assert.NoDirExists(t, dir)
}

// TestBreaksOff: at whatever fails, nothing that comes after it is begun, and the
// next publication ends what this one began.
func TestBreaksOff(t *testing.T) {
	broken := errors.New("broken")
	for at, test := range map[string]struct {
		err        error
		code       string
		incomplete bool
		last       string
	}{
		"head " + apex:        {broken, Failed, true, "current latest.json"},
		"current latest.json": {broken, Failed, true, "current latest.json"},
		"probe ":              {broken, Failed, true, "probe "},
		"create " + apex:      {broken, Failed, true, "create " + apex},
		"create " + torch:     {store.ErrSource, FileChanged, false, "create " + torch},
		"create " + manifest:  {broken, Failed, true, "create " + manifest},
		"replace latest.json": {broken, Failed, true, "replace latest.json"},
		"head " + manifest:    {fs.ErrClosed, Failed, true, "current latest.json"},
	} {
		t.Run(at, func(t *testing.T) {
			place := placeAt(t, t.TempDir())
			place.broken[at] = test.err
			result, err := job(t, place, "9", "a").Run(t.Context())
			require.NoError(t, err)
			assert.Equal(t, []string{test.code}, codes(result.Findings))
			assert.Equal(t, test.incomplete, result.Incomplete)
			assert.Equal(t, test.last, place.log[len(place.log)-1])
			clear(place.broken)
			result, err = job(t, place, "9", "a").Run(t.Context())
			require.NoError(t, err)
			assert.Empty(t, result.Findings)
		})
	}
}

// TestNoListing: who may not list a bucket hears 403 of what is not there.
func TestNoListing(t *testing.T) {
	place := placeAt(t, t.TempDir())
	place.broken["head "+apex] = fs.ErrPermission
	place.before["create "+apex] = func() { delete(place.broken, "head "+apex) }
	result, err := job(t, place, "9", "a").Run(t.Context())
	require.NoError(t, err)
	assert.Empty(t, result.Findings)
}

func TestOtherBytes(t *testing.T) {
	dir := t.TempDir()
	place := placeAt(t, dir)
	_, err := job(t, place, "7", "another").Run(t.Context())
	require.NoError(t, err)
	place.log = nil
	result, err := job(t, place, "9", "a").Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{OtherBytes, OtherBytes}, codes(result.Findings), "both, and not the first alone")
	assert.False(t, result.Incomplete)
	for _, f := range result.Findings {
		assert.Len(t, f.Got, 64)
		assert.Len(t, f.Want, 64)
		assert.Contains(t, f.Message, "new build tag")
	}
	assert.NotContains(t, strings.Join(place.log, "\n"), "create")

	t.Run("between looking and sending", func(t *testing.T) {
		place := placeAt(t, t.TempDir())
		place.before["create "+apex] = func() {
			_, err := place.Writer.Create(t.Context(), apex, store.Bytes([]byte("other")))
			require.NoError(t, err)
		}
		result, err := job(t, place, "9", "a").Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []string{OtherBytes}, codes(result.Findings))
		assert.Equal(t, "create "+apex, place.log[len(place.log)-1], "nothing further is sent")
	})
}

func TestManifestOnly(t *testing.T) {
	place := placeAt(t, t.TempDir())
	p := job(t, place, "9", "a")
	p.ManifestOnly = true
	result, err := p.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{NotThere, NotThere}, codes(result.Findings))
	assert.NotContains(t, strings.Join(place.log, "\n"), "create")
	_, err = job(t, place, "9", "a").Run(t.Context())
	require.NoError(t, err)
	result, err = p.Run(t.Context())
	require.NoError(t, err)
	assert.Empty(t, result.Findings)
}

func TestReadBack(t *testing.T) {
	dir := t.TempDir()
	place := placeAt(t, dir)
	place.before["create "+torch] = func() { // after the other was sent
		require.NoError(t, os.Remove(filepath.Join(dir, filepath.FromSlash(apex))))
	}
	result, err := job(t, place, "9", "a").Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{NotThere}, codes(result.Findings))
	assert.NoFileExists(t, filepath.Join(dir, filepath.FromSlash(manifest)))
}

// TestPointerRace: whoever else moves the pointer meanwhile, it ends at the newest
// run.
func TestPointerRace(t *testing.T) {
	for run, status := range map[string]Status{"8": Sent, "10": Newer} {
		place := placeAt(t, t.TempDir())
		place.before["replace latest.json"] = func() {
			other := placeAt(t, place.Name())
			p := job(t, other, run, "a")
			p.Plan.Wheels = nil
			result, err := p.Run(t.Context())
			require.NoError(t, err)
			require.Empty(t, result.Findings)
		}
		result, err := job(t, place, "9", "a").Run(t.Context())
		require.NoError(t, err)
		require.Empty(t, result.Findings)
		assert.Equal(t, status, result.Receipt.Pointers[0].Status, run)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	place := placeAt(t, t.TempDir())
	place.before["create "+apex] = cancel
	_, err := job(t, place, "9", "a").Run(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, "create "+apex, place.log[len(place.log)-1])
}
