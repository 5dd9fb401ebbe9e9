package publication

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// round looks at everything, and puts what is not as it is to be where it may.
func (x *indexing) round(ctx context.Context) {
	x.findings, x.overtaken, x.settled, x.receipt = nil, false, false, IndexReceipt{[]Receipted{}, []Receipted{}, []Receipted{}}
	// In this order: a page may be replaced by one that was made of manifests which
	// were looked for after it was read, and wheels are there before manifests.
	var documents []pages.Document
	for _, step := range []func(){
		func() { x.lookAtPages(ctx) },
		func() { documents = x.documents(ctx) },
		func() { x.list(ctx) },
		func() { x.lookAtWheels(documents) },
		func() { x.lookAtMetadata(ctx, documents) },
		func() { x.lookForForeign(documents) },
	} {
		if step(); x.void(ctx) {
			return
		}
	}
	tree := x.build(ctx, documents)
	if x.stopped(ctx) {
		return
	}
	todo := x.compare(tree)
	if x.settled = len(todo) == 0 || !x.writing; !x.settled {
		x.put(ctx, tree, todo)
	}
}

// list finds out what there is.
func (x *indexing) list(ctx context.Context) {
	list, err := x.Place.List(ctx, "")
	if err != nil {
		x.broken(err)
		return
	}
	x.there = map[string]int64{}
	for _, o := range list {
		x.there[o.Key] = o.Size
	}
}

// lookAtWheels makes sure that every wheel is there.
func (x *indexing) lookAtWheels(documents []pages.Document) {
	for _, d := range documents {
		for i := range d.Manifest.Artifacts {
			a := &d.Manifest.Artifacts[i]
			at, err := x.Options.Key(a)
			if err != nil {
				continue // the pages say so
			}
			size, there := x.there[at]
			switch where := url(x.Place.Name(), at); {
			case !there:
				x.add(finding.Errorf(NotThere, "the wheel of the manifest %s is not there under --wheel-key, and pages promise only what is", finding.Quote(d.Name)).
					On(a.RelativePath).GotWant("", where))
			case size >= 0 && size != a.SizeBytes:
				x.add(finding.Errorf(OtherBytes, "the wheel that is there is not that of the manifest %s", finding.Quote(d.Name)).
					On(where).At("size_bytes").GotWant(itoa(size), itoa(a.SizeBytes)))
			}
		}
	}
}

// lookAtMetadata reads METADATA of wheels that is there.
func (x *indexing) lookAtMetadata(ctx context.Context, documents []pages.Document) {
	var keys []string
	wanted := map[string]bool{}
	for _, d := range documents {
		for i := range d.Manifest.Artifacts {
			at, err := x.Options.Key(&d.Manifest.Artifacts[i])
			if at = pages.MetadataKey(at); err != nil || wanted[at] {
				continue
			}
			_, there := x.there[at]
			if _, known := x.metadata[at]; there && !known {
				keys = append(keys, at)
			}
			wanted[at] = true
		}
	}
	x.read(ctx, x.Place, keys, maxMetadata, func(key string, s state) { x.keep(x.metadata, key, s) })
}

// build makes the pages, with METADATA from the place or else from this machine.
func (x *indexing) build(ctx context.Context, documents []pages.Document) pages.Tree {
	local, findings, err := x.Metadata(ctx, documents)
	if err != nil {
		if ctx.Err() == nil {
			x.broken(err)
		}
		return nil
	}
	// What is not there may be in a manifest that could not be read.
	partly := x.failed()
	o := x.Options
	o.Yanks = x.yanks(documents)
	tree, more := pages.Build(documents, func(a *document.Artifact) ([]byte, []finding.Finding) {
		data, findings := local(a)
		at, err := x.Options.Key(a)
		if err != nil {
			return data, findings
		}
		at = pages.MetadataKey(at)
		there, known := x.metadata[at]
		switch {
		case !known:
			return data, findings
		case digest(there.data) != a.Metadata.SHA256:
			findings = append(findings, finding.Errorf(OtherBytes, "the key has other bytes than METADATA of the wheel; nothing is overwritten").
				On(url(x.Place.Name(), at)).At("sha256").GotWant(digest(there.data), a.Metadata.SHA256))
		}
		return there.data, findings
	}, o)
	for _, f := range slices.Concat(findings, more) {
		if !partly || f.Code != pages.UnknownYank {
			x.add(f)
		}
	}
	return tree
}

// lookForForeign makes sure that what is to be replaced is ours.
func (x *indexing) lookForForeign(documents []pages.Document) {
	projects := map[string]bool{"": true} // the roots and lists
	for _, d := range documents {
		for i := range d.Manifest.Artifacts {
			projects[wheel.Normalize(d.Manifest.Artifacts[i].Labels.Distribution)] = true
		}
	}
	for key, s := range x.present {
		if !projects[pages.ProjectOf(key)] {
			continue
		}
		if err := pages.Foreign(key, s.data); err != nil {
			x.add(finding.Errorf(PageForeign, "what lies there is not replaced: %v", err).On(url(x.Place.Name(), key)))
		}
	}
}

// yanks are those that the JSON pages remember, but those of versions that no
// manifest has any more, and those that are new.
func (x *indexing) yanks(documents []pages.Document) []pages.Yank {
	list := append([]pages.Yank(nil), x.Options.Yanks...)
	has := func(list []pages.Yank, y pages.Yank) bool {
		for _, z := range list {
			if z.Project == y.Project && z.Version.Equal(y.Version) {
				return true
			}
		}
		return false
	}
	var versions []pages.Yank
	for _, d := range documents {
		for i := range d.Manifest.Artifacts {
			if name, err := wheel.Parse(path.Base(d.Manifest.Artifacts[i].RelativePath)); err == nil {
				versions = append(versions, pages.Yank{Project: name.Normalized(), Version: name.Version})
			}
		}
	}
	for _, y := range x.Unyanks {
		if !has(versions, y) && !x.failed() {
			x.add(finding.Errorf(pages.UnknownYank, "no such version is in the index").At("unyank").GotWant(y.String(), "a version of the index"))
		}
	}
	for key, s := range x.present {
		project := pages.ProjectOf(key)
		if project == "" || path.Ext(key) != ".json" {
			continue
		}
		// What is no page of ours remembers nothing, and is not replaced.
		remembered, _ := pages.ParsePage(project, s.data)
		for _, y := range remembered {
			if !has(list, y) && !has(x.Unyanks, y) && has(versions, y) {
				list = append(list, y)
			}
		}
	}
	return list
}

// maxMetadata bounds METADATA as reading it from a wheel does, maxPage a page as
// reading an index does.
const (
	maxMetadata = 4 << 20
	maxPage     = 64 << 20
)

// versionOf is how a receipt spells a version.
func versionOf(v store.Version) string { return strings.Trim(string(v), `"`) }
