package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// bytesOf reads a document from a path or a URL, one byte beyond the bound at
// most: a larger one is then refused as a document. Where it cannot be read, the
// error is a foundError, and else the context's.
func (f *flags) bytesOf(ctx context.Context, name string) ([]byte, error) {
	read := func() ([]byte, error) { return readDocument(f.env.path(name)) }
	if isURL(name) {
		read = func() ([]byte, error) { return store.Read(ctx, name, document.MaxBytes+1) }
	}
	data, err := aside(ctx, read)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && isURL(name):
		return nil, foundError{finding.Errorf("unreadable", "it cannot be read: %v", err).On(f.env.shown(name)).Plain()}
	case err != nil:
		return nil, foundError{unreadableFile(f.env.shown(name), err)}
	}
	return data, nil
}

// foundError is an error that is a finding.
type foundError struct{ finding.Finding }

func (e foundError) Error() string { return e.String() }

// unread tells of a document that could not be read, and is the error of a verb
// that ends with that.
func (env *environment) unread(err error) error {
	found, is := errors.AsType[foundError](err)
	if !is {
		return err
	}
	env.list([]finding.Finding{found.Finding})
	return answerNo(true)
}

// load reads the manifest that a path or a URL names, and everything that is
// wrong with it: nil where it cannot be read to its end.
func (f *flags) load(ctx context.Context, name string) (*document.Manifest, []byte, []finding.Finding, error) {
	data, err := f.bytesOf(ctx, name)
	if err != nil {
		return nil, nil, nil, err
	}
	m, findings := document.Check(data)
	return m, data, of(f.env.shown(name), findings), nil
}

// isURL says whether a place is a URL and not a path of the command line.
func isURL(place string) bool {
	scheme, _, found := strings.Cut(place, "://")
	return mistyped.MatchString(place) || found && scheme != "" && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-") == ""
}

// readDocument reads a file, one byte beyond the bound at most: a larger one
// is then refused as a document.
func readDocument(name string) (data []byte, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, document.MaxBytes+1))
}

// unreadableFile is the finding of a file or folder that cannot be read.
func unreadableFile(name string, err error) finding.Finding {
	thing := "file"
	var path *fs.PathError
	if errors.As(err, &path) {
		if info, statErr := os.Stat(path.Path); statErr == nil && info.IsDir() {
			thing = "folder"
		}
	}
	return finding.Errorf("unreadable", "the %s cannot be read: %v", thing, plainly(err)).On(name)
}
