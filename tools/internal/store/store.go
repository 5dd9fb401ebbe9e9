// Package store reads the places where wheels and manifests lie: folders, web
// servers and package indexes, S3; and writes to folders and S3. What lies there
// is hostile: a place is never
// left by a key, a link or a redirect that does not follow the rules below, and
// what it claims is only reported.
//
// # Folders
//
// A path or a file:// URL names a folder. Keys are relative paths. A link to a
// file is followed wherever it leads, as it is when a manifest is made; a link
// to a folder only while it stays inside.
//
// # Web servers
//
// What is at an http:// or https:// URL is decided by what a GET of it answers:
//
//   - JSON of PEP 691 with `projects` is the root of an index, with `files` the
//     page of a project. So is HTML that has the version of PEP 629. Files are
//     found by name there and nowhere else.
//   - Other HTML that links to a file that projects publish (.whl, .tar.gz, ...)
//     is the listing of a folder: files are at their keys below the URL. Only a
//     link that claims a digest, as those of an index without its version do, or
//     whose name is the whole key, is followed wherever it leads.
//   - Other HTML may be the root of an index or the listing of a folder that
//     holds folders: the page {URL}/{project}/ is asked for, once a project. A
//     link on it that claims a digest is followed, else the key counts.
//   - 403, 404, 405 and 410, and any other media type, are a plain folder: files
//     lie at their keys, and nothing tells which there are. After 404 and 410 it
//     may be that there is no such place at all.
//
// A listing that links to folders does not tell what is in those.
//
// A page can promise that METADATA of a wheel is served beside it. What else it
// claims of a file (Requires-Python, the digest of METADATA) is gathered from all
// links of the name, under the old and new names of the marks, since installers
// differ in which they take. In a plain folder METADATA may lie beside a wheel
// without any promise.
//
// Links of one name that lead to several URLs are an error when that file is
// asked for, unless all of them claim the same digest, and so of the METADATA
// that they promise: nobody knows which of them
// an installer takes. Yanked files are there.
//
// Of the pages of projects only links to wheels are kept; together they may be no
// more than those of one page.
//
// https stays https, in redirects and in links. At most five redirects are
// followed. User name and password of a URL go as Basic authorization to its own
// origin (scheme, host and port) and to no other. A query stays on what is found
// by key. Neither is ever part of a message.
//
// # S3
//
// s3://bucket/prefix is read with the standard chain of profile, region and
// credentials, and with the endpoint of AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL,
// which is addressed by path. Keys stand below the prefix as they are. No redirect
// is followed.
//
// # Broken connections
//
// A response must begin within 60 seconds, connecting included, and none of its
// pauses may be longer than 60 seconds. 408, 429, 500, 502, 503, 504 and broken
// connections are tried again, five times in all, after a pause that doubles
// from half a second to eight, shortened by chance, or that a web server asks
// for, up to a minute. A body that breaks is taken up where it broke, when its
// validator says that it is the same file; where the server cannot do that, it is
// read from its beginning and must repeat, by its SHA-256, what was delivered
// before. Each mebibyte that arrived makes the five tries new.
//
// # Writing
//
// Nothing is overwritten: an object is put to S3 with If-None-Match: *, and 412
// asks the store for the SHA-256 of the whole that it made itself; where it has
// none, as of a multipart upload, the object is read. The verified SHA-256 goes
// along as x-amz-checksum-sha256, as the signed digest of the payload and as user
// metadata. Above 5 GiB a multipart upload is completed under the same condition
// once all that was read has the digest, and aborted otherwise; a killed process
// leaves its parts, which a bucket's lifecycle rule removes. Bytes that are no
// longer what was verified are never sent to their end.
//
// Of what is larger than a mebibyte it is asked first whether it is there already.
// Each request has the tries above, 409 and 412 of what is gone again begin the
// object again, five times in all. Within 60 seconds a piece of the body must be
// taken, within five minutes an upload be answered.
//
// In a folder a file is written under another name, which begins with
// .wheelmanifest-, brought to the disk and given its own name by link(2). A
// mutable file is compared and renamed under a lock file that is removed with the
// lock. A killed process leaves such names, which nobody lists.
//
// The credentials need s3:PutObject, s3:GetObject, s3:ListBucket and, for the
// keys .wheelmanifest-probe-* alone, s3:DeleteObject; above 5 GiB
// s3:AbortMultipartUpload.
package store

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store/page"
)

// Wanted is what is looked for.
type Wanted struct {
	// Key is where it should be, below the place; its last element is the
	// file's name.
	Key string
	// Project is its name by PEP 503.
	Project string
	// SHA256 is what its bytes should be, 64 lower-case hex digits.
	SHA256 string
}

// Object is one thing that a store holds.
type Object struct {
	// Key is where it is in the place; of what a page links to, the file's name.
	Key string
	// Size is in bytes; -1 where the place does not tell.
	Size int64
	// SHA256 is what the place itself claims, 64 lower-case hex digits; empty
	// where it claims nothing.
	SHA256 string
	// Version is as Written has it, Metadata the user metadata; a writer's Head
	// alone fills them.
	Version  string
	Metadata map[string]string
	// Claims are what the page that links to it says of it.
	Claims page.Claims
	// at is where the store itself finds it again, beside where a web server is
	// asked for METADATA of it; empty: nowhere.
	at, beside string
}

// Store is a place that holds wheels. It can be used by many goroutines at once.
// Every error says the place, the key and what happened, in one line without
// secrets and control characters.
type Store interface {
	// Name is the place for messages: without user, password, token and query.
	Name() string
	// Find looks for one file; the error is fs.ErrNotExist where nothing is
	// there, and another where that could not be found out.
	Find(ctx context.Context, w Wanted) (Object, error)
	// Read reads what Find or Wheels returned, up to a limit in bytes, where it
	// ends as if the file did. It resumes by itself where a connection breaks. It
	// is ErrChanged where the file was another one then.
	Read(ctx context.Context, o Object, limit int64) (io.ReadCloser, error)
	// Beside is where METADATA lies as a file of its own, if it does, of a wheel
	// that Find returned (PEP 658): Read says whether it is there. It is false
	// where nobody looks for it: a page says nothing of it, or files were given
	// one by one.
	Beside(o Object) (Object, bool)
	// Wheels lists every file that is named like a wheel; of an index's root,
	// those of the projects (names by PEP 503). The error is ErrNoList where the
	// place cannot tell all, ErrNoPlace where it may be that there is none. What
	// could be listed comes with an error too.
	Wheels(ctx context.Context, projects []string) ([]Object, error)
}

// Options say how a place is read or written to; the zero value is as the package
// says.
type Options struct {
	// Name is what messages call a folder of this machine; its path where empty.
	Name string

	// Profile is the profile of the AWS configuration that s3:// is used with;
	// empty: that of the environment.
	Profile string

	single    int64 // the largest object that S3 is sent in one request
	transport http.RoundTripper
	header    time.Duration
	stall     time.Duration
	backoff   func(try int) time.Duration
	pause     func(ctx context.Context, d time.Duration) error
}

// Open returns the store at a place: a folder's path, file://, http(s):// or
// s3://bucket/prefix.
func Open(ctx context.Context, place string, o Options) (Store, error) {
	if path, ok, err := local(place); ok {
		if err != nil {
			return nil, err
		}
		return openFolder(finding.Escape(cmp.Or(o.Name, place)), path)
	}
	switch scheme, rest := split(place); scheme {
	case "http", "https":
		return openWeb(ctx, place, o)
	case "s3":
		return openBucket(ctx, rest, o)
	default:
		return nil, errScheme(scheme)
	}
}

// Read reads one whole object that a path or a URL names. More than limit bytes
// is an error.
func Read(ctx context.Context, place string, limit int64) ([]byte, error) {
	return read(ctx, place, limit, Options{})
}

func read(ctx context.Context, place string, limit int64, o Options) ([]byte, error) {
	body, where, err := open(ctx, place, limit+1, o)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > limit:
		return nil, fail(where, fmt.Errorf("has more than %d bytes", limit))
	}
	return data, nil
}

// open opens one object that a path or a URL names. It returns its name for
// messages.
func open(ctx context.Context, place string, limit int64, o Options) (io.ReadCloser, string, error) {
	if path, ok, err := local(place); ok {
		if err != nil {
			return nil, "", err
		}
		where := finding.Escape(place)
		body, err := openFile(ctx, where, filepath.Clean(path), limit)
		return body, where, err
	}
	switch scheme, rest := split(place); scheme {
	case "http", "https":
		c, u, err := newClient(place, o)
		if err != nil {
			return nil, "", err
		}
		return c.body(ctx, u, "*/*", limit).begun(shown(u))
	case "s3":
		return openObject(ctx, rest, limit, o)
	default:
		return nil, "", errScheme(scheme)
	}
}
