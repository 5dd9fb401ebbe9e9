package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// fixed is a date of files.
var fixed = time.Date(2025, 11, 24, 8, 30, 0, 0, time.UTC)

// log is what a server was asked, one request a line: method and URI.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

func (l *log) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// serve starts a server for the test and notes what it is asked.
func serve(t testing.TB, h http.HandlerFunc) (url string, asked *log) {
	asked = &log{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.add(r.Method + " " + r.URL.RequestURI())
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

// quick are options without pauses.
func quick() Options { return Options{}.WithoutPauses(func(time.Duration) {}) }

func open(t testing.TB, place string) Store {
	s, err := Open(t.Context(), place, quick())
	require.NoError(t, err)
	return s
}

// want is what is looked for under a key.
func want(key string) Wanted { return Wanted{Key: key, Project: "torch"} }

// content reads a whole object.
func content(ctx context.Context, s Store, o Object, limit int64) (string, error) {
	body, err := s.Read(ctx, o, limit)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(body)
	if closed := body.Close(); err == nil {
		err = closed
	}
	return string(data), err
}

// found is the content of what is found under a key.
func found(t testing.TB, s Store, key string) string {
	o, err := s.Find(t.Context(), want(key))
	require.NoError(t, err)
	text, err := content(t.Context(), s, o, 1<<30)
	require.NoError(t, err)
	return text
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// harmless holds an error against what every error of a store promises.
func harmless(t testing.TB, err error, secrets ...string) {
	require.Error(t, err)
	for _, secret := range append(secrets, "\n", "\x1b", "\u202e") {
		assert.NotContains(t, err.Error(), secret)
	}
}

// text is a body of some length that repeats nowhere.
func text(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(digest(b.String()[max(0, b.Len()-64):]))
	}
	return b.String()[:n]
}

func page(w http.ResponseWriter, mediaType, text string) {
	w.Header().Set("Content-Type", mediaType)
	io.WriteString(w, text)
}
