package store

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store/page"
)

// listing is a page of files, of which wheels are kept.
type listing struct {
	where string
	// index says that its files are nowhere else.
	index bool
	files []page.File
	// folders are the names of the folders below that the page links to.
	folders []string
	byName  map[string][]int
	// size is how much the links are together, in bytes.
	size int
}

func newListing(where string, p *page.Page) *listing {
	l := &listing{where: where, index: p.Index, folders: p.Folders, byName: map[string][]int{}}
	for _, f := range p.Files {
		if strings.EqualFold(path.Ext(f.Name), ".whl") {
			l.byName[f.Name] = append(l.byName[f.Name], len(l.files))
			l.files = append(l.files, f)
			l.size += f.Length()
		}
	}
	return l
}

// open are the folders that the listing of a folder says nothing of.
func (l *listing) open() map[string]bool {
	all := map[string]bool{}
	if !l.index {
		for _, name := range l.folders {
			all[name] = true
		}
	}
	return all
}

// told is an error where there may be more than the listing says.
func (l *listing) told() error {
	if len(l.open()) > 0 {
		return fail(l.where, fmt.Errorf("%w: it has folders", ErrNoList))
	}
	return nil
}

// find is the link to a file, nil where there is none. Each link of its name is
// as good as the others: that they lead to one file is sure only where the place
// is the same, or where all claim the same digest. What it claims beside that is
// what all of them do.
func (l *listing) find(name string) (*link, error) {
	var best *page.File
	var claims page.Claims
	apart, bare := false, false
	where := l.where + ": " + finding.Escape(name)
	for _, i := range l.byName[name] {
		f := &l.files[i]
		if f.Fault != "" {
			return nil, fail(where, errors.New(f.Fault))
		}
		claims.Join(&f.Claims)
		bare = bare || f.SHA256 == ""
		if best == nil {
			best = f
			continue
		}
		apart = apart || *f.URL != *best.URL
		if best.SHA256 != "" && f.SHA256 != "" && f.SHA256 != best.SHA256 {
			return nil, fail(where, fmt.Errorf("two links of this name claim the digests %s and %s", best.SHA256, f.SHA256))
		}
		if best.SHA256 == "" {
			best = f
		}
	}
	if apart && bare {
		return nil, fail(where, errors.New("two links of this name lead to two places, and not each claims a digest"))
	}
	if best == nil {
		return nil, nil
	}
	beside, err := l.beside(name)
	if err != nil {
		return nil, fail(where, err)
	}
	found := &link{*best, beside}
	found.Claims = claims.Sorted()
	return found, nil
}

// link is a file that a page links to.
type link struct {
	page.File
	// beside is where its METADATA is promised to be; empty where it is not.
	beside string
}

// beside is where the METADATA of a file is promised to be, empty where it is
// not. It is one file by the rule that find has for the file itself.
func (l *listing) beside(name string) (string, error) {
	first := ""
	apart, bare := false, false
	for _, i := range l.byName[name] {
		if f := &l.files[i]; f.Claims.Metadata {
			at := metadataOf(f.URL)
			if first == "" {
				first = at
			}
			apart, bare = apart || at != first, bare || len(f.Claims.MetadataSHA256) == 0
		}
	}
	if apart && bare {
		return "", errors.New("two links of this name promise METADATA at two places, and not each claims a digest of it")
	}
	return first, nil
}

// wheels are the links to wheels, those of one name and digest once.
func (l *listing) wheels() []Object {
	type once struct{ name, digest string }
	seen := map[once]bool{}
	var list []Object
	for _, f := range l.files {
		this := once{f.Name, f.SHA256}
		if !seen[this] {
			seen[this] = true
			list = append(list, objectOf(f))
		}
	}
	return list
}

func objectOf(f page.File) Object {
	o := Object{Key: f.Name, Size: f.Size, SHA256: f.SHA256, Claims: f.Claims}
	if f.URL != nil {
		o.at = f.URL.String()
	}
	return o
}
