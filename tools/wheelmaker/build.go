package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// build is a made-up build: wheels of one shape and different bytes.
type build struct {
	out, prefix, version, tags string
	wheels, from, members      int
	// size is that of one wheel's members together, in bytes, and largest how
	// many of a hundred of them the largest member has.
	size       bytesFlag
	largest    int
	stored     bool
	targets    []string
	fault      recordFault
	seed, mark uint64
}

// maxMember is the largest member: local headers are written without the zip64
// fields that a larger one needs.
const maxMember = 1<<32 - 2

const buildUsage = `wheelmaker build --out DIR [--flag=value ...]

Writes a made-up build: wheels {prefix}_{number} of one shape. Equal flags give
equal bytes; wheels differ by number, seed and mark. One wheel's memory does not
grow with its size.`

// runBuild is the verb build.
func runBuild(args []string) error {
	b := build{fault: correct}
	var targets list
	flags := flag.NewFlagSet("wheelmaker build", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), buildUsage)
		flags.PrintDefaults()
	}
	flags.StringVar(&b.out, "out", "", "the `folder` to write to; it is made where it is missing")
	flags.StringVar(&b.prefix, "prefix", "synthetic", "what the distributions' `names` begin with")
	flags.StringVar(&b.version, "version", "1.0", "the wheels' `version`")
	flags.StringVar(&b.tags, "tags", "cp312-cp312-linux_x86_64", "the wheels' `tags`, as in a file name")
	flags.IntVar(&b.wheels, "wheels", 1, "`how many` wheels")
	flags.IntVar(&b.from, "from", 0, "the `number` of the first wheel")
	flags.IntVar(&b.members, "members", 4, "`how many` members a wheel has, beside .dist-info and __init__.py")
	flags.Var(&b.size, "size", "`bytes` of a wheel's members together, with K, M or G: thousands, millions, ...")
	flags.IntVar(&b.largest, "largest", 62, "the largest member's share of these, in `percent`")
	flags.BoolVar(&b.stored, "stored", false, "members are stored, not deflated")
	flags.Var(&targets, "target", "make the largest member a library with GPU code for this `target`; may be given several times")
	flags.StringVar((*string)(&b.fault), "record", string(correct), "`correct`, or what is wrong with RECORD: missing-row, wrong-digest, wrong-size")
	flags.Uint64Var(&b.seed, "seed", 1, "the `number` that chooses the bytes of members")
	flags.Uint64Var(&b.mark, "mark", 0, "a `number` that each wheel's __init__.py has: another gives other wheels at the cost of one small member")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	b.targets = targets
	if err := b.check(flags.Args()); err != nil {
		return err
	}
	return b.write()
}

// bytesFlag is a number of bytes: 4G is four thousand million.
type bytesFlag int64

func (f *bytesFlag) String() string { return strconv.FormatInt(int64(*f), 10) }

func (f *bytesFlag) Set(text string) error {
	unit := int64(1)
	if i := strings.IndexByte("KMG", text[max(0, len(text)-1)]); i >= 0 {
		for range i + 1 {
			unit *= 1000
		}
		text = text[:len(text)-1]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > (1<<50)/unit {
		return errors.New("want a number with K, M, G or nothing")
	}
	*f = bytesFlag(n * unit)
	return nil
}

func (b *build) check(rest []string) error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(rest) > 0 {
		fault("unexpected arguments %q", rest)
	}
	if b.out == "" {
		fault("--out: want a folder to write to")
	}
	if b.wheels < 1 || b.from < 0 {
		fault("--wheels, --from: got %d from %d, want at least one", b.wheels, b.from)
	}
	if b.members < 1 {
		fault("--members: got %d, want at least one", b.members)
	}
	if b.largest < 0 || b.largest > 100 {
		fault("--largest: got %d, want 0 to 100", b.largest)
	}
	if size := slices.Max(b.sizes()); size > maxMember {
		fault("--size, --members, --largest: the largest member has %d bytes, want at most %d", size, int64(maxMember))
	}
	if !slices.Contains([]recordFault{correct, missingRow, wrongDigest, wrongSize}, b.fault) {
		fault("--record: got %q, want correct, missing-row, wrong-digest or wrong-size", b.fault)
	}
	if _, err := fatBinaries(b.targets, page, []byte{0}); err != nil {
		faults = append(faults, err)
	}
	if err := new(wheel).named(b.filename(b.from)); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func (b *build) distribution(i int) string { return fmt.Sprintf("%s_%05d", b.prefix, i) }

func (b *build) filename(i int) string {
	return b.distribution(i) + "-" + b.version + "-" + b.tags + ".whl"
}

// sizes are those of a wheel's members, the largest first.
func (b *build) sizes() []int64 {
	n := int64(max(b.members, 1))
	sizes := make([]int64, n)
	sizes[0] = int64(b.size)
	if n > 1 {
		sizes[0] = max(int64(b.size)/100*int64(b.largest), (int64(b.size)+n-1)/n)
		for i := range sizes[1:] {
			sizes[i+1] = (int64(b.size) - sizes[0]) / (n - 1)
		}
	}
	return sizes
}

// write writes the wheels one after another.
func (b *build) write() error {
	if err := os.MkdirAll(b.out, 0o777); err != nil {
		return err
	}
	all, err := pieces(rand.New(rand.NewPCG(b.seed, 0)), b.sizes()[0], b.stored)
	if err != nil {
		return err
	}
	for i := b.from; i < b.from+b.wheels; i++ {
		w, err := b.wheel(i, all)
		if err != nil {
			return err
		}
		if err := create(filepath.Join(b.out, b.filename(i)), w.write); err != nil {
			return err
		}
	}
	return nil
}

// wheel is the one of that number.
func (b *build) wheel(i int, all []part) (*wheel, error) {
	w := &wheel{fault: b.fault}
	if err := w.named(b.filename(i)); err != nil {
		return nil, err
	}
	m, err := file(b.distribution(i)+"/__init__.py", fmt.Appendf(nil, "__version__ = %q\nseed, number, mark = %d, %d, %d\n", b.version, b.seed, i, b.mark))
	if err != nil {
		return nil, err
	}
	w.members = append(w.members, m)
	r := rand.New(rand.NewPCG(b.seed, uint64(i)+1))
	for n, size := range b.sizes() {
		m := member{name: fmt.Sprintf("%s/data/%05d.bin", b.distribution(i), n), stored: b.stored}
		var after []byte
		if n == 0 && len(b.targets) > 0 {
			m.name = b.distribution(i) + "/lib/libkernels.so"
			// A quarter of the library, as far as there is so much of it.
			code, err := fatBinaries(b.targets, int(min(size/4/int64(len(b.targets)), 16<<20)), all[r.IntN(len(all))].data)
			if err != nil {
				return nil, err
			}
			var before []byte
			before, after = library(code, size)
			if err := m.append(before); err != nil {
				return nil, err
			}
		}
		if err := m.fill(r, all, size); err != nil {
			return nil, err
		}
		if err := m.append(after); err != nil {
			return nil, err
		}
		m.parts = append(m.parts, endOfStream)
		w.members = append(w.members, m)
	}
	return w, nil
}

// fill appends bytes of the pieces.
func (m *member) fill(r *rand.Rand, all []part, size int64) error {
	for ; size >= pieceSize; size -= pieceSize {
		m.parts = append(m.parts, all[r.IntN(len(all))])
	}
	from := r.IntN(pieceSize - int(size) + 1)
	return m.append(all[r.IntN(len(all))].data[from : from+int(size)])
}

// append appends a part of its own.
func (m *member) append(data []byte) (err error) {
	if len(data) == 0 {
		return nil
	}
	p := part{data: data}
	if !m.stored {
		p.packed, err = pack(data, false)
	}
	m.parts = append(m.parts, p)
	return err
}

// create writes a file; one that could not be finished does not stay.
func create(path string, write func(io.Writer) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(write(w), w.Flush(), f.Close())
}
