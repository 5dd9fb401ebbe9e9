package verification

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// artifact looks at one artifact. What it finds once the context has ended is
// of no use, and nobody looks at it.
func (r *run) artifact(ctx context.Context, i int) {
	c := &r.checked[i]
	p := &part{run: r, left: r.work(c.artifact)}
	defer p.end()
	if c.state == withoutKey {
		return
	}
	a := c.artifact
	object, err := r.Store.Find(ctx, store.Wanted{Key: c.key, Project: wheel.Normalize(a.Labels.Distribution), SHA256: a.SHA256})
	if err != nil {
		r.unread(c, err)
		return
	}
	c.found = object.Key
	r.wheel(ctx, c, object, p)
	if c.state != missing {
		r.claims(c, object.Claims)
		r.metadata(ctx, c, object)
	}
}

// wheel looks at a wheel that was found.
func (r *run) wheel(ctx context.Context, c *checked, object store.Object, p *part) {
	a := c.artifact
	if object.SHA256 != "" && object.SHA256 != a.SHA256 {
		c.add(differing, finding.Errorf(IndexDigestDiffers, "the place claims another digest of the wheel than the manifest").
			At("/sha256").GotWant(object.SHA256, a.SHA256))
	}
	if object.Size >= 0 && object.Size != a.SizeBytes {
		c.add(differing, sizeDiffers(a.SizeBytes, object.Size))
		return
	}
	if !r.Contents {
		r.bytes(ctx, c, object, p, nil)
		return
	}
	file, err := r.file(object)
	if err != nil {
		c.add(unreadable, finding.Errorf(ArtifactUnreadable, "the wheel cannot be copied: %v", err))
		return
	}
	defer file.end()
	if r.bytes(ctx, c, object, p, file.copy) && c.state == verified {
		r.compare(ctx, c, file.name, p)
	}
}

// unread notes why a wheel could not be found or read.
func (r *run) unread(c *checked, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		c.add(missing, finding.Errorf(ArtifactMissing, "the wheel is not there: %v", err).GotWant("", c.key))
		return
	}
	c.add(unreadable, finding.Errorf(ArtifactUnreadable, "the wheel cannot be read: %v", err))
}

// bytes reads the wheel to its end, into a copy too where there is one, and says
// whether size and digest are right.
func (r *run) bytes(ctx context.Context, c *checked, object store.Object, p *part, to *os.File) bool {
	a := c.artifact
	size, digest, err := r.digest(ctx, object, a.SizeBytes+1, p, to)
	c.bytes = size
	switch {
	case err != nil:
		r.unread(c, err)
	case size != a.SizeBytes:
		c.add(differing, sizeDiffers(a.SizeBytes, size))
	case digest != a.SHA256:
		c.add(differing, finding.Errorf(ArtifactDigestDiffers, "the wheel has other bytes than the manifest says").
			At("/sha256").GotWant(digest, a.SHA256))
	default:
		return true
	}
	return false
}

func (r *run) digest(ctx context.Context, object store.Object, limit int64, p *part, to *os.File) (size int64, digest string, err error) {
	body, err := r.Store.Read(ctx, object, limit)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	var from io.Reader = &watched{ctx, io.LimitReader(body, limit), p}
	if to != nil {
		from = io.TeeReader(from, to)
	}
	if limit > small {
		return entry.Digest(from)
	}
	h := sha256.New()
	size, err = io.Copy(h, from)
	return size, hex.EncodeToString(h.Sum(nil)), err
}

// small is the size in bytes up to which hashing beside reading costs more than
// it saves.
const small = 512 << 10

// sizeDiffers is the finding of another size; of a longer wheel no more is known
// than that it is longer, unless the place tells.
func sizeDiffers(want, got int64) finding.Finding {
	text := strconv.FormatInt(got, 10)
	if got == want+1 {
		text = fmt.Sprintf("%d or more", got)
	}
	return finding.Errorf(ArtifactSizeDiffers, "the wheel has another size than the manifest says").
		At("/size_bytes").GotWant(text, strconv.FormatInt(want, 10))
}
