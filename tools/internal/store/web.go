package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store/page"
)

// maxPage is the largest index page that is read, in bytes.
const maxPage = 64 << 20

// web is what is at a URL.
type web struct {
	*client
	place *url.URL
	// listing is the page at the place; nil where files are at their keys.
	listing *listing
	// gone is why there is no page at the place, where it may be that nothing is.
	gone error
	// root says that files are on the pages of their projects.
	root     bool
	projects *projects
}

func openWeb(ctx context.Context, place string, o Options) (Store, error) {
	c, u, err := newClient(place, o)
	if err != nil {
		return nil, err
	}
	w := &web{client: c, place: u}
	p, at, err := w.readPage(ctx, u)
	switch {
	case closed(err) || err == nil && p == nil:
		if errors.Is(err, fs.ErrNotExist) {
			w.gone = err
		}
		return w, nil // a plain folder
	case err != nil:
		return nil, err
	}
	w.listing = newListing(shown(at), p)
	if w.root = !p.Project && !p.HasFiles(); w.root {
		root := *at
		if root.RawQuery = ""; origin(at) == c.origin {
			root.RawQuery = u.RawQuery
		}
		w.projects = &projects{web: w, root: &root, pages: map[string]*project{}}
	}
	return w, nil
}

// readPage reads the page at a URL. The page is nil where none is there that can
// be read.
func (w *web) readPage(ctx context.Context, u *url.URL) (*page.Page, *url.URL, error) {
	data, mediaType, at, err := w.page(ctx, u, page.Accept, maxPage)
	if err != nil {
		return nil, nil, err
	}
	p, err := page.Read(mediaType, data, at)
	if err != nil {
		return nil, nil, fail(shown(at), err)
	}
	return p, at, nil
}

// closed says whether a server has no page for a folder, and may have files in it
// all the same.
func closed(err error) bool {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		return false
	}
	switch f.status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return true
	}
	return false
}

func (w *web) Name() string { return shown(w.place) }

func (w *web) Find(ctx context.Context, want Wanted) (Object, error) {
	if err := key.Check(want.Key); err != nil {
		return Object{}, fail(w.Name(), err)
	}
	if w.listing == nil {
		return w.byKey(ctx, want)
	}
	list, err := w.listingOf(ctx, want.Project)
	if err != nil {
		return Object{}, err
	}
	name := path.Base(want.Key)
	file, err := list.find(name)
	switch {
	case err != nil:
		return Object{}, err
	case file == nil && list.index:
		return Object{}, missing(list.where + ": " + finding.Escape(name))
	case file == nil:
		return w.byKey(ctx, want)
	case !list.index && file.SHA256 == "" && (w.root || name != want.Key):
		o, err := w.byKey(ctx, want)
		if o.Claims = file.Claims; file.beside != "" {
			o.beside = file.beside
		}
		return o, err
	}
	o := objectOf(file.File)
	// A listing that says nothing of METADATA is that of a plain folder.
	if o.beside = file.beside; o.beside == "" && !list.index && file.SHA256 == "" {
		o.beside = metadataOf(file.URL)
	}
	return o, nil
}

// listingOf is the page that has the files of a project.
func (w *web) listingOf(ctx context.Context, project string) (*listing, error) {
	if !w.root {
		return w.listing, nil
	}
	list, err := w.projects.page(ctx, project)
	if errors.Is(err, fs.ErrNotExist) {
		return &listing{where: w.listing.where, index: w.listing.index}, nil
	}
	return list, err
}

// byKey looks for a file at its key.
func (w *web) byKey(ctx context.Context, want Wanted) (Object, error) {
	u := below(w.place, want.Key)
	size, err := w.head(ctx, u)
	if err != nil {
		return Object{}, err
	}
	return Object{Key: want.Key, Size: size, at: u.String(), beside: metadataOf(u)}, nil
}

func (w *web) Read(ctx context.Context, o Object, limit int64) (io.ReadCloser, error) {
	u, err := url.Parse(o.at)
	if err != nil || o.at == "" {
		return nil, fail(w.Name()+": "+finding.Escape(o.Key), errors.New("was not found in this place"))
	}
	r, _, err := w.body(ctx, u, "*/*", limit).begun("")
	return r, err
}

func (w *web) Wheels(ctx context.Context, names []string) ([]Object, error) {
	switch {
	case w.gone != nil:
		return nil, &failure{where: w.Name(), what: strings.TrimPrefix(w.gone.Error(), w.Name()+": "), kind: ErrNoPlace}
	case w.listing == nil:
		return nil, fail(w.Name(), ErrNoList)
	case !w.root:
		return w.listing.wheels(), w.listing.told()
	}
	var all []Object
	var faults []error
	open, told := w.listing.open(), w.listing.index
	for _, name := range names {
		list, err := w.projects.page(ctx, name)
		if err == nil {
			delete(open, name)
			told = true
			all = append(all, list.wheels()...)
			err = list.told()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
		}
	}
	if len(open) > 0 || !told && faults == nil {
		faults = append(faults, fail(w.Name(), ErrNoList))
	}
	return all, errors.Join(faults...)
}
