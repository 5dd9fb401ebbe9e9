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
	if err := ctx.Err(); err != nil {
		return err
	}
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
	name, regular, err := target(name)
	switch {
	case err != nil:
		return err
	case !regular:
		_, err := aside(ctx, func() (struct{}, error) { return struct{}{}, os.WriteFile(name, data, 0) })
		return err
	}
	file, err := beside(name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(file.Name())))
		}
	}()
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close(), ctx.Err())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}

// target is the file that is replaced by a write to name: of a link, the one
// that it names. What is there and neither a regular file nor a folder is not
// replaced.
func target(name string) (file string, regular bool, err error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return name, true, nil // nothing is there; making the file tells more
	case info.IsDir():
		return "", false, errFolder
	case !info.Mode().IsRegular():
		return name, false, nil
	}
	name, err = filepath.EvalSymlinks(name)
	return name, true, err
}

// beside makes an empty file in the folder of another. Not os.CreateTemp: the
// file must have the permissions of the umask.
func beside(name string) (*os.File, error) {
	aside := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+rand.Text()+".tmp")
	return os.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// withdraw removes what an earlier call wrote to --out, so that no answer to
// something else stands where a failed one was to be. Of a link, it removes the
// file that replace would have replaced. What the verb did not write stays.
func (f *flags) withdraw() error {
	if f.options.out == "" {
		return nil
	}
	name := f.env.path(f.options.out)
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return ignoreMissing(err)
	}
	if err := f.ours(); err != nil {
		return err
	}
	name, err = filepath.EvalSymlinks(name)
	if err == nil {
		err = os.Remove(name)
	}
	if err != nil {
		return fmt.Errorf("remove the answer of an earlier call: %w", err)
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
