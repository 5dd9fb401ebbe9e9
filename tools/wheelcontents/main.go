// Wheelcontents reads every member of one wheel, or of a tree of them, and
// writes what they hold: whether RECORD is right about each, the package's own
// word on its version, and the GPU code in its libraries.
//
//	wheelcontents --wheel FILE [--name-file FILE] --out CONTENTS.json [--jobs N]
//	wheelcontents --tree DIR --out CONTENTS.json [--jobs N]
//
// Bazel runs it once a wheel and keeps the result. That makes two promises of
// it: its output depends on the bytes and the name of the wheel alone, and a
// bad wheel is no failure but data, so that every fault of every wheel can be
// shown at once by who reads the outputs.
//
// It exits with 0 where the output was written, 2 on wrong usage, 3 where a
// file cannot be read or written, 70 on a fault of its own and 130 when
// interrupted, and says nothing on success.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

const (
	exitUsage       = 2
	exitEnvironment = 3
	exitInternal    = 70
	exitInterrupted = 130
)

// memory is where the garbage collector begins to work harder, in bytes: all
// but a window above 64 MiB is to stay below 200 MB.
const memory = 128 << 20

func main() {
	debug.SetMemoryLimit(memory)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the flags.
type options struct {
	wheel, nameFile, tree, out string
	jobs                       int
}

func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			complain(stderr, fmt.Errorf("internal error, please report it: %v\n%s", p, debug.Stack()))
			code = exitInternal
		}
	}()
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		complain(stderr, err)
		return exitUsage
	}
	// Inflating, hashing and scanning one member are goroutines of their own:
	// they stay within the processors that were granted.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(min(o.jobs, runtime.NumCPU())))
	err = o.exec(ctx)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		return exitInterrupted
	}
	complain(stderr, errors.New(finding.Escape(err.Error())))
	return exitEnvironment
}

func complain(stderr io.Writer, err error) { fmt.Fprintf(stderr, "wheelcontents: %v\n", err) }

// parse reads the flags.
func parse(args []string, stdout io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("wheelcontents", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.wheel, "wheel", "", "the wheel to read, a `file`")
	flags.StringVar(&o.nameFile, "name-file", "", "a `file` with the wheel's real file name (py_wheel's); by default that of --wheel")
	flags.StringVar(&o.tree, "tree", "", "a `folder` of wheels to read, at any depth")
	flags.StringVar(&o.out, "out", "", "the `file` for what was found, a JSON list with one element a wheel")
	flags.IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), "use at most `N` processors")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(stdout)
			flags.Usage()
		}
		return o, err
	}
	var faults []error
	if flags.NArg() > 0 {
		faults = append(faults, fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}
	if (o.wheel == "") == (o.tree == "") {
		faults = append(faults, errors.New("want one of --wheel and --tree"))
	}
	if o.nameFile != "" && o.wheel == "" {
		faults = append(faults, errors.New("--name-file needs --wheel"))
	}
	if o.out == "" {
		faults = append(faults, errors.New("--out is missing"))
	}
	if o.jobs < 1 {
		faults = append(faults, fmt.Errorf("--jobs: got %d, want a number from 1", o.jobs))
	}
	return o, errors.Join(faults...)
}
