package store_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// faulty serves a text and breaks each connection but the last after some bytes.
type faulty struct {
	text string
	// cuts are after how many bytes of its body each response breaks off.
	cuts []int
	// later is served from the second request on, where it is not empty.
	later string
	// etag and date are sent where they are not empty; ranges says that ranges
	// are, lie what Content-Range then is.
	etag, date, lie string
	ranges, chunked bool
	asked           []http.Header
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := len(f.asked)
	f.asked = append(f.asked, r.Header.Clone())
	text, from := f.text, 0
	if n > 0 && f.later != "" {
		text = f.later
	}
	header := w.Header()
	if f.etag != "" {
		header.Set("ETag", f.etag)
	}
	if f.date != "" {
		header.Set("Last-Modified", f.date)
	}
	if asked := r.Header.Get("Range"); f.ranges && asked != "" {
		from, _ = strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(asked, "bytes="), "-"))
		header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
		if f.lie != "" {
			header.Set("Content-Range", f.lie)
		}
	}
	if !f.chunked {
		header.Set("Content-Length", strconv.Itoa(len(text)-from))
	}
	if header.Get("Content-Range") != "" {
		w.WriteHeader(http.StatusPartialContent)
	}
	if n >= len(f.cuts) {
		io.WriteString(w, text[from:])
		return
	}
	io.WriteString(w, text[from:min(from+f.cuts[n], len(text))])
	w.(http.Flusher).Flush()
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestResumes(t *testing.T) {
	whole := text(300_000)
	const date = "Mon, 24 Nov 2025 08:30:00 GMT"
	for name, c := range map[string]struct {
		server faulty
		// ranges are the Range headers that were sent.
		ranges []string
	}{
		"strong tag":      {faulty{cuts: []int{100_000, 50_000}, etag: `"a"`, ranges: true}, []string{"", "bytes=100000-", "bytes=150000-"}},
		"date":            {faulty{cuts: []int{100_000}, date: date, ranges: true}, []string{"", "bytes=100000-"}},
		"weak tag":        {faulty{cuts: []int{100_000}, etag: `W/"a"`, ranges: true}, []string{"", ""}},
		"no validator":    {faulty{cuts: []int{100_000}, ranges: true}, []string{"", ""}},
		"no ranges":       {faulty{cuts: []int{100_000, 200_000}, etag: `"a"`}, []string{"", "bytes=100000-", "bytes=200000-"}},
		"breaks again":    {faulty{cuts: []int{200_000, 100_000}, etag: `"a"`}, []string{"", "bytes=200000-", "bytes=200000-"}},
		"chunked":         {faulty{cuts: []int{100_000}, etag: `"a"`, chunked: true, ranges: true}, []string{"", "bytes=100000-"}},
		"another part":    {faulty{cuts: []int{100_000}, etag: `"a"`, ranges: true, lie: "bytes 0-299999/300000"}, []string{"", "bytes=100000-", ""}},
		"no part's place": {faulty{cuts: []int{100_000}, etag: `"a"`, ranges: true, lie: "bytes x"}, []string{"", "bytes=100000-", ""}},
		"at once":         {faulty{cuts: []int{0, 0, 0, 0}, etag: `"a"`, ranges: true}, []string{"", "", "", "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.server
			f.text = whole
			if f.lie != "" { // a server that lies about parts only
				f.cuts = append(f.cuts, 1<<30)
			}
			server := httptest.NewServer(&f)
			defer server.Close()
			data, err := ReadWith(t.Context(), server.URL+"/x", 1<<20, quick())
			require.NoError(t, err)
			assert.Equal(t, digest(whole), digest(string(data)))
			var ranges []string
			for _, h := range f.asked {
				ranges = append(ranges, h.Get("Range"))
				assert.Equal(t, "identity", h.Get("Accept-Encoding"))
				if h.Get("Range") != "" {
					assert.Equal(t, map[bool]string{true: f.date, false: f.etag}[f.etag == ""], h.Get("If-Range"))
				}
			}
			assert.Equal(t, c.ranges, ranges)
		})
	}
}

func TestChanged(t *testing.T) {
	whole := text(300_000)
	other := "x" + whole[1:]
	for name, f := range map[string]*faulty{
		"other bytes":         {cuts: []int{100_000}, later: other},
		"other bytes, tagged": {cuts: []int{100_000}, later: other, etag: `"a"`},
		"longer":              {cuts: []int{100_000}, later: whole + "x", etag: `"a"`, ranges: true},
		"shorter":             {cuts: []int{100_000}, later: whole[:99_999], chunked: true},
		"shorter, read on":    {cuts: []int{100_000}, later: whole[:299_999], etag: `"a"`, ranges: true},
	} {
		t.Run(name, func(t *testing.T) {
			f.text = whole
			server := httptest.NewServer(f)
			defer server.Close()
			_, err := ReadWith(t.Context(), server.URL+"/x", 1<<20, quick())
			harmless(t, err)
			require.ErrorIs(t, err, ErrChanged)
			assert.ErrorContains(t, err, server.URL+"/x: the file changed while it was read")
		})
	}
}

// What was read before a change is a beginning of one file, never of two mixed.
func TestYieldsNothingWrong(t *testing.T) {
	whole := text(300_000)
	f := &faulty{text: whole, later: strings.Repeat("x", len(whole)), cuts: []int{100_000}}
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/":
			w.WriteHeader(http.StatusNotFound) // a plain folder
		case r.Method == http.MethodGet:
			f.ServeHTTP(w, r)
		}
	})
	s := open(t, url)
	o, err := s.Find(t.Context(), want("x"))
	require.NoError(t, err)
	body, err := s.Read(t.Context(), o, 1<<20)
	require.NoError(t, err)
	defer body.Close()
	data, err := io.ReadAll(body)
	require.ErrorIs(t, err, ErrChanged)
	assert.Equal(t, whole[:100_000], string(data))
	_, again := body.Read(make([]byte, 1))
	assert.Equal(t, err, again)
}

func TestGivesUp(t *testing.T) {
	f := &faulty{text: text(1000), cuts: []int{10, 10, 10, 10, 10, 10, 10}, etag: `"a"`, ranges: true}
	server := httptest.NewServer(f)
	defer server.Close()
	_, err := ReadWith(t.Context(), server.URL+"/x", 1<<20, quick())
	harmless(t, err)
	assert.ErrorContains(t, err, "broke off after 50 bytes, 5 times: unexpected EOF")
	assert.Len(t, f.asked, Attempts)
}

func TestProgressMakesTriesNew(t *testing.T) {
	whole := text(10 << 20)
	f := &faulty{text: whole, cuts: []int{1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20}, etag: `"a"`, ranges: true}
	server := httptest.NewServer(f)
	defer server.Close()
	data, err := ReadWith(t.Context(), server.URL+"/x", 1<<30, quick())
	require.NoError(t, err)
	assert.True(t, whole == string(data))
	assert.Len(t, f.asked, len(f.cuts)+1)
}
