package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

func (s *shelf) Current(ctx context.Context, k string, limit int64) ([]byte, Version, error) {
	o, err := s.Head(ctx, k)
	if err != nil {
		return nil, "", err
	}
	file, err := s.Read(ctx, o, limit+1)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	switch {
	case err != nil:
		return nil, "", err
	case int64(len(data)) > limit:
		return nil, "", fail(s.in.where(k), fmt.Errorf("has more than %d bytes", limit))
	}
	return data, Version(sumOf(data)), nil
}

// Replace compares and renames under a lock that other processes honour too.
// Readers see the one file or the other.
func (s *shelf) Replace(ctx context.Context, k string, was Version, c Content) (_ Version, err error) {
	f, local, err := s.prepare(k, c)
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(local)
	unlock, err := lock(ctx, f.root, filepath.Join(dir, ours+"lock"), s.o.pause)
	if err != nil {
		return "", fail(f.where(k), fmt.Errorf("cannot be locked: %w", err))
	}
	defer func() {
		if unlocked := unlock(); err == nil && unlocked != nil {
			err = fail(f.where(k), unlocked)
		}
	}()
	now, _, err := digest(ctx, f, k)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", err
	case Version(now) != was:
		return "", replaced(f.where(k))
	}
	if was == "" {
		if err = s.link(ctx, f, local, c); errors.Is(err, fs.ErrExist) {
			return "", replaced(f.where(k))
		}
	} else {
		err = s.rename(ctx, f, local, c)
	}
	if err != nil {
		return "", fail(f.where(k), err)
	}
	return Version(c.SHA256), nil
}

func (s *shelf) rename(ctx context.Context, f *folder, local string, c Content) error {
	temporary, err := fill(ctx, f.root, filepath.Dir(local), c)
	if err != nil {
		return err
	}
	if err := f.root.Rename(temporary, local); err != nil {
		return errors.Join(err, f.root.Remove(temporary))
	}
	return syncFolder(f.root, filepath.Dir(local))
}

// List walks the folder without following links to folders, as S3 has none.
func (s *shelf) List(ctx context.Context, prefix string) ([]Object, error) {
	f, err := s.at(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []Object
	err = fs.WalkDir(f.root.FS(), ".", func(k string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && errors.Is(err, fs.ErrNotExist): // gone since the folder was read
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case entry.IsDir() && k != "." && !strings.HasPrefix(k+"/", prefix) && !strings.HasPrefix(prefix, k+"/"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasPrefix(k, prefix) || private(k) || key.Check(k) != nil:
			return nil
		}
		// A link to a file is that file.
		if info, err := f.root.Stat(filepath.FromSlash(k)); err == nil && info.Mode().IsRegular() {
			list = append(list, Object{Key: k, Size: info.Size()})
		}
		return nil
	})
	if err != nil {
		return nil, fail(s.name, err)
	}
	slices.SortFunc(list, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
	return list, nil
}

func (s *shelf) Probe(ctx context.Context) error {
	return probe(ctx, s, func(_ context.Context, k string) error {
		f, err := s.at(false)
		if err != nil {
			return err
		}
		if err := f.root.Remove(filepath.FromSlash(k)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fail(f.where(k), err)
		}
		return nil
	})
}
