package entry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// MaxDepth is how many folders deep a tree of wheels may be.
const MaxDepth = 32

// Source is one thing in a tree of wheels.
type Source struct {
	// Path is where it lies on this machine.
	Path string
	// Folder is where it lies in the tree, with `/`; empty at the top.
	Folder   string
	Filename string
	// Link says that it is a link to a folder, which is never followed.
	Link bool
	// Err says why it, a folder most often, could not be looked into; Read
	// returns it.
	Err error
}

// IsWheel says whether the name claims to be a wheel's, in letters of any
// case, so that a mistake in the case is found and not passed over.
func (s Source) IsWheel() bool {
	return strings.EqualFold(path.Ext(s.Filename), ".whl")
}

// Read reads a source as Read does. One that is not named like a wheel is not
// opened; its entry says what it is.
func (s Source) Read(ctx context.Context, o Options) (Entry, []byte, error) {
	if s.Err != nil {
		return Entry{}, nil, s.Err
	}
	if s.IsWheel() && !s.Link {
		return Read(ctx, s.Path, s.Filename, s.Folder, o)
	}
	e := Entry{Filename: finding.Plain(s.Filename), Folder: finding.Plain(s.Folder)}
	faults := newFaults(e)
	if s.Link {
		faults.add(finding.Errorf(LinkedFolder, "a link to a folder in a tree of wheels: links are not followed"))
	} else {
		faults.add(finding.Errorf(NotAWheel, "a file in a tree of wheels that is no wheel").GotWant(s.Filename, "*.whl"))
	}
	e.Faults = faults.all()
	return e, nil, nil
}

// Walk lists everything below a folder, which may be a link itself: files,
// links to them, links to folders, and folders that are named like a wheel,
// which are not looked into. A link to nothing is listed as a file. The list is
// sorted by folder and name. Of what cannot be looked into, a folder deeper than
// MaxDepth included, the source says why, and the others are listed all the
// same; the error is about root.
func Walk(root string) ([]Source, error) {
	inside, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	list := walk(nil, inside, root, "", 0)
	slices.SortFunc(list, func(x, y Source) int { return order(x.Folder, x.Filename, y.Folder, y.Filename) })
	return list, nil
}

// walk appends to the list what is inside a folder of the tree.
func walk(list []Source, inside []fs.DirEntry, directory, folder string, depth int) []Source {
	for _, one := range inside {
		s := Source{Path: filepath.Join(directory, one.Name()), Folder: folder, Filename: one.Name()}
		if one.IsDir() && !s.IsWheel() {
			list = descend(list, s, depth+1)
			continue
		}
		if one.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(s.Path)
			switch {
			case err == nil:
				s.Link = info.IsDir()
			case !dangling(err):
				s.Err = err // whether it is a folder is not known
			}
		}
		list = append(list, s)
	}
	return list
}

// descend appends what is inside a folder, and the folder itself where not all
// of that could be listed.
func descend(list []Source, s Source, depth int) []Source {
	var inside []fs.DirEntry
	if depth > MaxDepth {
		s.Err = &fs.PathError{Op: "open", Path: s.Path, Err: fmt.Errorf("more than %d folders deep", MaxDepth)}
	} else {
		inside, s.Err = os.ReadDir(s.Path)
	}
	if s.Err != nil {
		list = append(list, s)
	}
	return walk(list, inside, s.Path, path.Join(s.Folder, s.Filename), depth)
}

// dangling says whether the error is of a link that leads nowhere. What is
// named like a wheel fails again when it is read.
func dangling(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR)
}

// order compares two places by folder, then by file name.
func order(xFolder, xName, yFolder, yName string) int {
	if c := strings.Compare(xFolder, yFolder); c != 0 {
		return c
	}
	return strings.Compare(xName, yName)
}
