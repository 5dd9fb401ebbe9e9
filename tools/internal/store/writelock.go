//go:build !windows

package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// lockPause is the pause between two looks at a lock that somebody holds.
const lockPause = 10 * time.Millisecond

// lock waits for a lock that all processes honour and that ends with its holder.
// Its file is removed with it: who got a lock on a removed file begins again.
func lock(ctx context.Context, root *os.Root, name string, pause func(context.Context, time.Duration) error) (unlock func() error, err error) {
	for {
		file, err := root.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o666)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil && named(root, name, file) {
			return func() error { return errors.Join(root.Remove(name), file.Close()) }, nil
		}
		if closed := file.Close(); closed != nil {
			return nil, closed
		}
		if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, err
		}
		if err := pause(ctx, lockPause); err != nil {
			return nil, err
		}
	}
}

// named says whether an open file is still what its name stands for.
func named(root *os.Root, name string, file *os.File) bool {
	mine, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := root.Stat(name)
	return err == nil && os.SameFile(mine, there)
}

// syncFolder makes a new name in a folder last.
func syncFolder(root *os.Root, dir string) error {
	file, err := root.Open(dir)
	if err != nil {
		return err
	}
	err = file.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, fs.ErrPermission) {
		err = nil // file systems that cannot do that for folders
	}
	return errors.Join(err, file.Close())
}
