package entry

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

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
}

// IsWheel says whether the name claims to be a wheel's, in letters of any
// case, so that a mistake in the case is found and not passed over.
func (s Source) IsWheel() bool {
	return strings.EqualFold(path.Ext(s.Filename), ".whl")
}

// Read reads a source as Read does. One that is not named like a wheel is not
// opened; its entry says what it is.
func (s Source) Read() (Entry, []byte, error) {
	if s.IsWheel() && !s.Link {
		return Read(s.Path, s.Filename, s.Folder)
	}
	e := Entry{Filename: plain(s.Filename), Folder: plain(s.Folder)}
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
// which are not looked into. The list is sorted by folder and name. A folder
// deeper than MaxDepth is an error.
func Walk(root string) ([]Source, error) {
	list, err := walk(root, "", 0)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(x, y Source) int { return order(x.Folder, x.Filename, y.Folder, y.Filename) })
	return list, nil
}

func walk(directory, folder string, depth int) ([]Source, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("folder %s is more than %d folders deep", directory, MaxDepth)
	}
	inside, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var list []Source
	for _, one := range inside {
		s := Source{Path: filepath.Join(directory, one.Name()), Folder: folder, Filename: one.Name()}
		switch {
		case one.IsDir() && !s.IsWheel():
			below, err := walk(s.Path, path.Join(folder, s.Filename), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, below...)
			continue
		case one.Type()&fs.ModeSymlink != 0:
			info, err := os.Stat(s.Path)
			if err != nil {
				return nil, err
			}
			s.Link = info.IsDir()
		}
		list = append(list, s)
	}
	return list, nil
}

// order compares two places by folder, then by file name.
func order(xFolder, xName, yFolder, yName string) int {
	if c := strings.Compare(xFolder, yFolder); c != 0 {
		return c
	}
	return strings.Compare(xName, yName)
}
