package store_test

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

const (
	simpleJSON = "application/vnd.pypi.simple.v1+json"
	indexMeta  = `<meta name="pypi:repository-version" content="1.0">`
)

// site serves texts by path; those that end in `/` and in .html are HTML, those
// that begin with { an index's JSON, others files.
func site(t testing.TB, pages map[string]string) (string, *log) {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		text, ok := pages[r.URL.Path]
		switch {
		case !ok:
			http.NotFound(w, r)
		case text == "forbidden":
			w.WriteHeader(http.StatusForbidden)
		case strings.HasPrefix(text, "{"):
			page(w, simpleJSON, text)
		case strings.HasSuffix(r.URL.Path, "/"), strings.HasSuffix(r.URL.Path, ".html"):
			page(w, "text/html", text)
		default:
			w.Header().Set("Content-Type", "application/octet-stream")
			http.ServeContent(w, r, "", fixed, strings.NewReader(text))
		}
	})
}

// link is a link as HTML, json a file as PEP 691 has it.
func link(href string) string { return `<a href="` + href + `">x</a>` }

func files(list ...string) string {
	return `{"meta":{"api-version":"1.1"},"files":[` + strings.Join(list, ",") + `]}`
}

func file(name, url, sha256 string, size int) string {
	return fmt.Sprintf(`{"filename":%q,"url":%q,"hashes":{"sha256":%q},"size":%d}`, name, url, sha256, size)
}

// TestWhatIsThere is the rule by which a place is read: what is found under a
// key with a folder in it, and what was asked for.
func TestWhatIsThere(t *testing.T) {
	const name, k = "torch-1.whl", "gfx/torch-1.whl"
	sum := digest("W")
	for title, c := range map[string]struct {
		pages  map[string]string
		want   string // the content, or "-" where nothing is there
		object Object // without where it is
		asked  []string
		wheels string // file names, or "-" where the place cannot tell
	}{
		"plain": {map[string]string{"/d/gfx/torch-1.whl": "W"}, "W", Object{Key: k, Size: 1},
			[]string{"GET /d/", "HEAD /d/gfx/torch-1.whl", "GET /d/gfx/torch-1.whl"}, "-"},
		"plain, empty": {map[string]string{}, "-", Object{}, []string{"GET /d/", "HEAD /d/gfx/torch-1.whl"}, "-"},
		"closed folder": {map[string]string{"/d/": "forbidden", "/d/gfx/torch-1.whl": "W"}, "W", Object{Key: k, Size: 1},
			[]string{"GET /d/", "HEAD /d/gfx/torch-1.whl", "GET /d/gfx/torch-1.whl"}, "-"},
		"listing": {map[string]string{"/d/": link("torch-1.whl") + link("other.whl"), "/d/torch-1.whl": "W"}, "-", Object{},
			[]string{"GET /d/", "HEAD /d/gfx/torch-1.whl"}, "torch-1.whl other.whl"},
		"listing, key first": {map[string]string{"/d/": link("torch-1.whl"), "/d/torch-1.whl": "no", "/d/gfx/torch-1.whl": "W"}, "W", Object{Key: k, Size: 1},
			[]string{"GET /d/", "HEAD /d/gfx/torch-1.whl", "GET /d/gfx/torch-1.whl"}, "torch-1.whl"},
		"listing without it": {map[string]string{"/d/": link("other.whl"), "/d/gfx/torch-1.whl": "W"}, "W", Object{Key: k, Size: 1},
			[]string{"GET /d/", "HEAD /d/gfx/torch-1.whl", "GET /d/gfx/torch-1.whl"}, "other.whl"},
		"listing of folders": {map[string]string{"/d/": link("gfx/") + link("note.txt"), "/d/gfx/torch-1.whl": "W"}, "W", Object{Key: k, Size: 1},
			[]string{"GET /d/", "GET /d/torch/", "HEAD /d/gfx/torch-1.whl", "GET /d/gfx/torch-1.whl"}, "-"},
		"page of a project": {map[string]string{"/d/": link("/f/torch-1.whl#sha256=" + sum), "/f/torch-1.whl": "W"}, "W", Object{Key: name, Size: -1, SHA256: sum},
			[]string{"GET /d/", "GET /f/torch-1.whl"}, "torch-1.whl"},
		"page of an index": {map[string]string{"/d/": indexMeta + link("/f/torch-1.whl"), "/f/torch-1.whl": "W", "/d/gfx/torch-1.whl": "no"}, "W", Object{Key: name, Size: -1},
			[]string{"GET /d/", "GET /f/torch-1.whl"}, "torch-1.whl"},
		"page of an index without it": {map[string]string{"/d/": indexMeta + link("/f/torch-2.whl"), "/d/gfx/torch-1.whl": "no"}, "-", Object{}, []string{"GET /d/"}, "torch-2.whl"},
		"JSON page": {map[string]string{"/d/": files(file(name, "/f/x", sum, 1)), "/f/x": "W"}, "W", Object{Key: name, Size: 1, SHA256: sum},
			[]string{"GET /d/", "GET /f/x"}, "torch-1.whl"},
		"JSON page without it": {map[string]string{"/d/": files(), "/d/gfx/torch-1.whl": "no", "/d/torch/": files(file(name, "/f/x", sum, 1))}, "-", Object{}, []string{"GET /d/"}, ""},
		"root": {map[string]string{"/d/": link("/d/torch/"), "/d/torch/": link("../../f/torch-1.whl#sha256=" + sum), "/f/torch-1.whl": "W"}, "W", Object{Key: name, Size: -1, SHA256: sum},
			[]string{"GET /d/", "GET /d/torch/", "GET /f/torch-1.whl"}, "torch-1.whl"},
		"JSON root": {map[string]string{"/d/": `{"meta":{"api-version":"1.0"},"projects":[]}`, "/d/torch/": files(file(name, "/f/x", sum, 1)), "/f/x": "W"}, "W", Object{Key: name, Size: 1, SHA256: sum},
			[]string{"GET /d/", "GET /d/torch/", "GET /f/x"}, "torch-1.whl"},
		"JSON root without it": {map[string]string{"/d/": `{"meta":{"api-version":"1.0"},"projects":[]}`, "/d/gfx/torch-1.whl": "no"}, "-", Object{},
			[]string{"GET /d/", "GET /d/torch/"}, ""},
		"folder a project": {map[string]string{"/d/": link("torch/"), "/d/torch/": link("torch-1.whl"), "/d/torch/torch-1.whl": "W"}, "-", Object{},
			[]string{"GET /d/", "GET /d/torch/", "HEAD /d/gfx/torch-1.whl"}, "torch-1.whl"},
	} {
		t.Run(title, func(t *testing.T) {
			url, asked := site(t, c.pages)
			s := open(t, url+"/d/")
			assert.Equal(t, url+"/d/", s.Name())
			o, err := s.Find(t.Context(), want(k))
			if c.want == "-" {
				require.ErrorIs(t, err, fs.ErrNotExist)
				harmless(t, err)
			} else {
				require.NoError(t, err)
				assert.Equal(t, c.object, Object{Key: o.Key, Size: o.Size, SHA256: o.SHA256})
				got, err := content(t.Context(), s, o, 100)
				require.NoError(t, err)
				assert.Equal(t, c.want, got)
			}
			assert.Equal(t, c.asked, asked.all())
			list, err := s.Wheels(t.Context(), []string{"torch"})
			if c.wheels == "-" {
				require.ErrorIs(t, err, ErrNoList)
				return
			}
			require.NoError(t, err)
			var names []string
			for _, o := range list {
				names = append(names, o.Key)
			}
			assert.Equal(t, c.wheels, strings.Join(names, " "))
		})
	}
}

func TestKeysInURLs(t *testing.T) {
	url, asked := site(t, map[string]string{"/d/a b/torch-1+cpu%.whl": "W"})
	s := open(t, url+"/d?sig=a%2Bb")
	assert.Equal(t, "W", found(t, s, "a b/torch-1+cpu%.whl"))
	assert.Equal(t, []string{"GET /d?sig=a%2Bb", "HEAD /d/a%20b/torch-1%2Bcpu%25.whl?sig=a%2Bb", "GET /d/a%20b/torch-1%2Bcpu%25.whl?sig=a%2Bb"}, asked.all())
	for _, k := range []string{"", "../x", "/x", "a//b", `a\b`, "a\nb"} {
		_, err := s.Find(t.Context(), want(k))
		harmless(t, err)
		assert.NotErrorIs(t, err, fs.ErrNotExist)
	}
	assert.Len(t, asked.all(), 3)
}

func TestProjectPagesAreReadOnce(t *testing.T) {
	url, asked := site(t, map[string]string{
		"/": link("torch/") + link("b/"), "/torch/": link("/f/torch-1.whl#sha256=" + digest("W")), "/b/": "forbidden",
	})
	s := open(t, url)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			_, err := s.Find(t.Context(), want("torch-1.whl"))
			assert.NoError(t, err)
			_, err = s.Find(t.Context(), Wanted{Key: "b-1.whl", Project: "B"})
			assert.ErrorIs(t, err, fs.ErrNotExist)
		})
	}
	all.Wait()
	pages := 0
	for _, line := range asked.all() {
		if line == "GET /torch/" || line == "GET /b/" {
			pages++
		}
	}
	assert.Equal(t, 2, pages)
	_, err := s.Find(t.Context(), Wanted{Key: "x.whl", Project: "../x"})
	require.ErrorContains(t, err, `not a project's name: "../x"`)
	list, err := s.Wheels(t.Context(), []string{"torch", "none", "b"})
	require.ErrorIs(t, err, ErrNoList, "b is closed")
	assert.Len(t, list, 1)
}

func TestPagesThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   string
	}{
		"unauthorized": {func(w http.ResponseWriter) { w.WriteHeader(401) }, "401 Unauthorized: user name and password"},
		"broken":       {func(w http.ResponseWriter) { w.WriteHeader(503) }, "503 Service Unavailable"},
		"malformed":    {func(w http.ResponseWriter) { page(w, simpleJSON, "\x1b[31m") }, "not as PEP 691 says"},
		"version 2":    {func(w http.ResponseWriter) { page(w, "text/html", strings.Replace(indexMeta, "1.0", "2.0", 1)) }, `API version "2.0"`},
	} {
		t.Run(name, func(t *testing.T) {
			bad := false
			url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if bad || r.URL.Path == "/bad" {
					c.answer(w)
					return
				}
				page(w, "text/html", indexMeta)
			})
			_, err := Open(t.Context(), url+"/bad?secret", quick())
			harmless(t, err, "secret")
			require.ErrorContains(t, err, url+"/bad: ")
			assert.ErrorContains(t, err, c.want)

			s := open(t, url+"/")
			bad = true
			_, err = s.Find(t.Context(), want("torch-1.whl"))
			harmless(t, err)
			require.ErrorContains(t, err, c.want)
			assert.NotErrorIs(t, err, fs.ErrNotExist)
			_, err = s.Wheels(t.Context(), []string{"torch"})
			require.ErrorContains(t, err, c.want)
			assert.NotErrorIs(t, err, ErrNoList)
		})
	}
}

// Some servers have no HEAD, and URLs that are signed for GET answer it with 403.
func TestServersWithoutHead(t *testing.T) {
	for _, status := range []int{400, 403, 405, 501} {
		for text, ranges := range map[string]bool{"W": true, "": true, "whole": false} {
			url, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/":
					w.WriteHeader(404)
				case r.Method == http.MethodHead:
					w.WriteHeader(status)
				case ranges:
					http.ServeContent(w, r, "", fixed, strings.NewReader(text))
				default:
					io.WriteString(w, text)
				}
			})
			o, err := open(t, url).Find(t.Context(), want("t.whl"))
			require.NoError(t, err)
			assert.Equal(t, int64(len(text)), o.Size)
			assert.Equal(t, []string{"GET /", "HEAD /t.whl", "GET /t.whl"}, asked.all())
		}
	}
}
