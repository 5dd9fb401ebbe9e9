package store

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// File is a file of this machine.
type File struct {
	// Key is the key that it would have in a folder.
	Key string
	// Path is where it lies.
	Path string
	// SHA256 is what was read of it before, or empty.
	SHA256 string
}

// files is a store of single files.
type files struct {
	list   []File
	byKey  map[string][]int
	byName map[string][]int
}

// Files is a store of files on this machine, each under the key that it would
// have in a folder. A file is found by its key, else by its name; of several, it
// is that whose SHA256 is the wanted one.
func Files(list []File) Store {
	f := &files{list, map[string][]int{}, map[string][]int{}}
	for i, one := range list {
		f.byKey[one.Key] = append(f.byKey[one.Key], i)
		f.byName[path.Base(one.Key)] = append(f.byName[path.Base(one.Key)], i)
	}
	return f
}

func (f *files) Name() string { return "the given files" }

func (f *files) where(key string) string { return f.Name() + ": " + finding.Escape(key) }

func (f *files) Find(ctx context.Context, w Wanted) (Object, error) {
	if ctx.Err() != nil {
		return Object{}, fail(f.where(w.Key), ctx.Err())
	}
	at := f.byKey[w.Key]
	if len(at) == 0 {
		at = f.byName[path.Base(w.Key)]
	}
	switch len(at) {
	case 0:
		return Object{}, missing(f.where(w.Key))
	case 1:
		return f.object(at[0])
	}
	for _, i := range at {
		if f.list[i].SHA256 != "" && f.list[i].SHA256 == w.SHA256 {
			return f.object(i)
		}
	}
	what := fmt.Sprintf("%d files have the name, and none of them the digest %s", len(at), finding.Escape(w.SHA256))
	return Object{}, &failure{where: f.where(w.Key), what: what, kind: fs.ErrNotExist}
}

func (f *files) object(i int) (Object, error) {
	one := f.list[i]
	size, err := sizeOf(finding.Escape(one.Path), one.Path)
	return Object{Key: one.Key, Size: size, SHA256: one.SHA256, at: one.Path}, err
}

func (f *files) Read(ctx context.Context, o Object, limit int64) (io.ReadCloser, error) {
	return openFile(ctx, finding.Escape(o.at), o.at, limit)
}

func (f *files) Wheels(context.Context, []string) ([]Object, error) {
	list := make([]Object, len(f.list))
	for i, one := range f.list {
		list[i] = Object{Key: one.Key, Size: -1, SHA256: one.SHA256, at: one.Path}
	}
	return list, nil
}
