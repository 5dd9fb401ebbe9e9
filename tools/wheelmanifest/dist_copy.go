package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
)

// bring makes a hard link to a wheel, or a copy where that cannot be.
func bring(ctx context.Context, link linking, from, to string) (how string, err error) {
	// A target's files are links themselves.
	if from, err = filepath.EvalSymlinks(from); err != nil {
		return "", err
	}
	if link(from, to) == nil {
		return linked, nil
	}
	return copied, duplicate(ctx, from, to)
}

// chunk is how many bytes are copied between two looks at the context.
const chunk = 64 << 20

// duplicate copies a file: from file to file, so that a file system that can
// shares the blocks.
func duplicate(ctx context.Context, from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for ctx.Err() == nil {
		if _, err := io.CopyN(file, source, chunk); errors.Is(err, io.EOF) {
			return file.Sync()
		} else if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// digestOf reads a file to its end, or until the context ends.
func digestOf(ctx context.Context, name string) (size int64, digest string, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	return entry.Digest(until{ctx, file})
}

// until reads until the context ends.
type until struct {
	ctx context.Context
	io.Reader
}

func (u until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Reader.Read(p)
}
