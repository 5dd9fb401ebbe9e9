package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// shelf is a folder of this machine that is written to. What is not whole has
// another name there, and gets its own by link(2): rename(2) would overwrite.
type shelf struct {
	name, path string
	o          Options

	mu sync.Mutex
	in *folder // nil until it is known to be there
}

func newShelf(name, path string, o Options) *shelf {
	return &shelf{name: name, path: path, o: o.defaults()}
}

// at is the folder, which is made where that is wanted.
func (s *shelf) at(making bool) (*folder, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in != nil {
		return s.in, nil
	}
	if making {
		if err := os.MkdirAll(s.path, 0o777); err != nil {
			return nil, fail(s.name, err)
		}
	}
	in, err := openFolder(s.name, s.path)
	if err != nil {
		return nil, err
	}
	s.in = in.(*folder)
	return s.in, nil
}

func (s *shelf) Name() string { return s.name }

func (s *shelf) Find(ctx context.Context, w Wanted) (Object, error) {
	f, err := s.at(false)
	if err != nil {
		return Object{}, err
	}
	return f.Find(ctx, w)
}

func (s *shelf) Read(ctx context.Context, o Object, limit int64) (io.ReadCloser, error) {
	f, err := s.at(false)
	if err != nil {
		return nil, err
	}
	return f.Read(ctx, o, limit)
}

func (s *shelf) Wheels(ctx context.Context, projects []string) ([]Object, error) {
	f, err := s.at(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return f.Wheels(ctx, projects)
}

func (s *shelf) Head(ctx context.Context, key string) (Object, error) {
	return s.Find(ctx, Wanted{Key: key})
}

func (s *shelf) Create(ctx context.Context, key string, c Content) (Written, error) {
	f, local, err := s.prepare(key, c)
	if err != nil {
		return Written{}, err
	}
	// Most of what is there already need not be copied to find that out.
	if w, err := s.settle(ctx, f, key, c); !errors.Is(err, fs.ErrNotExist) {
		return w, err
	}
	if err := s.link(ctx, f, local, c); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return s.settle(ctx, f, key, c)
		}
		return Written{}, fail(f.where(key), err)
	}
	return Written{Key: key, Size: c.Size, SHA256: c.SHA256, Version: c.SHA256, Sent: true}, nil
}

// prepare makes the folders above a key. It returns the key's path in the folder.
func (s *shelf) prepare(k string, c Content) (*folder, string, error) {
	err := key.Check(k)
	if err == nil {
		err = c.check()
	}
	local := filepath.FromSlash(k)
	if err == nil && !filepath.IsLocal(local) {
		err = errors.New("no name of a file on this system")
	}
	if err != nil {
		return nil, "", fail(s.name+": "+finding.Escape(k), err)
	}
	f, err := s.at(true)
	if err != nil {
		return nil, "", err
	}
	if err := f.root.MkdirAll(filepath.Dir(local), 0o777); err != nil {
		return nil, "", fail(f.where(k), err)
	}
	return f, local, nil
}

// link puts a new file under its name, whole. It is fs.ErrExist where something
// has the name.
func (s *shelf) link(ctx context.Context, f *folder, local string, c Content) (err error) {
	temporary, err := fill(ctx, f.root, filepath.Dir(local), c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.root.Remove(temporary)) }()
	if err := f.root.Link(temporary, local); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		return fmt.Errorf("no link to a whole file can be made: %w", cause(err))
	}
	return syncFolder(f.root, filepath.Dir(local))
}

// fill writes a temporary file into a folder and returns its name. It is on the
// disk when it is there.
func fill(ctx context.Context, root *os.Root, dir string, c Content) (name string, err error) {
	body, err := begin(ctx, c)
	if err != nil {
		return "", err
	}
	defer body.Close()
	name = filepath.Join(dir, ours+rand.Text())
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, body)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, root.Remove(name))
	}
	return name, nil
}

// settle says whether what is there is what was to be put; fs.ErrNotExist where
// nothing is.
func (s *shelf) settle(ctx context.Context, f *folder, key string, c Content) (Written, error) {
	there, size, err := digest(ctx, f, key)
	switch {
	case err != nil:
		return Written{}, err
	case there != c.SHA256:
		return Written{}, &ExistsError{Place: s.name, Key: key, SHA256: there, Size: size, Want: c.SHA256}
	}
	return Written{Key: key, Size: size, SHA256: there, Version: there}, nil
}

// digest reads a whole file.
func digest(ctx context.Context, f *folder, key string) (sha string, size int64, err error) {
	o, err := f.Find(ctx, Wanted{Key: key})
	if err != nil {
		return "", 0, err
	}
	file, err := f.Read(ctx, o, 1<<62)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	sum := sha256.New()
	if size, err = io.Copy(sum, file); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}
