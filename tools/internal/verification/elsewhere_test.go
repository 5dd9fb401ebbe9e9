package verification_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

// TestElsewhere: what is missing says where it was looked for, and where it may
// be instead.
func TestElsewhere(t *testing.T) {
	const renamed = "torch-2.9.2-cp312-cp312-linux_x86_64.whl"
	for name, test := range map[string]struct {
		change func(t *testing.T, dir string)
		more   string
	}{
		"removed":       {func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, torch))) }, ""},
		"moved":         {moved("x/" + torch), "; x/" + torch + " has its name (--wheel-key?)"},
		"renamed":       {moved(renamed), "; " + renamed + " has its bytes"},
		"renamed, odd":  {moved("\u202ea.whl"), `; \u202ea.whl has its bytes`},
		"other content": {func(t *testing.T, dir string) { moved(renamed)(t, dir); put(t, otherModule(), dir, renamed) }, ""},
		"of one size": {func(t *testing.T, dir string) {
			moved(renamed)(t, dir)
			data, err := os.ReadFile(filepath.Join(dir, renamed))
			require.NoError(t, err)
			for i := range 20 { // no more than some are read
				data[0]++
				put(t, data, dir, fmt.Sprintf("%02d.whl", i))
			}
		}, ""},
		"moved and copied": {func(t *testing.T, dir string) {
			moved("x/"+torch)(t, dir)
			put(t, otherModule(), dir, "a", torch)
		}, "; a/" + torch + " has its name (--wheel-key?)"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, m := pair(t)
			test.change(t, dir)
			v := of(t, m, dir)
			result := run(t, v)
			require.Equal(t, gone, codes(result.Findings, finding.Error))
			f := result.Findings[0]
			assert.Equal(t, "the wheel is not there: "+dir+": "+torch+": nothing is there"+test.more, f.Message)
			assert.Equal(t, torch, f.Want)
		})
	}
}

// TestElsewhereByClaim: a place that is not of this machine is taken at its word,
// and nothing of it is read.
func TestElsewhereByClaim(t *testing.T) {
	dir, m := pair(t)
	a := m.Artifacts[index(m, torch)]
	require.NoError(t, os.Remove(filepath.Join(dir, torch)))
	v := of(t, m, dir)
	v.Store = strange{Store: v.Store, wheels: func(list []store.Object) ([]store.Object, error) {
		return append(list, store.Object{Key: "a.whl", Size: a.SizeBytes}, store.Object{Key: "b.whl", Size: -1, SHA256: a.SHA256}), nil
	}}
	result := run(t, v)
	require.Equal(t, gone, codes(result.Findings, finding.Error))
	assert.Contains(t, result.Findings[0].Message, "; b.whl has its bytes")
	assert.Equal(t, 2, result.Counts.Unlisted)
}

// TestNoPlace: where not even the place is there, the wheels are not what is
// missing.
func TestNoPlace(t *testing.T) {
	noPlace := func([]store.Object) ([]store.Object, error) { return nil, fmt.Errorf("there: %w", store.ErrNoPlace) }
	for name, test := range map[string]struct {
		removed    []string
		want       []string
		counts     Counts
		incomplete bool
	}{
		"nothing": {[]string{torch, vision}, []string{PlaceUnreadable}, Counts{Artifacts: 2, Unreadable: 2}, true},
		"a wheel": {[]string{torch}, gone, Counts{Artifacts: 2, Missing: 1, Verified: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir, m := pair(t)
			for _, path := range test.removed {
				require.NoError(t, os.Remove(filepath.Join(dir, filepath.FromSlash(path))))
			}
			v := of(t, m, dir)
			v.Store = strange{Store: v.Store, wheels: noPlace}
			result := run(t, v)
			assert.Equal(t, test.want, codes(result.Findings, finding.Error))
			assert.Equal(t, test.incomplete, result.Incomplete)
			test.counts.Bytes = result.Counts.Bytes
			assert.Equal(t, test.counts, result.Counts)
			if test.incomplete {
				assert.Len(t, result.Findings, 1)
				assert.Equal(t, "nothing of the place can be found: there: "+store.ErrNoPlace.Error(), result.Findings[0].Message)
				assert.Equal(t, v.Store.Name(), result.Findings[0].Artifact)
			}
		})
	}
}

// TestOneKeyForEqualWheels: a wheel that the manifest has under two paths may lie
// at one key.
func TestOneKeyForEqualWheels(t *testing.T) {
	dir, m := pair(t)
	twin := m.Artifacts[index(m, torch)]
	twin.RelativePath = "gfx/" + torch
	m.Artifacts = sorted(append(m.Artifacts, twin))
	v := of(t, m, dir)
	for _, path := range []string{torch, vision} {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		require.NoError(t, err)
		put(t, data, dir, filepath.Base(path))
	}
	var err error
	v.WheelKey, err = key.Parse("{filename}")
	require.NoError(t, err)
	result := run(t, v)
	assert.Empty(t, codes(result.Findings, finding.Error))
	assert.Equal(t, 3, result.Counts.Verified)
	m.Artifacts[0].SizeBytes++
	assert.Equal(t, []string{ArtifactSizeDiffers, WheelKeyTwice}, codes(run(t, v).Findings, finding.Error))
}
