// Wheelentry reads one wheel, or a tree of them, and writes its facts: size,
// digest, name, METADATA and WHEEL, and everything that is wrong with it.
//
//	wheelentry --wheel FILE [--name-file FILE] --out ENTRY.json --metadata-dir DIR
//	wheelentry --tree DIR --out ENTRY.json --metadata-dir DIR
//
// Bazel runs it once a wheel and keeps the result. That makes two promises of
// it: its output depends on the bytes and the name of the wheel alone, and a
// bad wheel is no failure but data, so that every fault of every wheel can be
// shown at once by who reads the outputs.
//
// It exits with 0 where the outputs were written, 2 on wrong usage, 3 where a
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
	"runtime/debug"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

const (
	exitUsage       = 2
	exitEnvironment = 3
	exitInternal    = 70
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the flags.
type options struct {
	wheel, nameFile, tree, out, metadataDir string
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

func complain(stderr io.Writer, err error) { fmt.Fprintf(stderr, "wheelentry: %v\n", err) }

// parse reads the flags.
func parse(args []string, stdout io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("wheelentry", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.wheel, "wheel", "", "the wheel to read, a `file`")
	flags.StringVar(&o.nameFile, "name-file", "", "a `file` with the wheel's real file name (py_wheel's); by default that of --wheel")
	flags.StringVar(&o.tree, "tree", "", "a `folder` of wheels to read, at any depth")
	flags.StringVar(&o.out, "out", "", "the `file` for the facts, a JSON list with one element a wheel")
	flags.StringVar(&o.metadataDir, "metadata-dir", "", "the `folder` for a copy of each wheel's METADATA, as {file name}.metadata")
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
	if o.metadataDir == "" {
		faults = append(faults, errors.New("--metadata-dir is missing"))
	}
	return o, errors.Join(faults...)
}
