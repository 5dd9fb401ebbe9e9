package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Writer is a place that wheels and manifests are put to. It never overwrites
// what Create put, and changes what Replace put only for callers that know what
// is there. No half of an object is ever there under its key.
type Writer interface {
	Store
	// Head asks for one object, with the SHA-256 of its bytes where the place has
	// one that is proved (user metadata is no proof); fs.ErrNotExist where nothing
	// is there.
	Head(ctx context.Context, key string) (Object, error)
	// Create puts a new object. Where the same bytes are there already, Sent is
	// false; where others are, the error is *ExistsError. It is ErrSource where
	// the content is not what it says, and nothing is put then.
	Create(ctx context.Context, key string, c Content) (Written, error)
	// Current reads a mutable object with its version; fs.ErrNotExist where
	// nothing is there. More than limit bytes is an error.
	Current(ctx context.Context, key string, limit int64) ([]byte, Version, error)
	// Replace puts a mutable object if what is there still has the version; the
	// zero Version: if nothing is there. It is ErrChanged otherwise: read again.
	// Versions are of bytes: who counts must say in the bytes who wrote them.
	Replace(ctx context.Context, key string, was Version, c Content) (Version, error)
	// List lists the objects whose keys begin with a prefix, sorted.
	List(ctx context.Context, prefix string) ([]Object, error)
	// Probe finds out whether the place honours the conditions that Create and
	// Replace rest on, with a key of its own that it removes. The error says what
	// the place ignored.
	Probe(ctx context.Context) error
}

// Content is what is put, as it was verified before.
type Content struct {
	// Open opens the bytes. It is called once for each Create or Replace.
	Open func() (io.ReadSeekCloser, error)
	Size int64 // in bytes
	// SHA256 is 64 lower-case hex digits.
	SHA256 string
	// Type and CacheControl are headers, Metadata the user's metadata (S3 alone):
	// names in lower case, values of printable ASCII.
	Type, CacheControl string
	Metadata           map[string]string
}

// Written is an object that Create put or found.
type Written struct {
	Key    string
	Size   int64
	SHA256 string
	// Version is that of a bucket which keeps versions, else the ETag; of a file
	// its SHA-256.
	Version string
	// Sent says that the place confirmed these bytes as put by this call. It is
	// false where they were there already, even if a try of this call put them
	// whose answer was lost.
	Sent bool
}

// Version tells the states of a mutable object apart.
type Version string

// metadataSHA256 is the user metadata that TheRock's readers look at.
const metadataSHA256 = "checksum-sha256"

// ErrSource says that content is not what it was when it was verified.
var ErrSource = errors.New("the file is not what was verified")

// ExistsError says that a key has other bytes already.
type ExistsError struct {
	// Place is the store's name, Key the key in it.
	Place, Key string
	// SHA256 and Size are of what is there, Want the digest of what was to be put.
	SHA256 string
	Size   int64
	Want   string
	// Metadata is the user metadata of what is there.
	Metadata map[string]string
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("%s/%s: other bytes are there: got sha256 %s, want %s", strings.TrimSuffix(e.Place, "/"), finding.Escape(e.Key), e.SHA256, e.Want)
}

// Is makes it fs.ErrExist.
func (e *ExistsError) Is(target error) bool { return target == fs.ErrExist }

// Write returns the writer at a place: a folder's path, file:// or
// s3://bucket/prefix. A folder need not be there yet.
func Write(ctx context.Context, place string, o Options) (Writer, error) {
	if path, ok, err := local(place); ok {
		if err != nil {
			return nil, err
		}
		return newShelf(finding.Escape(place), path, o), nil
	}
	switch scheme, rest := split(place); scheme {
	case "s3":
		return newShop(ctx, rest, o)
	case "http", "https":
		return nil, fmt.Errorf("%s://: cannot be written to, want s3://bucket/prefix or file://", scheme)
	default:
		return nil, errScheme(scheme)
	}
}
