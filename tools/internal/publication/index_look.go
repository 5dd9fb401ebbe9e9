package publication

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// read reads objects side by side and hands each on. One that is gone since it was
// listed, or changes while it is read, makes the round void.
func (x *indexing) read(ctx context.Context, place store.Writer, keys []string, limit int64, take func(key string, s state)) {
	// The error is the context's, which whoever called asks for.
	_ = x.Each(ctx, len(keys), func(i int) {
		data, version, err := place.Current(ctx, keys[i], limit)
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, store.ErrChanged):
			x.overtake()
		case err != nil:
			x.broken(err)
		default:
			take(keys[i], state{data, version})
		}
	})
}

// keep notes what was read or put side by side.
func (x *indexing) keep(in map[string]state, key string, s state) {
	x.mu.Lock()
	defer x.mu.Unlock()
	in[key] = s
}

// lookAtPages reads the pages and lists that are there.
func (x *indexing) lookAtPages(ctx context.Context) {
	x.present = map[string]state{}
	var keys []string
	for _, prefix := range append([]string{pages.Pages}, pages.Lists()...) {
		list, err := x.Place.List(ctx, prefix)
		if err != nil {
			x.broken(err)
			return
		}
		for _, o := range list {
			if pages.IsPage(o.Key) {
				keys = append(keys, o.Key)
			}
		}
	}
	x.read(ctx, x.Place, keys, maxPage, func(key string, s state) { x.keep(x.present, key, s) })
}

// manifestThere is a manifest that lies at the place; nil in its stead is JSON
// that is none.
type manifestThere struct {
	*document.Manifest
	size            int64
	sha256, version string
}

// documents reads the manifests.
func (x *indexing) documents(ctx context.Context) (documents []pages.Document) {
	list, err := x.Manifests.List(ctx, "")
	if err != nil {
		x.broken(err)
		return nil
	}
	listed := map[string]bool{}
	var keys []string
	for _, o := range list {
		if path.Ext(o.Key) != ".json" || x.Manifests.Name() == x.Place.Name() && pages.IsPage(o.Key) {
			continue
		}
		listed[o.Key] = true
		if _, known := x.manifests[o.Key]; !known {
			keys = append(keys, o.Key)
		}
	}
	x.read(ctx, x.Manifests, keys, document.MaxBytes, func(key string, s state) {
		m := x.manifestOf(key, s)
		x.mu.Lock()
		defer x.mu.Unlock()
		x.manifests[key] = m
	})
	if x.void(ctx) {
		return nil
	}
	partly := x.failed()
	there := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(x.manifests)) {
		m := x.manifests[key]
		if m == nil || !listed[key] {
			continue
		}
		there[m.sha256] = true
		where := url(x.Manifests.Name(), key)
		documents = append(documents, pages.Document{Name: where, Manifest: m.Manifest})
		x.receipt.Manifests = append(x.receipt.Manifests, Receipted{where, key, m.size, m.sha256, version(m.version, m.sha256), Already})
	}
	for _, p := range x.Published {
		if !there[p.SHA256] && !partly {
			x.add(finding.Errorf(NotThere, "the manifest is not among those of %s: publish it first", x.Manifests.Name()).
				On(p.Name).At("sha256").GotWant("", p.SHA256))
		}
	}
	if len(documents) == 0 && len(x.Published) == 0 && !partly {
		x.add(finding.Errorf(NoManifest, "no manifest is there, and an index of nothing is no index").On(x.Manifests.Name()))
	}
	return documents
}

// manifestOf reads a manifest, and says what is wrong with JSON that is none.
func (x *indexing) manifestOf(key string, s state) *manifestThere {
	if passed(s.data) {
		return nil
	}
	read, findings := document.Check(s.data)
	if read != nil && !finding.HasErrors(findings) {
		return &manifestThere{read, int64(len(s.data)), digest(s.data), versionOf(s.version)}
	}
	first := slices.IndexFunc(findings, func(f finding.Finding) bool { return f.Severity == finding.Error })
	said := ""
	if first >= 0 {
		said = ": " + findings[first].Message
	}
	x.add(finding.Errorf(NotManifest, "it is no valid manifest, and nothing else that may lie there (a pointer, a page of an index, an attestation)%s", said).
		On(url(x.Manifests.Name(), key)))
	return nil
}

// passed says whether JSON among the manifests is a pointer, a page of an index or
// an attestation.
func passed(data []byte) bool {
	if _, err := ParsePointer(data); err == nil || pages.IsJSON(data) {
		return true
	}
	var bundle struct {
		MediaType string `json:"mediaType"`
	}
	return json.Unmarshal(data, &bundle) == nil && strings.HasPrefix(bundle.MediaType, "application/vnd.dev.sigstore.bundle")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
