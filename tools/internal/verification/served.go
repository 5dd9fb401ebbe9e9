package verification

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/metadata"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store/page"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// claims holds what a page claims of a wheel against the manifest. Of several
// claims that differ, the first is told: a hostile page can have any number.
func (r *run) claims(c *checked, claimed page.Claims) {
	is := &c.artifact.Metadata
	for _, digest := range claimed.MetadataSHA256 {
		if digest != is.SHA256 {
			c.add(differing, finding.Errorf(IndexMetadataDiffers, "the place claims another digest of METADATA than the manifest").
				At("/metadata/sha256").GotWant(digest, is.SHA256))
			break
		}
	}
	for _, python := range claimed.RequiresPython {
		if want := is.RequiresPython; want == nil || !samePythons(python, *want) {
			c.add(differing, finding.Errorf(IndexPythonDiffers, "the place claims that the wheel is for other Pythons than the manifest").
				At("/metadata/requires_python").GotWant(python, orNull(want)))
			break
		}
	}
}

func orNull(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

// samePythons says whether two texts of Requires-Python ask for the same: pages
// write clauses in another order, and with other spaces, than METADATA. A text
// that is not of PEP 440 is like no other.
func samePythons(a, b string) bool {
	if a == b {
		return true
	}
	p, err := version.ParseSpecifiers(a)
	q, err2 := version.ParseSpecifiers(b)
	return err == nil && err2 == nil && slices.Equal(clauses(p), clauses(q))
}

// clauses are those of a set, in an order of their own.
func clauses(s version.Specifiers) []string {
	list := strings.Split(s.String(), ",")
	slices.Sort(list)
	return slices.Compact(list)
}

// metadata reads METADATA that lies beside a wheel. Where it is not promised,
// none needs to be there.
func (r *run) metadata(ctx context.Context, c *checked, object store.Object) {
	beside, looked := r.Store.Beside(object)
	if !looked {
		return
	}
	promised := object.Claims.Metadata
	if !promised && c.state == unreadable {
		return // the place says no more of it than of the wheel
	}
	size, digest, err := r.short(ctx, beside)
	switch want := c.artifact.Metadata.SHA256; {
	case !promised && (errors.Is(err, fs.ErrNotExist) || store.Forbidden(err)):
	case errors.Is(err, fs.ErrNotExist):
		c.add(differing, finding.Errorf(ServedMetadataMissing, "the place promises METADATA beside the wheel, and it is not there: %v", err))
	case err != nil:
		c.add(unreadable, finding.Errorf(ServedMetadataUnreadable, "METADATA beside the wheel cannot be read: %v", err))
	case size > metadata.MaxBytes:
		c.add(differing, finding.Errorf(ServedMetadataDiffers, "METADATA beside the wheel has more than %d bytes, which no METADATA has", metadata.MaxBytes).
			At("/metadata/sha256"))
	case digest != want:
		c.add(differing, finding.Errorf(ServedMetadataDiffers, "METADATA beside the wheel has other bytes than that of the wheel").
			At("/metadata/sha256").GotWant(digest, want))
	}
}

// short reads an object, and no more of it than METADATA may be and one byte.
func (r *run) short(ctx context.Context, o store.Object) (size int64, digest string, err error) {
	const limit = metadata.MaxBytes + 1
	body, err := r.Store.Read(ctx, o, limit)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	h := sha256.New()
	size, err = io.Copy(h, io.LimitReader(body, limit))
	return size, hex.EncodeToString(h.Sum(nil)), err
}
