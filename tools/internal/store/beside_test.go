package store_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store/page"
)

// TestBesideInTheWeb: where METADATA is looked for, and what pages claim of it.
func TestBesideInTheWeb(t *testing.T) {
	const name = "torch-1.whl"
	sum := "#sha256=" + digest("W")
	anchor := func(href, marks string) string { return `<a href="` + href + `" ` + marks + `>x</a>` }
	for title, c := range map[string]struct {
		page   string
		claims pages.Claims
		want   string // the path of what is read, or "-" where nothing is looked for
		fails  string
	}{
		"no page":              {"", pages.Claims{}, "/d/torch-1.whl.metadata", ""},
		"listing":              {link(name), pages.Claims{}, "/d/torch-1.whl.metadata", ""},
		"listing of another":   {link("o.whl"), pages.Claims{}, "/d/torch-1.whl.metadata", ""},
		"listing, a promise":   {anchor(name, `data-core-metadata=true data-requires-python=">3"`), pages.Claims{Metadata: true, RequiresPython: []string{">3"}}, "/d/torch-1.whl.metadata", ""},
		"no promise":           {link("/f/torch-1.whl" + sum), pages.Claims{}, "-", ""},
		"index, no promise":    {indexMeta + link("/f/torch-1.whl"), pages.Claims{}, "-", ""},
		"promise":              {anchor("/f/torch-1.whl"+sum, `data-core-metadata="sha256=12"`), pages.Claims{Metadata: true, MetadataSHA256: []string{"12"}}, "/f/torch-1.whl.metadata", ""},
		"a query, and %":       {anchor("/f%2Fg/torch-1.whl?a=b"+sum, `data-core-metadata=true`), pages.Claims{Metadata: true}, "/f%2Fg/torch-1.whl.metadata?a=b", ""},
		"JSON":                 {files(`{"filename":"torch-1.whl","url":"/f/x","hashes":{},"core-metadata":{"sha256":"12"}}`), pages.Claims{Metadata: true, MetadataSHA256: []string{"12"}}, "/f/x.metadata", ""},
		"two links":            {anchor("/f/torch-1.whl"+sum, `data-core-metadata="sha256=34"`) + anchor("/f/torch-1.whl"+sum, `data-core-metadata="sha256=12" data-requires-python=">3"`), pages.Claims{Metadata: true, MetadataSHA256: []string{"12", "34"}, RequiresPython: []string{">3"}}, "/f/torch-1.whl.metadata", ""},
		"two links, a promise": {link("/f/torch-1.whl"+sum) + anchor("/g/torch-1.whl"+sum, `data-core-metadata="true"`), pages.Claims{Metadata: true}, "/g/torch-1.whl.metadata", ""},
		"two places": {anchor("/f/torch-1.whl"+sum, `data-core-metadata="sha256=12"`) + anchor("/g/torch-1.whl"+sum, `data-core-metadata="sha256=12"`),
			pages.Claims{Metadata: true, MetadataSHA256: []string{"12"}}, "/f/torch-1.whl.metadata", ""},
		"two places, no digest": {anchor("/f/torch-1.whl"+sum, `data-core-metadata="sha256=12"`) + anchor("/g/torch-1.whl"+sum, `data-core-metadata="true"`),
			pages.Claims{}, "", "promise METADATA at two places, and not each claims a digest"},
	} {
		t.Run(title, func(t *testing.T) {
			asked := ""
			url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path != "/d/":
					if r.Method == http.MethodGet {
						asked = r.URL.RequestURI()
					}
					w.Write([]byte("M"))
				case c.page == "":
					http.NotFound(w, r)
				case strings.HasPrefix(c.page, "{"):
					page(w, simpleJSON, c.page)
				default:
					page(w, "text/html", c.page)
				}
			})
			s := open(t, url+"/d/")
			o, err := s.Find(t.Context(), want(name))
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				harmless(t, err)
				assert.NotErrorIs(t, err, fs.ErrNotExist)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.claims, o.Claims)
			beside, looked := s.Beside(o)
			assert.Equal(t, c.want != "-", looked)
			if looked {
				got, err := content(t.Context(), s, beside, 100)
				require.NoError(t, err)
				assert.Equal(t, "M", got)
				assert.Equal(t, c.want, asked)
			}
		})
	}
}

// TestBesideInFolders: of places without pages, where a file beside the wheel is.
func TestBesideInFolders(t *testing.T) {
	dir := t.TempDir()
	const k = "gfx/torch-1.whl"
	require.NoError(t, os.Mkdir(filepath.Join(dir, "gfx"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, k), []byte("W"), 0o644))
	writer, err := Write(t.Context(), dir, quick())
	require.NoError(t, err)
	for _, s := range []Store{open(t, dir), writer} {
		o, err := s.Find(t.Context(), want(k))
		require.NoError(t, err)
		beside, looked := s.Beside(o)
		require.True(t, looked)
		_, err = content(t.Context(), s, beside, 100)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.NoError(t, os.WriteFile(filepath.Join(dir, k+".metadata"), []byte("M"), 0o644))
		got, err := content(t.Context(), s, beside, 100)
		require.NoError(t, err)
		assert.Equal(t, "M", got)
		require.NoError(t, os.Remove(filepath.Join(dir, k+".metadata")))
	}
	given := Files([]File{{Key: k, Path: filepath.Join(dir, k)}})
	o, err := given.Find(t.Context(), want(k))
	require.NoError(t, err)
	_, looked := given.Beside(o)
	assert.False(t, looked)
}

// TestBesideInBuckets: whoever may not list is told 403 of what is not there.
func TestBesideInBuckets(t *testing.T) {
	beside := http.StatusOK
	_, asked := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".metadata") {
			w.WriteHeader(beside)
		}
		w.Write([]byte("M"))
	})
	s := open(t, "s3://bucket/d")
	o, err := s.Find(t.Context(), want("gfx/torch-1.whl"))
	require.NoError(t, err)
	at, looked := s.Beside(o)
	require.True(t, looked)
	got, err := content(t.Context(), s, at, 100)
	require.NoError(t, err)
	assert.Equal(t, "M", got)
	assert.Equal(t, "GET /bucket/d/gfx/torch-1.whl.metadata?x-id=GetObject", asked.all()[1])
	for beside = range map[int]bool{http.StatusForbidden: true, http.StatusNotFound: true} {
		_, err = content(t.Context(), s, at, 100)
		assert.Equal(t, beside == http.StatusForbidden, Forbidden(err))
		assert.Equal(t, beside == http.StatusNotFound, errors.Is(err, fs.ErrNotExist))
	}
}
