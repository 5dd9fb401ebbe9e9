// Program yardstick does nothing but the one thing that a program which reads
// wheels cannot do without, as the measure of what all the rest costs:
//
//	yardstick sha256 --bytes N --jobs N        hash that many bytes of memory
//	yardstick sha256 --jobs N FILE ...         read files and hash them
//	yardstick inflate [--decoder NAME] [--members N] [--jobs N] WHEEL
//	yardstick gzip WHEEL OUT                   the largest member as a gzip file
//
// The decoders are ours, the one that wheelcontents uses, klauspost and
// standard. It serves bench/ and is part of no build.
package main

import (
	"bufio"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	fast "github.com/klauspost/compress/flate"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "yardstick:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("want sha256, inflate or gzip")
	}
	flags := flag.NewFlagSet("yardstick "+args[0], flag.ContinueOnError)
	size := flags.Int64("bytes", 1<<30, "`how many` bytes to hash")
	jobs := flags.Int("jobs", runtime.GOMAXPROCS(0), "`how many` goroutines share the work")
	name := flags.String("decoder", "ours", "ours, klauspost or standard")
	members := flags.Int("members", 0, "inflate only the `N` largest")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	rest := flags.Args()
	switch args[0] {
	case "sha256":
		if len(rest) > 0 {
			return digestFiles(rest, max(*jobs, 1))
		}
		digest(*size, max(*jobs, 1))
		return nil
	case "inflate":
		decoder, is := decoders[*name]
		if !is || len(rest) != 1 {
			return fmt.Errorf("got decoder %q of %q, want ours, klauspost or standard of one wheel", *name, rest)
		}
		n, err := contents.InflateAll(rest[0], *jobs, *members, decoder)
		fmt.Println(n)
		return err
	case "gzip":
		if len(rest) != 2 {
			return fmt.Errorf("got %q, want a wheel and a file to write", rest)
		}
		return gzip(rest[0], rest[1])
	}
	return fmt.Errorf("got %q, want sha256, inflate or gzip", args[0])
}

var decoders = map[string]func() archive.Inflater{
	"ours": contents.NewInflater,
	"klauspost": func() archive.Inflater {
		d := fast.NewReader(nil)
		return func(src archive.Source) io.Reader { return again(d.(fast.Resetter).Reset(src, nil), d) }
	},
	"standard": func() archive.Inflater {
		d := flate.NewReader(nil)
		return func(src archive.Source) io.Reader { return again(d.(flate.Resetter).Reset(src, nil), d) }
	},
}

// again is a decoder that was used before. Without a dictionary its reset
// cannot fail.
func again(err error, d io.Reader) io.Reader {
	if err != nil {
		panic(err)
	}
	return d
}

// digest hashes size bytes of memory, in blocks that the processor's cache
// holds.
func digest(size int64, jobs int) {
	var wait sync.WaitGroup
	for range jobs {
		wait.Go(func() {
			h, block := sha256.New(), make([]byte, 512<<10)
			for left := size / int64(jobs); left > 0; left -= int64(len(block)) {
				h.Write(block[:min(left, int64(len(block)))])
			}
		})
	}
	wait.Wait()
}

// digestFiles reads and hashes files, each by one goroutine, which does both.
func digestFiles(files []string, jobs int) error {
	faults := make([]error, len(files))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range jobs {
		wait.Go(func() {
			h, block := sha256.New(), make([]byte, 256<<10)
			for i := next.Add(1) - 1; i < int64(len(files)); i = next.Add(1) - 1 {
				file, err := os.Open(files[i])
				if err != nil {
					faults[i] = err
					continue
				}
				h.Reset()
				_, err = io.CopyBuffer(onlyWriter{h}, onlyReader{file}, block)
				faults[i] = errors.Join(err, file.Close())
			}
		})
	}
	wait.Wait()
	return errors.Join(faults...)
}

// Neither has a way of copying of its own: the block is used.
type (
	onlyWriter struct{ io.Writer }
	onlyReader struct{ io.Reader }
)

// gzip writes the data of the largest deflated member into a gzip file, as it
// is, for decoders that read no zip archives.
func gzip(path, out string) (err error) {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	m, err := contents.Largest(in)
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriter(file)
	// RFC 1952: no name, no time, an unknown system; CRC-32 and size at the end.
	if _, err := w.WriteString("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"); err != nil {
		return err
	}
	if _, err := io.Copy(w, io.NewSectionReader(in, m.DataOffset, m.CompressedSize)); err != nil {
		return err
	}
	var tail []byte
	for _, n := range []uint32{m.CRC32, uint32(m.Size)} {
		tail = append(tail, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	if _, err := w.Write(tail); err != nil {
		return err
	}
	return w.Flush()
}
