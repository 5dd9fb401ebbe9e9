package publication_test

import (
	"context"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// witness is a place that notes what it is asked, and fails where it is told to.
type witness struct {
	store.Writer
	mu     sync.Mutex
	log    []string
	broken map[string]error
	before map[string]func()
	// lists says that listings are noted too.
	lists bool
}

func (w *witness) note(what, key string) error {
	w.mu.Lock()
	w.log = append(w.log, what+" "+key)
	do, err := w.before[what+" "+key], w.broken[what+" "+key]
	delete(w.before, what+" "+key)
	w.mu.Unlock()
	if do != nil {
		do()
	}
	return err
}

func (w *witness) Head(ctx context.Context, key string) (store.Object, error) {
	if err := w.note("head", key); err != nil {
		return store.Object{}, err
	}
	return w.Writer.Head(ctx, key)
}

func (w *witness) Create(ctx context.Context, key string, c store.Content) (store.Written, error) {
	if err := w.note("create", key); err != nil {
		return store.Written{}, err
	}
	return w.Writer.Create(ctx, key, c)
}

func (w *witness) Current(ctx context.Context, key string, limit int64) ([]byte, store.Version, error) {
	if err := w.note("current", key); err != nil {
		return nil, "", err
	}
	return w.Writer.Current(ctx, key, limit)
}

func (w *witness) Replace(ctx context.Context, key string, was store.Version, c store.Content) (store.Version, error) {
	if err := w.note("replace", key); err != nil {
		return "", err
	}
	return w.Writer.Replace(ctx, key, was, c)
}

func (w *witness) List(ctx context.Context, prefix string) ([]store.Object, error) {
	if w.lists {
		if err := w.note("list", prefix); err != nil {
			return nil, err
		}
	}
	return w.Writer.List(ctx, prefix)
}

func (w *witness) Probe(ctx context.Context) error {
	if err := w.note("probe", ""); err != nil {
		return err
	}
	return w.Writer.Probe(ctx)
}

// growing is a place whose pages may not lose a wheel, not even for a moment.
type growing struct {
	store.Writer
	t testing.TB
}

var wheelName = regexp.MustCompile(`[^"/> ]+\.whl\b`)

func (g growing) Replace(ctx context.Context, key string, was store.Version, c store.Content) (store.Version, error) {
	before, _, _ := g.Current(ctx, key, 1<<20)
	now, err := g.Writer.Replace(ctx, key, was, c)
	if err == nil && strings.HasPrefix(key, "simple/") {
		// It was replaced, so that it was what was read just before.
		body, err := c.Open()
		require.NoError(g.t, err)
		after, err := io.ReadAll(body)
		require.NoError(g.t, err)
		assert.Subset(g.t, wheelName.FindAllString(string(after), -1), wheelName.FindAllString(string(before), -1), "%s lost a wheel", key)
	}
	return now, err
}

// placeAt is a folder as a place.
func placeAt(t testing.TB, dir string) *witness {
	t.Helper()
	w, err := store.Write(t.Context(), dir, store.Options{})
	require.NoError(t, err)
	return &witness{Writer: growing{w, t}, broken: map[string]error{}, before: map[string]func(){}}
}
