package verification_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

// strange is a place that answers other than the one behind it.
type strange struct {
	store.Store
	find   func(store.Object, error) (store.Object, error)
	read   func() (io.Reader, error)
	wheels func([]store.Object) ([]store.Object, error)
}

func (s strange) Find(ctx context.Context, w store.Wanted) (store.Object, error) {
	o, err := s.Store.Find(ctx, w)
	if s.find != nil && strings.HasPrefix(w.Key, "torch") {
		return s.find(o, err)
	}
	return o, err
}

func (s strange) Read(ctx context.Context, o store.Object, limit int64) (io.ReadCloser, error) {
	if s.read == nil || o.Key != torch {
		return s.Store.Read(ctx, o, limit)
	}
	r, err := s.read()
	return io.NopCloser(r), err
}

func (s strange) Wheels(ctx context.Context, projects []string) ([]store.Object, error) {
	list, err := s.Store.Wheels(ctx, projects)
	if s.wheels != nil {
		return s.wheels(list)
	}
	return list, err
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestStrangePlaces(t *testing.T) {
	for name, test := range map[string]struct {
		place      strange
		code       string
		incomplete bool
	}{
		"no answer":            {strange{find: func(o store.Object, _ error) (store.Object, error) { return o, errBroken }}, ArtifactUnreadable, true},
		"no body":              {strange{read: func() (io.Reader, error) { return nil, errBroken }}, ArtifactUnreadable, true},
		"a cut body":           {strange{read: func() (io.Reader, error) { return iotest.ErrReader(errBroken), nil }}, ArtifactUnreadable, true},
		"gone when it is read": {strange{read: func() (io.Reader, error) { return nil, fmt.Errorf("x: %w", fs.ErrNotExist) }}, ArtifactMissing, false},
		"no end":               {strange{read: func() (io.Reader, error) { return zeros{}, nil }}, ArtifactSizeDiffers, false},
		"another size told": {strange{find: func(o store.Object, err error) (store.Object, error) { o.Size = 7; return o, err }},
			ArtifactSizeDiffers, false},
		"another digest claimed": {strange{find: func(o store.Object, err error) (store.Object, error) {
			o.SHA256 = strings.Repeat("0", 64)
			return o, err
		}},
			IndexDigestDiffers, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir, m := pair(t)
			v := of(t, m, dir)
			test.place.Store = v.Store
			v.Store = test.place
			for _, deep := range []bool{false, true} {
				v.Contents = deep
				result := run(t, v)
				require.Equal(t, []string{test.code}, codes(result.Findings, finding.Error))
				assert.Equal(t, torch, result.Findings[0].Artifact)
				assert.Equal(t, test.incomplete, result.Incomplete)
				assert.Equal(t, 1, result.Counts.Verified)
				assert.Zero(t, result.Counts.Unlisted)
			}
		})
	}
}

// TestIndexWithTheRightDigest: a claim never passes a wheel.
func TestIndexWithTheRightDigest(t *testing.T) {
	dir, m := pair(t)
	on(func(b []byte) []byte { b[0]++; return b })(t, dir)
	v := of(t, m, dir)
	v.Store = strange{Store: v.Store, find: func(o store.Object, err error) (store.Object, error) {
		o.Size, o.SHA256 = -1, m.Artifacts[index(m, torch)].SHA256
		return o, err
	}}
	assert.Equal(t, []string{ArtifactDigestDiffers}, codes(run(t, v).Findings, finding.Error))
}

func TestLists(t *testing.T) {
	for name, test := range map[string]struct {
		wheels     func([]store.Object) ([]store.Object, error)
		codes      []string
		unlisted   int
		incomplete bool
	}{
		"none": {func([]store.Object) ([]store.Object, error) { return nil, store.ErrNoList }, []string{UnlistedUnknown}, 0, true},
		"cut": {func(list []store.Object) ([]store.Object, error) {
			return append(list, store.Object{Key: "a.whl"}), errBroken
		}, []string{UnlistedWheel, UnlistedUnknown}, 1, true},
		"twice": {func(list []store.Object) ([]store.Object, error) {
			return append(list, store.Object{Key: "a.whl"}, store.Object{Key: "a.whl"}), nil
		}, []string{UnlistedWheel}, 1, false},
		"endless": {func(list []store.Object) ([]store.Object, error) {
			for i := range 2000 {
				list = append(list, store.Object{Key: fmt.Sprint(i)})
			}
			return list, nil
		}, slicesOf(UnlistedWheel, 1001), 2000, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir, m := pair(t)
			v := of(t, m, dir)
			v.Store = strange{Store: v.Store, wheels: test.wheels}
			result := run(t, v)
			assert.Equal(t, test.codes, codes(result.Findings, finding.Warning))
			assert.Equal(t, test.unlisted, result.Counts.Unlisted)
			assert.False(t, result.Incomplete)
			v.FailOnUnlisted = true
			result = run(t, v)
			assert.Equal(t, test.codes, codes(result.Findings, finding.Error))
			assert.Equal(t, test.incomplete, result.Incomplete)
		})
	}
}

func slicesOf(code string, n int) []string {
	return strings.Split(strings.TrimSuffix(strings.Repeat(code+" ", n), " "), " ")
}

func TestKeys(t *testing.T) {
	for template, want := range map[string][]string{
		"{relative_path}":       {},
		"{name}/{filename}":     {},
		"{project}/{filename}":  {WheelKeyInvalid, WheelKeyInvalid},
		"{platform}/wheel.whl":  {WheelKeyTwice},
		"{run_id}/{filename}":   {ArtifactMissing, ArtifactMissing},
		"{platform}/{filename}": {ArtifactMissing, ArtifactMissing},
	} {
		t.Run(template, func(t *testing.T) {
			dir, m := pair(t)
			many := "multiple"
			m.Project = &many
			for _, name := range []string{torch, vision} {
				data, err := os.ReadFile(dir + "/" + name)
				require.NoError(t, err)
				base := name[strings.LastIndexByte(name, '/')+1:]
				project, _, _ := strings.Cut(base, "-")
				put(t, data, dir, project, base)
				if base == torch { // the first of the two by path is vision
					continue
				}
				put(t, data, dir, m.Platform, "wheel.whl")
			}
			v := of(t, m, dir)
			var err error
			v.WheelKey, err = key.Parse(template)
			require.NoError(t, err)
			result := run(t, v)
			assert.Equal(t, want, codes(result.Findings, finding.Error), "%v", result.Findings)
		})
	}
}
