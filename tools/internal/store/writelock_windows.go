package store

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	lockPause = 10 * time.Millisecond
	// denials is how often access may be denied, as it is while the last holder's
	// file is being deleted.
	denials = 100

	deleteOnClose    = 0x04000000
	sharingViolation = syscall.Errno(32)
)

// lock opens a file that nobody else can open until it is closed, which ends and
// deletes it, also when its holder ends.
func lock(ctx context.Context, root *os.Root, name string, pause func(context.Context, time.Duration) error) (unlock func() error, err error) {
	path, err := syscall.UTF16PtrFromString(filepath.Join(root.Name(), name))
	if err != nil {
		return nil, err
	}
	for denied := 0; ; {
		file, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, deleteOnClose, 0)
		switch err {
		case nil:
			return func() error { return syscall.CloseHandle(file) }, nil
		case sharingViolation:
		case syscall.ERROR_ACCESS_DENIED:
			if denied++; denied == denials {
				return nil, err
			}
		default:
			return nil, err
		}
		if err := pause(ctx, lockPause); err != nil {
			return nil, err
		}
	}
}

// syncFolder does nothing: NTFS keeps names in its journal.
func syncFolder(*os.Root, string) error { return nil }
