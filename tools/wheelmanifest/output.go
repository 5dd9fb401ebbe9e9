package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// write gives the answer: to the file of --out, aside first and renamed into
// place, or to stdout.
func (f *flags) write(ctx context.Context, data []byte) error {
	if f.options.out == "" {
		return f.env.print(data)
	}
	if err := replace(ctx, f.env.path(f.options.out), data); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return environmentf("--out=%s: %w", f.options.out, plainly(err))
	}
	return nil
}

// plainly takes the path off an error of a file, where the message names the
// file already, and in the words of the command line.
func plainly(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// replace makes the file hold data, or leaves it as it was. What is no regular
// file, such as a pipe, is written to. A link stays: the file that it names is
// the one replaced.
func replace(ctx context.Context, name string, data []byte) (err error) {
	if info, statErr := os.Stat(name); statErr == nil {
		if !info.Mode().IsRegular() && !info.IsDir() {
			return os.WriteFile(name, data, 0)
		}
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return err
		}
	}
	// Not os.CreateTemp: the file must have the permissions of the umask.
	aside := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+rand.Text()+".tmp")
	file, err := os.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(aside)))
		}
	}()
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close(), ctx.Err())
	if err != nil {
		return err
	}
	return os.Rename(aside, name)
}

// withdraw removes what an earlier call wrote to --out, so that no document of
// other wheels stands where a failed one was to be. Of a link, it removes the
// file that replace would have replaced.
func (f *flags) withdraw() error {
	if f.options.out == "" {
		return nil
	}
	name := f.env.path(f.options.out)
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return ignoreMissing(err)
	}
	name, err = filepath.EvalSymlinks(name)
	if err == nil {
		err = os.Remove(name)
	}
	if err != nil {
		return fmt.Errorf("remove the document of an earlier call: %w", err)
	}
	f.env.say("removed %s, which an earlier call wrote", f.options.out)
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
