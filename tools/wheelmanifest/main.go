// Command wheelmanifest writes, reads and judges the manifest of a wheel build.
//
// Its first argument is a verb; each verb is one file of this package, named
// like it. The answer goes to stdout and nothing else does; progress and
// faults go to stderr.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// verb is one command. Its function parses args with flags in a struct of its
// own (see newFlags), prints through env, and returns nil, an error made by
// usagef, environmentf or answerNo, or any other error, which then counts as
// one of the environment.
type verb struct {
	name, summary string
	run           func(ctx context.Context, env *environment, args []string) error
}

// verbs is the table of all verbs, in the order of the help text.
func verbs() []verb {
	return []verb{
		{"generate", "write the manifest of a set of wheels", generate},
		{"inspect", "print what single wheels say of themselves", inspect},
		{"parse-name", "take wheel file names apart", parseName},
		{"schema", "print the JSON Schema of the manifest", schema},
		{"validate", "check manifests", validate},
		{"version", "print the version of this program", version},
		{"index", "write a package index of the wheels of manifests", makeIndex},
		{"attest", "sign where wheels come from, or print what others sign", attest},
		{"verify", "hold the wheels at a place against a manifest", verify},
		{"merge", "write one manifest of the wheels of several", mergeManifests},
		{"diff", "say in what two manifests differ", compare},
		{"report", "write a manifest as one HTML page", reportPage},
		{"sources", "print what a build was made from", sources},
		{"publish", "put wheels and their manifest to a bucket or a folder", publish},
		{"dist", "used by the rule: put wheels and their manifest into a folder", dist},
		{"status", "used by the rule: project a workspace status file", projectStatus},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// Once interrupted, a second interrupt kills: it must not wait for us.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(stderr, "wheelmanifest: internal error: %s; please report it, with the command line and what WHEELMANIFEST_TRACE=1 adds\n",
				finding.Escape(fmt.Sprint(p)))
			if os.Getenv("WHEELMANIFEST_TRACE") != "" {
				fmt.Fprintf(stderr, "%s\n", debug.Stack())
			}
			code = exitInternal
		}
	}()
	env := &environment{stdin: stdin, stdout: stdout, stderr: stderr}
	err := dispatch(ctx, env, args)
	if err == nil {
		return exitYes
	}
	code = exitCode(ctx, err)
	switch {
	case code == exitInterrupted:
		fmt.Fprintln(stderr, "wheelmanifest: interrupted")
	case err.Error() != "" && !errors.Is(err, errHelp):
		// Joined errors are a line each.
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if line != "" { // of an error that has been told already
				fmt.Fprintf(stderr, "wheelmanifest: %s\n", finding.Escape(line))
			}
		}
	}
	return code
}

func dispatch(ctx context.Context, env *environment, args []string) error {
	args, err := commandLine(ctx, env, args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		fmt.Fprint(env.stderr, usage())
		return usagef("no verb given")
	}
	if strings.HasPrefix(args[0], "@") {
		// Bazel puts a long command line into a file as a whole, verb included.
		first, err := expand(ctx, env, args[:1])
		if err != nil {
			return err
		}
		if args = append(first, args[1:]...); len(args) == 0 {
			return usagef("no verb given")
		}
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		return env.print([]byte(usage()))
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			return v.run(ctx, env, args[1:])
		}
	}
	return usagef("unknown verb %s; wheelmanifest --help lists them", finding.Quote(args[0]))
}

func usage() string {
	var b strings.Builder
	b.WriteString("usage: wheelmanifest VERB [--flag=value ...] [argument ...]\n\nverbs:\n")
	for _, v := range verbs() {
		fmt.Fprintf(&b, "  %-11s %s\n", v.name, v.summary)
	}
	b.WriteString(`
wheelmanifest VERB --help describes one verb. Relative paths start at
BUILD_WORKING_DIRECTORY where that is set (bazel run sets it).

exit codes:
  0    yes, or done
  1    the answer is no: the input was read and is wrong
  2    wrong usage: a missing or malformed flag or required value
  3    the environment: a file or folder that is missing or unreadable
  70   a fault of this program
  130  interrupted
`)
	return b.String()
}
