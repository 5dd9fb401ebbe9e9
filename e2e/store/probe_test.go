package store

import (
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// walk lists the files in a folder.
func walk(t *testing.T, dir string) (list []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			list = append(list, path)
		}
		return err
	}))
	return list
}

// A store that ignores conditions is found out, whichever it ignores.
func TestProbe(t *testing.T) {
	gateways(t, func(t *testing.T, g *Gateway) {
		d := drive(t, place, g.Environment()...)
		probe := order{"Do": "probe"}
		assert.Empty(t, d.do(probe).Error)
		only := func(header string) Fault {
			return On(func(r *http.Request) bool { return r.Header.Get(header) != "" }, Unconditional)
		}
		for name, c := range map[string]struct {
			fault Fault
			want  string
		}{
			"all":              {Unconditional, place + ": the place overwrites an object although If-None-Match: * forbids it"},
			"none match":       {only("If-None-Match"), place + ": the place overwrites an object although If-None-Match: * forbids it"},
			"match":            {only("If-Match"), place + ": the place replaces an object although If-Match names another version"},
			"none can be put":  {On(sends, Refuse(403, "AccessDenied")), "the credentials lack s3:PutObject"},
			"none can be read": {On(Is(http.MethodHead, ""), Refuse(403, "AccessDenied")), "the credentials lack s3:GetObject"},
			"none understood":  {only501, "501 NotImplemented"},
		} {
			g.Break(c.fault)
			a := d.do(probe)
			assert.Contains(t, a.Error, c.want, name)
			assert.NotContains(t, strings.Join(g.Keys(t, ""), " "), "probe", name)
			t.Logf("%-18s %s", name, a.Error)
		}
		g.Break(On(Is(http.MethodDelete, ""), Refuse(403, "AccessDenied")))
		assert.Contains(t, d.do(probe).Error, "the credentials lack s3:DeleteObject")

		// Multipart uploads are probed by the first of them.
		g.Break(On(func(r *http.Request) bool { return r.Method == http.MethodPost }, Unconditional))
		f := newFile(t, random(9<<20))
		assert.Contains(t, d.do(f.create("parts.whl")).Error, "the place completes a multipart upload over an object although If-None-Match: * forbids it")
		assert.Empty(t, g.Keys(t, "a/b/parts.whl"))
		assert.Empty(t, g.Uploads(t))
	})
}

// only501 is a store that refuses what it does not know.
var only501 = On(func(r *http.Request) bool { return r.Header.Get("If-None-Match") != "" }, Refuse(501, "NotImplemented"))
