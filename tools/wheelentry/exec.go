package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
)

// exec reads what the flags name and writes the outputs, entry.json last.
func (o options) exec(ctx context.Context) error {
	sources, err := o.sources()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.metadataDir, 0o777); err != nil {
		return err
	}
	entries := []entry.Entry{}
	for _, s := range sources {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, metadata, err := o.read(ctx, s)
		if err != nil {
			return err
		}
		if err := o.keep(s, metadata); err != nil {
			return err
		}
		entries = append(entries, e)
	}
	var b bytes.Buffer
	if err := entry.Encode(&b, entries); err != nil {
		return err
	}
	return replace(o.out, b.Bytes())
}

// sources lists what is to be read.
func (o options) sources() ([]entry.Source, error) {
	if o.tree != "" {
		return entry.Walk(o.tree)
	}
	name := filepath.Base(o.wheel)
	if o.nameFile != "" {
		var err error
		if name, err = entry.ReadName(o.nameFile); err != nil {
			return nil, err
		}
	}
	return []entry.Source{{Path: o.wheel, Filename: name}}, nil
}

// read reads one source. A wheel named by a flag is read whatever its name is.
func (o options) read(ctx context.Context, s entry.Source) (entry.Entry, []byte, error) {
	if o.wheel != "" {
		return entry.Read(ctx, s.Path, s.Filename, s.Folder, entry.Options{})
	}
	return s.Read(ctx, entry.Options{})
}

// keep writes METADATA byte for byte. A name that could lead elsewhere is no
// wheel's, and a fault in the entry.
func (o options) keep(s entry.Source, metadata []byte) error {
	if metadata == nil || strings.ContainsAny(s.Filename, "/\\\x00") || !filepath.IsLocal(s.Filename) {
		return nil
	}
	folder := filepath.Join(o.metadataDir, filepath.FromSlash(s.Folder))
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	return replace(filepath.Join(folder, s.Filename+".metadata"), metadata)
}

// replace writes a file aside and renames it into place. The name aside is a
// short one: that of a wheel may be as long as the file system allows.
func replace(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".wheelentry-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
