package contents

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// NewInflater returns the decoder that Read uses, for one goroutine.
func NewInflater() archive.Inflater { return newInflater() }

// InflateAll does the least of what Read cannot do without: it inflates the
// members of a wheel, the largest first, by as many workers as Read has, and
// checks nothing. It is what Read is measured against. With most above zero
// only that many members are read. It returns the number of inflated bytes.
func InflateAll(path string, jobs, most int, decoder func() archive.Inflater) (size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	members, err := bySize(file)
	if err != nil {
		return 0, err
	}
	if most > 0 {
		members = members[:min(most, len(members))]
	}
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	faults := make([]error, len(members))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range jobs {
		wait.Go(func() {
			inflate, buffer := decoder(), make([]byte, blockSize)
			for i := next.Add(1) - 1; i < int64(len(members)); i = next.Add(1) - 1 {
				faults[i] = inflateMember(file, members[i], inflate, buffer)
			}
		})
	}
	wait.Wait()
	for _, m := range members {
		size += m.Size
	}
	return size, errors.Join(faults...)
}

// bySize lists the members of a wheel, the largest first.
func bySize(file *os.File) ([]archive.Member, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	var faults []error
	directory, err := archive.Read(file, info.Size(), func(f finding.Finding) { faults = append(faults, errors.New(f.String())) })
	if err = errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	return slices.SortedStableFunc(slices.Values(directory.Members), func(x, y archive.Member) int { return cmp.Compare(y.Size, x.Size) }), nil
}

// inflateMember takes the member's bytes from the file as they are: neither
// sizes nor CRC-32 are checked.
func inflateMember(file io.ReaderAt, m archive.Member, inflate archive.Inflater, buffer []byte) error {
	src := bufio.NewReaderSize(io.NewSectionReader(file, m.DataOffset, m.CompressedSize), 64<<10)
	r := io.Reader(src)
	if m.Method == archive.Deflated {
		r = inflate(src)
	}
	for {
		_, err := r.Read(buffer)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("member %q: %w", m.Name, err)
		}
	}
}

// Largest is the largest deflated member of a wheel.
func Largest(file *os.File) (archive.Member, error) {
	members, err := bySize(file)
	if err != nil {
		return archive.Member{}, err
	}
	i := slices.IndexFunc(members, func(m archive.Member) bool { return m.Method == archive.Deflated })
	if i < 0 {
		return archive.Member{}, fmt.Errorf("%s: no deflated member", file.Name())
	}
	return members[i], nil
}
