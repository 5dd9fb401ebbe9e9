package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store/page"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// projects are the pages of projects below the root of an index, each read once,
// when it is asked for.
type projects struct {
	web  *web
	root *url.URL

	mu    sync.Mutex
	pages map[string]*project
	// links and size are those of all pages together; a page that is too much is
	// not kept.
	links, size int
}

// project is one page, or why it could not be read.
type project struct {
	mu   sync.Mutex
	done bool
	list *listing
	err  error
}

// page is the page of a project; the error is fs.ErrNotExist where the root has
// none.
func (s *projects) page(ctx context.Context, name string) (*listing, error) {
	if !wheel.ValidProject(name) {
		return nil, fail(s.web.Name(), errors.New("not a project's name: "+finding.Quote(name)))
	}
	name = wheel.Normalize(name)
	s.mu.Lock()
	p := s.pages[name]
	if p == nil {
		p = &project{}
		s.pages[name] = p
	}
	s.mu.Unlock()

	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.done {
		if p.list, p.err = s.read(ctx, name); p.err != nil {
			p.list = nil
		}
		p.done = ctx.Err() == nil
	}
	return p.list, p.err
}

func (s *projects) read(ctx context.Context, name string) (*listing, error) {
	u := below(s.root, name)
	u.Path, u.RawPath = u.Path+"/", u.RawPath+"/"
	index := s.web.listing.index
	p, at, err := s.web.readPage(ctx, u)
	switch {
	case err != nil && !index && closed(err):
		return nil, missing(shown(u))
	case err != nil:
		return nil, err
	case p == nil && !index:
		return nil, missing(shown(u))
	case p == nil || p.Projects:
		return nil, fail(shown(u), errors.New("no page of a project"))
	}
	p.Index = p.Index || index
	list := newListing(shown(at), p)
	return list, s.keep(list)
}

// keep bounds what the pages of all projects are together as one page is.
func (s *projects) keep(list *listing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	links, size := s.links+len(list.files), s.size+list.size
	switch {
	case links > page.MaxLinks:
		return fail(list.where, fmt.Errorf("the pages of all projects have more than %d links to wheels", page.MaxLinks))
	case size > page.MaxLength:
		return fail(list.where, fmt.Errorf("the links to wheels on the pages of all projects are more than %d bytes", page.MaxLength))
	}
	s.links, s.size = links, size
	return nil
}
