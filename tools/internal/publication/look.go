package publication

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// look finds out what is there.
func (r *run) look(ctx context.Context) {
	items := append(append([]*item{}, r.wheels...), r.document)
	// The error is the context's, which whoever called asks for.
	_ = r.Each(ctx, len(items), func(i int) { r.lookAt(ctx, items[i], r.ManifestOnly && items[i] != r.document) })
	for _, p := range r.pointers {
		if ctx.Err() == nil {
			r.lookAtPointer(ctx, p)
		}
	}
}

// lookAt finds out what lies under one key. must says that the wheel has to be
// there.
func (r *run) lookAt(ctx context.Context, i *item, must bool) {
	there, err := there(ctx, i.place, i.Key)
	switch {
	case ctx.Err() != nil:
	case err == nil && there.SHA256 == i.Content.SHA256 && there.Size == i.Content.Size:
		i.status, i.version = Already, there.Version
	case err == nil:
		r.taken(ctx, i, there)
	case must && errors.Is(err, fs.ErrNotExist):
		r.add(finding.Errorf(NotThere, "the wheel is not there, and a manifest is published after its wheels").On(i.Artifact).GotWant("", i.url()))
	case errors.Is(err, fs.ErrNotExist), !must && errors.Is(err, fs.ErrPermission):
		// S3 tells those who may not list a bucket nothing of what is not there.
		// What is there will not be overwritten.
		i.put, i.status = true, Would
	default:
		r.broken(err)
	}
}

// there is what lies under a key, with the digest of its bytes: what the place
// has of it, else what is read.
func there(ctx context.Context, place store.Writer, key string) (store.Object, error) {
	o, err := place.Head(ctx, key)
	if err != nil || o.SHA256 != "" && o.Size >= 0 {
		return o, err
	}
	body, err := place.Read(ctx, o, math.MaxInt64)
	if err != nil {
		return o, err
	}
	h := sha256.New()
	o.Size, err = io.Copy(h, body)
	o.SHA256 = hex.EncodeToString(h.Sum(nil))
	return o, errors.Join(err, body.Close())
}

// taken says that a key has other bytes, and whose they are.
func (r *run) taken(ctx context.Context, i *item, there store.Object) {
	remedy := "publish that run's wheel again as reused, or build this one with a new build tag"
	if i.Artifact == "" {
		remedy = "a manifest is never changed: publish that of a new attempt, or name another key with --manifest-key"
	}
	r.add(finding.Errorf(OtherBytes, "the key has other bytes, %s; nothing is overwritten and nothing further is sent; %s", r.owner(ctx, i, there), remedy).
		On(i.url()).At("sha256").GotWant(there.SHA256, i.Content.SHA256))
}
