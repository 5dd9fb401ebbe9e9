package verification

import (
	"context"
	"path"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// maxCandidates is how many files are read to find the bytes of one wheel that is
// missing: a folder can have any number of one size.
const maxCandidates = 8

// elsewhere says of each missing wheel what beside the wheels of the manifest has
// its name, else its bytes.
func (r *run) elsewhere(ctx context.Context, others []store.Object) {
	e := &elsewhere{run: r, named: map[string]string{}, claimed: map[string]string{}, sized: map[int64][]*candidate{}}
	for _, o := range others {
		if name := path.Base(o.Key); e.named[name] == "" {
			e.named[name] = o.Key
		}
		if o.SHA256 == "" {
			e.sized[o.Size] = append(e.sized[o.Size], &candidate{object: o})
		} else if e.claimed[o.SHA256] == "" {
			e.claimed[o.SHA256] = o.Key
		}
	}
	for i := range r.checked {
		c := &r.checked[i]
		if c.state != missing {
			continue
		}
		f := &c.findings[len(c.findings)-1]
		if at := e.named[path.Base(c.artifact.RelativePath)]; at != "" {
			f.Message += "; " + finding.Escape(at) + " has its name (--wheel-key?)"
		} else if at := e.bytes(ctx, c.artifact.SHA256, c.artifact.SizeBytes); at != "" {
			f.Message += "; " + finding.Escape(at) + " has its bytes"
		}
	}
}

// elsewhere has the keys of what the manifest does not have: by file name, by the
// digest that the place claims, and by size where it claims none.
type elsewhere struct {
	run            *run
	named, claimed map[string]string
	sized          map[int64][]*candidate
}

// candidate is a file that is read once, if at all.
type candidate struct {
	object store.Object
	read   bool
	digest string
}

// bytes is the key of what has a digest, empty where nothing is known to. Only
// files of this machine are read for that.
func (e *elsewhere) bytes(ctx context.Context, digest string, size int64) string {
	if at := e.claimed[digest]; at != "" {
		return at
	}
	local, ok := e.run.Store.(onDisk)
	if !ok {
		return ""
	}
	list := e.sized[size]
	for _, c := range list[:min(len(list), maxCandidates)] {
		if _, here := local.Path(c.object); !here {
			continue
		}
		if !c.read {
			c.read, c.digest = true, e.digest(ctx, c.object)
		}
		if c.digest == digest {
			return c.object.Key
		}
	}
	return ""
}

// digest is that of an object, empty where it cannot be read: then it is not
// known to be anything.
func (e *elsewhere) digest(ctx context.Context, o store.Object) string {
	body, err := e.run.Store.Read(ctx, o, o.Size+1)
	if err != nil {
		return ""
	}
	_, digest, err := entry.Digest(body)
	if closed := body.Close(); err != nil || closed != nil {
		return ""
	}
	return digest
}

// nothing says that not one wheel was found, and that nothing but that was wrong.
func (r *run) nothing() bool {
	some := false
	for i := range r.checked {
		switch r.checked[i].state {
		case missing:
			some = true
		case withoutKey:
		default:
			return false
		}
	}
	return some
}

// noPlace is the answer where the place of the wheels is not there itself.
func (r *run) noPlace(err error) {
	for i := range r.checked {
		if c := &r.checked[i]; c.state == missing {
			c.state, c.findings = unreadable, nil
		}
	}
	r.gather()
	r.result.Findings = append(r.result.Findings,
		finding.Errorf(PlaceUnreadable, "nothing of the place can be found: %v", err).On(r.Store.Name()).Plain())
}
