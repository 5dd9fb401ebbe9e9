package store_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// Which of two links of one name an installer takes, nobody knows: what is read
// must be what each of them leads to.
func TestTwoLinksOfOneName(t *testing.T) {
	a, b := digest("a"), digest("b")
	const differ, apart = "two links of this name claim the digests " + "A and B", "two links of this name lead to two places"
	for title, c := range map[string]struct{ page, want string }{
		"two digests":                 {link("x/t.whl#sha256="+a) + link("y/t.whl#sha256="+b), strings.NewReplacer("A", a, "B", b).Replace(differ)},
		"one place, two digests":      {link("t.whl#sha256="+a) + link("t.whl#sha256="+b), strings.NewReplacer("A", a, "B", b).Replace(differ)},
		"two places, one digest":      {link("x/t.whl#sha256="+a) + link("y/t.whl#sha256="+a), ""},
		"one place, one without":      {link("x/t.whl") + link("x/t.whl#sha256="+a), ""},
		"two places, the first bare":  {link("y/t.whl") + link("x/t.whl#sha256="+a), apart},
		"two places, the second bare": {link("x/t.whl#sha256="+a) + link("y/t.whl"), apart},
		"bare between":                {link("x/t.whl#sha256="+a) + link("x/t.whl") + link("y/t.whl#sha256="+a), apart},
		"two places, both bare":       {link("x/t.whl") + link("y/t.whl"), apart},
		"two queries":                 {link("x/t.whl?1#sha256="+a) + link("x/t.whl?2"), apart},
		"a bad one before":            {link("javascript:t.whl") + link("x/t.whl#sha256="+a), `a link of the scheme "javascript"`},
		"a bad one after":             {link("x/t.whl#sha256="+a) + link("javascript:t.whl"), `a link of the scheme "javascript"`},
		"JSON, the second bare": {files(file("t.whl", "x/t.whl", a, 1), `{"filename":"t.whl","url":"y/t.whl","hashes":{}}`),
			apart},
	} {
		t.Run(title, func(t *testing.T) {
			url, _ := site(t, map[string]string{"/d/": c.page, "/d/x/t.whl": "a", "/d/y/t.whl": "a"})
			s := open(t, url+"/d/")
			o, err := s.Find(t.Context(), want("t.whl"))
			if c.want == "" {
				require.NoError(t, err)
				assert.Equal(t, a, o.SHA256)
				return
			}
			harmless(t, err)
			require.ErrorContains(t, err, "/d/: t.whl: "+c.want)
			assert.NotErrorIs(t, err, fs.ErrNotExist)
		})
	}
}

// What a listing says of links of one name is listed once for each digest.
func TestListedTwice(t *testing.T) {
	a, b := digest("a"), digest("b")
	url, _ := site(t, map[string]string{"/d/": link("x/t.whl#sha256="+a) + link("y/t.whl#sha256="+b) + link("t.whl#sha256="+a) + link("javascript:w.whl")})
	list, err := open(t, url+"/d/").Wheels(t.Context(), nil)
	require.NoError(t, err)
	var names []string
	for _, o := range list {
		names = append(names, o.Key+" "+o.SHA256[:min(2, len(o.SHA256))])
	}
	assert.Equal(t, []string{"t.whl " + a[:2], "t.whl " + b[:2], "w.whl "}, names)
}

// A listing with folders in it does not tell what is in those.
func TestListingWithFolders(t *testing.T) {
	sum := "#sha256=" + digest("W")
	json := `{"meta":{"api-version":"1.0"},"projects":[]}`
	for title, c := range map[string]struct {
		pages map[string]string
		keys  string
		told  bool
	}{
		"files":                  {map[string]string{"/d/": link("torch-1.whl") + link("../") + link("/") + link("?C=M") + link("./")}, "torch-1.whl", true},
		"a folder":               {map[string]string{"/d/": link("torch-1.whl") + link("old/")}, "torch-1.whl", false},
		"a folder, absolute":     {map[string]string{"/d/": link("torch-1.whl") + link("/d/old/")}, "torch-1.whl", false},
		"an index's page":        {map[string]string{"/d/": indexMeta + link("torch-1.whl") + link("old/")}, "torch-1.whl", true},
		"folders":                {map[string]string{"/d/": link("torch/") + link("old/"), "/d/torch/": link("torch-1.whl")}, "torch-1.whl", false},
		"projects":               {map[string]string{"/d/": link("torch/"), "/d/torch/": link("torch-1.whl" + sum)}, "torch-1.whl", true},
		"a folder in a project":  {map[string]string{"/d/": link("torch/"), "/d/torch/": link("torch-1.whl"+sum) + link("old/")}, "torch-1.whl", false},
		"an index's root":        {map[string]string{"/d/": indexMeta + link("torch/") + link("old/"), "/d/torch/": link("torch-1.whl")}, "torch-1.whl", true},
		"an index's root, JSON":  {map[string]string{"/d/": json, "/d/torch/": link("torch-1.whl")}, "torch-1.whl", true},
		"an empty page, no more": {map[string]string{"/d/": "<p>"}, "", false},
	} {
		t.Run(title, func(t *testing.T) {
			url, _ := site(t, c.pages)
			list, err := open(t, url+"/d/").Wheels(t.Context(), []string{"torch"})
			if c.told {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrNoList)
				assert.NotErrorIs(t, err, ErrNoPlace)
			}
			var keys []string
			for _, o := range list {
				keys = append(keys, o.Key)
			}
			assert.Equal(t, c.keys, strings.Join(keys, " "))
		})
	}
}

// Where even the page of a folder is not there, perhaps nothing of it is.
func TestNoPlaceOnTheWeb(t *testing.T) {
	url, _ := site(t, map[string]string{"/closed/": "forbidden"})
	for path, none := range map[string]bool{"/gone/": true, "/gone": true, "/closed/": false} {
		s := open(t, url+path+"?secret")
		_, err := s.Wheels(t.Context(), nil)
		harmless(t, err, "secret")
		require.ErrorIs(t, err, ErrNoList)
		if none {
			require.ErrorIs(t, err, ErrNoPlace)
			assert.ErrorContains(t, err, url+path+": 404 Not Found")
		} else {
			assert.NotErrorIs(t, err, ErrNoPlace)
		}
	}
}

// The pages of an index's projects together are bounded as one page is.
func TestManyLargeProjects(t *testing.T) {
	var names []string
	var b strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&b, `<a href="%d.whl">`, i)
	}
	pages := map[string]string{"/": indexMeta}
	for i := range 3 {
		names = append(names, fmt.Sprintf("p%d", i))
		pages["/"+names[i]+"/"] = b.String() + strings.Repeat(link("x.txt"), 200_000)
	}
	url, _ := site(t, pages)
	s := open(t, url)
	list, err := s.Wheels(t.Context(), names)
	require.ErrorContains(t, err, "more than 500000 links to wheels")
	assert.NotErrorIs(t, err, ErrNoList)
	assert.Len(t, list, 400_000)
}
