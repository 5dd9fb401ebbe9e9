package entry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// Options say how to use the machine, and change nothing of what is read.
type Options struct {
	// SpareProcessor says that each wheel that is read at once has a second
	// processor to itself, which reads while the first hashes.
	SpareProcessor bool
}

func (o Options) digestBuffer() int {
	if o.SpareProcessor {
		return spareDigestBuffer
	}
	return digestBuffer
}

// Read reads one wheel: the whole file once for its size and digest, then its
// directories, METADATA and WHEEL. The file's real name and the folder to be
// written into the entry are the caller's. What is wrong with the wheel is in
// the entry's faults; an error says that the file itself could not be read, or
// is the context's where that ends first.
// The second result is METADATA byte for byte, nil where there is none to read.
func Read(ctx context.Context, path, filename, folder string, o Options) (Entry, []byte, error) {
	e := Entry{Filename: finding.Plain(filename), Folder: finding.Plain(folder)}
	faults := newFaults(e)
	metadata, err := e.read(ctx, path, filename, o, faults)
	if err != nil {
		return Entry{}, nil, fmt.Errorf("reading wheel %s: %w", path, err)
	}
	e.Faults = faults.all()
	return e, metadata, nil
}

func (e *Entry) read(ctx context.Context, path, filename string, o Options, faults *faults) (metadata []byte, err error) {
	name, err := wheel.Parse(filename)
	malformed := (*wheel.NameError)(nil)
	switch {
	case errors.As(err, &malformed):
		for _, f := range malformed.Faults {
			faults.add(f)
		}
	case err != nil:
		return nil, err
	default:
		e.Name = spelt(name)
	}
	// Before it is opened: a pipe would keep the open waiting.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		faults.add(finding.Errorf(IsADirectory, "a folder is named like a wheel"))
		return nil, nil
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a regular file: %s", info.Mode())
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, err = file.Stat(); err != nil {
		return nil, err
	}
	if e.SizeBytes, e.SHA256, err = digestWith(interruptible{ctx, file}, o.digestBuffer()); err != nil {
		return nil, err
	}
	c := contents{entry: e, name: name, faults: faults}
	if metadata, err = c.read(interruptible{ctx, file}); errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrChanged // it had these bytes when it was hashed
	}
	if err != nil {
		return nil, err
	}
	return metadata, unchanged(path, file, info, e.SizeBytes)
}

// interruptible is a file of which every read fails once the context has ended.
type interruptible struct {
	ctx  context.Context
	file *os.File
}

func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.file.Read(p)
}

func (i interruptible) ReadAt(p []byte, offset int64) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.file.ReadAt(p, offset)
}

// unchanged makes sure that digest and directories are of the same bytes, and
// of the file that the path still names.
func unchanged(path string, file *os.File, before fs.FileInfo, size int64) error {
	after, err := file.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(named, after) {
		return fmt.Errorf("%w: it was removed, or another put in its place", ErrChanged)
	}
	if err != nil {
		return err
	}
	if before.Size() != size || after.Size() != size || !after.ModTime().Equal(before.ModTime()) {
		return fmt.Errorf("%w: %d bytes before, %d read, %d after", ErrChanged, before.Size(), size, after.Size())
	}
	return nil
}

// spelt is a file name's parts as an entry has them.
func spelt(n wheel.Name) *Name {
	name := &Name{
		Distribution: n.Distribution, Version: n.VersionText,
		PythonTag: string(n.Python), ABITag: string(n.ABI), PlatformTag: string(n.Platform),
	}
	if n.Build != nil {
		name.BuildTag = &n.Build.Text
	}
	return name
}

// damage turns the error of a member that is damaged into a finding; any other
// error comes back.
func (f *faults) damage(err error) error {
	var damage *archive.Damage
	if errors.As(err, &damage) {
		f.add(damage.Finding)
		return nil
	}
	return err
}
