package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// ErrNoList says that a place cannot tell what it holds.
var ErrNoList = errors.New("the place cannot tell what it holds")

// ErrNoPlace says that the place itself is not there, as far as can be told. It
// is an ErrNoList.
var ErrNoPlace = fmt.Errorf("the place is not there: %w", ErrNoList)

// ErrChanged says that a file changed while it was read.
var ErrChanged = errors.New("the file changed while it was read")

var (
	errStalled = errors.New("the server sent nothing for too long")
	errRange   = errors.New("the server sent another part of the file than it was asked for")
)

// failure is what every error of a store is: the place and key, and what
// happened there. Errors of the network and of the SDK hold URLs, headers and
// foreign text, so that nothing of them is kept but their kind.
type failure struct {
	where, what string
	// kind is for errors.Is: fs.ErrNotExist, ErrNoPlace, ErrNoList, ErrChanged,
	// errors of a context, or nil.
	kind error
	// status is that of an HTTP response, or 0.
	status int
	// code is what S3 calls it, or empty.
	code string
}

func (f *failure) Error() string { return f.where + ": " + f.what }
func (f *failure) Unwrap() error { return f.kind }

// maxWhat bounds how much of a foreign error is repeated, in bytes.
const maxWhat = 512

// fail makes a failure of any error.
func fail(where string, err error) error {
	f := &failure{where: where, what: plain(err), kind: kindOf(err)}
	if already, ok := errors.AsType[*failure](err); ok {
		return already
	}
	return f
}

// plain is the text of an error without the URL that net/http puts into it and
// the path that package os does, fit for one line.
func plain(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	text := err.Error()
	if len(text) > maxWhat {
		text = strings.ToValidUTF8(text[:maxWhat], "") + "..."
	}
	return finding.Escape(text)
}

// kindOf is the error that callers ask for, nil where it is another.
func kindOf(err error) error {
	for _, kind := range []error{fs.ErrNotExist, fs.ErrPermission, ErrNoPlace, ErrNoList, ErrChanged, ErrSource, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return nil
}

// Forbidden says whether a server let nobody read something. S3 says so of what
// is not there, too, to whoever may not list, so that it proves nothing.
func Forbidden(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.status == http.StatusForbidden
}

// whatOf is what happened, without the place.
func whatOf(err error) string {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.what
	}
	return plain(err)
}

// missing says that nothing is there.
func missing(where string) error {
	return &failure{where: where, what: "nothing is there", kind: fs.ErrNotExist}
}
