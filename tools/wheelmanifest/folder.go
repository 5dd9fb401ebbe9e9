package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
)

// readyFolder makes sure, before anything is read, that --out can be replaced by
// a folder: ours says whether what is there may be lost.
func (f *flags) readyFolder(ours func(folder string) error) error {
	name, err := folderTarget(f.env.path(f.options.out))
	if err == nil {
		err = ours(name)
	}
	var made string
	if err == nil {
		made, err = asideFolder(name)
	}
	if err == nil {
		err = os.Remove(made)
	}
	if err != nil {
		return environmentf("--out=%s: %w", f.options.out, plainly(err))
	}
	return nil
}

// writeFolder gives the answer as a folder: written aside and renamed into place.
func (f *flags) writeFolder(ctx context.Context, tree map[string][]byte, ours func(folder string) error) error {
	err := replaceFolder(ctx, f.env.path(f.options.out), tree, ours)
	if err != nil && ctx.Err() == nil {
		return environmentf("--out=%s: %w", f.options.out, plainly(err))
	}
	return err
}

// replaceFolder makes the folder hold the files of tree, by paths with `/`, and
// nothing else, or leaves it as it was. Between two renames, for a moment, there
// is no such folder.
func replaceFolder(ctx context.Context, name string, tree map[string][]byte, ours func(folder string) error) (err error) {
	if name, err = folderTarget(name); err != nil {
		return err
	}
	made, err := asideFolder(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }()
	for _, file := range slices.Sorted(maps.Keys(tree)) {
		if err := errors.Join(ctx.Err(), newFile(filepath.Join(made, filepath.FromSlash(file)), tree[file])); err != nil {
			return err
		}
	}
	if err := errors.Join(ctx.Err(), ours(name)); err != nil {
		return err // it came while the answer was made
	}
	old := made + ".old.tmp"
	if err := ignoreMissing(os.Rename(name, old)); err != nil {
		return err
	}
	if err := os.Rename(made, name); err != nil {
		return errors.Join(err, ignoreMissing(os.Rename(old, name)))
	}
	return os.RemoveAll(old)
}

// newFile writes one file and makes the folders above it.
func newFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

// folderTarget is the folder that is replaced by a write to name: of a link, the
// one that it names.
func folderTarget(name string) (string, error) {
	name, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(name); err == nil {
			return "", errors.New("is a link to nothing, want a folder")
		}
		return name, nil
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", errors.New("is a file, want a folder")
	}
	return filepath.EvalSymlinks(name)
}

// asideFolder makes an empty folder beside another.
func asideFolder(name string) (string, error) {
	made := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+rand.Text()+".tmp")
	return made, os.Mkdir(made, 0o777)
}

// isIndex makes sure that a folder may be lost: it is not there, or empty, or an
// index and nothing besides. Wheels that somebody put into it are besides.
func isIndex(folder string) error {
	files := 0
	err := filepath.WalkDir(folder, func(name string, one fs.DirEntry, err error) error {
		if err != nil || one.IsDir() {
			return err
		}
		below, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		if files++; !pages.Ours(filepath.ToSlash(below)) || !one.Type().IsRegular() {
			return fmt.Errorf("holds %s, which is no file of an index; name another folder", finding.Quote(filepath.ToSlash(below)))
		}
		return nil
	})
	if err != nil || files == 0 {
		return ignoreMissing(err)
	}
	page, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(pages.FirstPage)))
	if ignoreMissing(err) != nil {
		return err
	}
	if !pages.Made(page) {
		return errors.New("is no index that this program made; name another folder")
	}
	return nil
}
