package contents

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/module"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// Options says how to read; it changes nothing of what is found.
type Options struct {
	// Jobs is how many members are read at once; below 1 as many as Go runs
	// goroutines at once.
	Jobs int
	// Progress, where it is set, is told how many of all inflated bytes have
	// been read. It is called by several goroutines.
	Progress func(done, all int64)
}

// Read reads one wheel: every member once. The file's real name and the folder
// to be written are the caller's. What is wrong with the wheel is in the
// result; an error says that the file itself could not be read.
func Read(ctx context.Context, path, filename, folder string, o Options) (Contents, error) {
	c, err := read(ctx, path, filename, folder, o)
	if err != nil {
		return Contents{}, fmt.Errorf("reading wheel %s: %w", path, err)
	}
	return c, nil
}

func read(ctx context.Context, path, filename, folder string, o Options) (c Contents, err error) {
	c = empty(filename, folder)
	w := &reader{contents: &c, options: o, faults: newFaults(&c)}
	// A name that cannot be read is a fault of the wheel's entry.
	if name, err := wheel.Parse(filename); err == nil {
		w.name = &name
	}
	// Before it is opened: a pipe would keep the open waiting.
	info, err := os.Stat(path)
	if err != nil {
		return c, err
	}
	if info.IsDir() {
		w.faults.add(whole, finding.Errorf(entry.IsADirectory, "a folder is named like a wheel"))
		c.Faults = w.faults.all()
		return c, nil
	}
	if !info.Mode().IsRegular() {
		return c, fmt.Errorf("not a regular file: %s", info.Mode())
	}
	file, err := os.Open(path)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, err = file.Stat(); err != nil {
		return c, err
	}
	if err := w.wheel(ctx, file, info.Size()); err != nil {
		return c, err
	}
	c.Faults = w.faults.all()
	after, err := file.Stat()
	if err == nil && (after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime())) {
		err = fmt.Errorf("%w: %d bytes before, %d after", entry.ErrChanged, info.Size(), after.Size())
	}
	return c, err
}

// reader reads the members of one wheel.
type reader struct {
	contents *Contents
	options  Options
	faults   *faults
	// name is nil where the file's is malformed.
	name      *wheel.Name
	directory *archive.Directory
	// record is nil where RECORD could not be read; at is its member, or -1.
	record *record.Record
	at     int
	// modules are the members that may be the package's own word, by number.
	modules map[int]string
}

func (w *reader) wheel(ctx context.Context, file io.ReaderAt, size int64) error {
	directory, err := archive.Read(file, size, func(f finding.Finding) { w.faults.add(whole, f) })
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = entry.ErrChanged
		}
		return err
	}
	if directory != nil {
		w.contents.Members = int64(len(directory.Members))
	}
	// Members of an archive that can be read in two ways are not inflated: the
	// same bytes could be those of a hundred thousand members.
	if len(w.faults.list) > 0 || directory == nil {
		return nil
	}
	w.directory = directory
	w.modulePaths()
	inflate := newInflater()
	own, err := w.readRecord(inflate)
	if err != nil {
		return err
	}
	results, err := w.members(ctx)
	if err != nil {
		return err
	}
	w.gather(results, own)
	return nil
}

// jobs is how many workers read.
func (w *reader) jobs() int {
	jobs := w.options.Jobs
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	return min(jobs, len(w.directory.Members))
}

// modulePaths finds the members that may be the package's own word on itself.
func (w *reader) modulePaths() {
	w.modules = map[int]string{}
	if w.name == nil {
		return
	}
	for _, path := range module.Paths(w.name.Distribution) {
		if i := slices.IndexFunc(w.directory.Members, func(m archive.Member) bool { return m.Name == path }); i >= 0 {
			w.modules[i] = path
		}
	}
}

// recordMember finds RECORD; -1 where it is missing, or where there are several
// among which only a guess could choose. Each of these is a fault.
func (w *reader) recordMember() int {
	var found []int
	for i, m := range w.directory.Members {
		folder, rest, _ := strings.Cut(m.Name, "/")
		if rest == "RECORD" && strings.HasSuffix(strings.ToLower(folder), ".dist-info") {
			found = append(found, i)
		}
	}
	if len(found) > 1 && w.name != nil {
		found = slices.DeleteFunc(found, func(i int) bool {
			folder, _, _ := strings.Cut(w.directory.Members[i].Name, "/")
			return !w.name.IsDistInfo(folder)
		})
	}
	if len(found) == 1 {
		return found[0]
	}
	w.faults.add(whole, finding.Errorf(entry.NoRecordFile, "the wheel has no RECORD, or several, so that its members cannot be held against it").
		GotWant(fmt.Sprint(len(found)), "one .dist-info/RECORD"))
	return -1
}
