package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
)

// exec reads what the flags name and writes the output.
func (o options) exec(ctx context.Context) error {
	sources, err := o.sources()
	if err != nil {
		return err
	}
	all := []contents.Contents{}
	for _, s := range sources {
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := contents.Read(ctx, s.Path, s.Filename, s.Folder, contents.Options{Jobs: o.jobs})
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	return replace(o.out, func(w io.Writer) error { return contents.Encode(w, all) })
}

// sources lists the wheels that are to be read. What is no wheel in a tree of
// them is a fault of the tree's entries.
func (o options) sources() ([]entry.Source, error) {
	if o.tree == "" {
		name := filepath.Base(o.wheel)
		if o.nameFile != "" {
			var err error
			if name, err = entry.ReadName(o.nameFile); err != nil {
				return nil, err
			}
		}
		return []entry.Source{{Path: o.wheel, Filename: name}}, nil
	}
	all, err := entry.Walk(o.tree)
	if err != nil {
		return nil, err
	}
	wheels := all[:0]
	for _, s := range all {
		if s.Err != nil {
			return nil, s.Err
		}
		if s.IsWheel() && !s.Link {
			wheels = append(wheels, s)
		}
	}
	return wheels, nil
}

// replace writes a file aside and renames it into place. The name aside is a
// short one: that of a wheel may be as long as the file system allows.
func replace(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".wheelcontents-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriter(f)
	if err = errors.Join(write(w), w.Flush(), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
