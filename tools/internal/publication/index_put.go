package publication

import (
	"bytes"
	"context"
	"errors"
	"path"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// compare holds what is there against the tree and says what is to be put.
func (x *indexing) compare(tree pages.Tree) (todo map[string]bool) {
	todo = map[string]bool{}
	for _, step := range tree.Steps() {
		for _, key := range step {
			data := tree[key]
			now, there := x.present[key]
			if pages.IsMetadata(key) {
				now, there = x.metadata[key]
			}
			status := Already
			switch sum := digest(data); {
			case !there || !bytes.Equal(now.data, data):
				todo[key], status, now.version = true, Would, ""
			case x.sent[key] == sum:
				status = Sent
			}
			x.receipts(key, data, now.version, status)
		}
	}
	left := map[string]bool{}
	for key := range x.present {
		project := pages.ProjectOf(key)
		if _, made := tree[key]; !made && project != "" && !left[project] {
			left[project] = true
			x.add(finding.Warningf(PageLeft, "no manifest has the project %s any more: its page is left there, and the root does not name it", finding.Quote(project)).
				On(url(x.Place.Name(), path.Dir(key)+"/")))
		}
	}
	return todo
}

func (x *indexing) receipts(key string, data []byte, v store.Version, status Status) {
	sum := digest(data)
	o := Receipted{url(x.Place.Name(), key), key, int64(len(data)), sum, version(versionOf(v), sum), status}
	if pages.IsMetadata(key) {
		x.receipt.Metadata = append(x.receipt.Metadata, o)
		return
	}
	x.receipt.Pages = append(x.receipt.Pages, o)
}

// put puts what is to be put, step by step.
func (x *indexing) put(ctx context.Context, tree pages.Tree, todo map[string]bool) {
	if !x.probed {
		if err := x.Place.Probe(ctx); err != nil {
			if ctx.Err() == nil {
				x.broken(err)
			}
			return
		}
		x.probed = true
	}
	for _, step := range tree.Steps() {
		step = slices.DeleteFunc(step, func(key string) bool { return !todo[key] })
		_ = x.Each(ctx, len(step), func(i int) {
			if !x.stopped(ctx) {
				x.putOne(ctx, step[i], tree[step[i]])
			}
		})
		if x.stopped(ctx) {
			return
		}
	}
}

// putOne puts one object.
func (x *indexing) putOne(ctx context.Context, key string, data []byte) {
	content := store.Bytes(data)
	content.Type, content.CacheControl = headers(key)
	sent, err := true, error(nil)
	if pages.IsMetadata(key) {
		sent, err = x.create(ctx, key, data, content)
	} else {
		_, err = x.Place.Replace(ctx, key, x.present[key].version, content)
	}
	exists, is := errors.AsType[*store.ExistsError](err)
	switch {
	case err == nil && sent:
		x.mu.Lock()
		x.sent[key] = content.SHA256
		x.mu.Unlock()
	case err == nil:
	case ctx.Err() != nil:
	case errors.Is(err, store.ErrChanged):
		x.overtake()
	case is:
		x.add(finding.Errorf(OtherBytes, "the key has other bytes than METADATA of the wheel; nothing is overwritten").
			On(url(x.Place.Name(), key)).At("sha256").GotWant(exists.SHA256, content.SHA256))
	default:
		x.broken(err)
	}
}

// create puts METADATA, and reads it back as wheels are. sent is false where it was
// there already.
func (x *indexing) create(ctx context.Context, key string, data []byte, content store.Content) (sent bool, err error) {
	written, err := x.Place.Create(ctx, key, content)
	if err != nil {
		return false, err
	}
	back, err := there(ctx, x.Place, key)
	switch {
	case err != nil:
		return written.Sent, err
	case back.SHA256 != content.SHA256:
		x.add(finding.Errorf(NotThere, "what was sent reads back as something else").On(url(x.Place.Name(), key)).GotWant(back.SHA256, content.SHA256))
		x.incomplete()
	}
	x.keep(x.metadata, key, state{data, store.Version(written.Version)})
	return written.Sent, nil
}

// headers are what servers and installers are told of a file of an index.
func headers(key string) (mediaType, cacheControl string) {
	switch {
	case pages.IsMetadata(key):
		return plainType, forever
	case path.Ext(key) == ".json":
		return pageType, never
	case path.Ext(key) == ".html":
		return htmlType, never
	}
	return plainType, never
}

const (
	plainType = "text/plain; charset=utf-8"
	htmlType  = "text/html; charset=utf-8"
	pageType  = "application/vnd.pypi.simple.v1+json"
)
