package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// folder is a folder of this machine. Links are followed as entry.Walk follows
// them, so that what a manifest was made of is found again: a link to a file
// wherever it leads, a link to a folder only while it stays inside.
type folder struct {
	name string
	root *os.Root
}

func openFolder(name, path string) (Store, error) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = errors.New("is a file, want a folder")
	}
	if err != nil {
		return nil, fail(name, err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fail(name, err)
	}
	return &folder{name, root}, nil
}

func (f *folder) Name() string { return f.name }

func (f *folder) where(key string) string { return f.name + ": " + finding.Escape(key) }

// path is where a key lies on this machine, once it is sure that its folder is
// inside the root.
func (f *folder) path(k string) (string, error) {
	if err := key.Check(k); err != nil {
		return "", fail(f.name, err)
	}
	local := filepath.FromSlash(k)
	info, err := f.root.Stat(filepath.Dir(local))
	switch {
	case absent(err) || err == nil && !info.IsDir():
		return "", missing(f.where(k))
	case err != nil:
		return "", fail(f.where(k), err)
	}
	if !filepath.IsLocal(local) { // names that Windows keeps for devices
		return "", fail(f.where(k), errors.New("no name of a file on this system"))
	}
	return filepath.Join(f.root.Name(), local), nil
}

func (f *folder) Find(ctx context.Context, w Wanted) (Object, error) {
	if ctx.Err() != nil {
		return Object{}, fail(f.where(w.Key), ctx.Err())
	}
	path, err := f.path(w.Key)
	if err != nil {
		return Object{}, err
	}
	size, err := sizeOf(f.where(w.Key), path)
	return Object{Key: w.Key, Size: size}, err
}

func (f *folder) Read(ctx context.Context, o Object, limit int64) (io.ReadCloser, error) {
	path, err := f.path(o.Key)
	if err != nil {
		return nil, err
	}
	return openFile(ctx, f.where(o.Key), path, limit)
}

// Wheels lists everything that is named like a wheel. Where a folder could not
// be looked into, the list is of the others and the error names it.
func (f *folder) Wheels(ctx context.Context, _ []string) ([]Object, error) {
	if ctx.Err() != nil {
		return nil, fail(f.name, ctx.Err())
	}
	sources, err := entry.Walk(f.root.Name())
	if err != nil {
		return nil, fail(f.name, err)
	}
	var list []Object
	var faults []error
	for _, s := range sources {
		k := s.Filename
		if s.Folder != "" {
			k = s.Folder + "/" + k
		}
		if s.Err != nil {
			faults = append(faults, fail(f.where(k), s.Err))
		}
		if s.IsWheel() {
			o := Object{Key: k, Size: -1}
			if info, err := os.Stat(s.Path); err == nil && info.Mode().IsRegular() {
				o.Size = info.Size()
			}
			list = append(list, o)
		}
	}
	return list, errors.Join(faults...)
}

// sizeOf is the size of a file, which a link may lead to.
func sizeOf(where, path string) (int64, error) {
	info, err := os.Stat(path)
	switch {
	case absent(err):
		return -1, missing(where)
	case err != nil:
		return -1, fail(where, err)
	case !info.Mode().IsRegular():
		return -1, fail(where, fmt.Errorf("is %s, want a file", typeOf(info.Mode())))
	}
	return info.Size(), nil
}

func typeOf(m fs.FileMode) string {
	if m.IsDir() {
		return "a folder"
	}
	return "no ordinary file"
}

// absent says whether the error means that nothing is at a path: its folder may
// be a file.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) }

// openFile opens a file and nothing but an ordinary one: opening a pipe waits
// for its other end.
func openFile(ctx context.Context, where, path string, limit int64) (io.ReadCloser, error) {
	if _, err := sizeOf(where, path); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fail(where, err)
	}
	return &reading{ctx, where, file, limit}, nil
}

// reading is a file that is read until the context ends, up to a limit.
type reading struct {
	ctx   context.Context
	where string
	file  *os.File
	left  int64
}

func (r *reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, fail(r.where, err)
	}
	if r.left <= 0 {
		return 0, io.EOF
	}
	n, err := r.file.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if err != nil && err != io.EOF {
		err = fail(r.where, err)
	}
	return n, err
}

func (r *reading) Close() error { return r.file.Close() }
