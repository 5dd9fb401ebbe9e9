package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// options are the flags that every verb has.
type options struct {
	format string
	out    string
	jobs   int
	quiet  bool
	// formats are the values of --format: that on a terminal first, then that
	// elsewhere, then others. Empty, they are text and json.
	formats []string
	// mark is how the verb's answers begin, so that those of earlier calls can be
	// told from files of others; nil where they are manifests.
	mark *regexp.Regexp
}

// flags is the flag set of one verb.
type flags struct {
	*flag.FlagSet
	env     *environment
	usage   string
	options *options
}

// newFlags returns a flag set with the flags of every verb. usage is the verb
// with its arguments, then an empty line and a description.
func newFlags(env *environment, usage string, o *options) *flags {
	name, _, _ := strings.Cut(usage, " ")
	if o.formats == nil {
		o.formats = []string{"text", "json"}
	}
	f := &flags{flag.NewFlagSet(name, flag.ContinueOnError), env, usage, o}
	f.SetOutput(io.Discard)
	f.StringVar(&o.format, "format", "", "print `"+strings.Join(o.formats, "|")+"`: "+preferred(o.formats))
	f.StringVar(&o.out, "out", "", "write the answer to `FILE` instead of stdout, aside first and renamed into place")
	f.IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), "read at most `N` files at once")
	f.BoolVar(&o.quiet, "quiet", false, "say nothing of progress; faults are still listed")
	return f
}

// list defines a flag that may be given several times.
func (f *flags) list(p *[]string, name, usage string) {
	f.Func(name, usage, func(s string) error { *p = append(*p, s); return nil })
}

// parse reads the flags, which may stand before, between and after the other
// arguments, and returns those. After "--" no argument is a flag.
func (f *flags) parse(args []string) ([]string, error) {
	var rest []string
	for {
		err := f.FlagSet.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			return nil, errors.Join(errHelp, f.env.print([]byte(f.help())))
		}
		if err != nil {
			return nil, usagef("%s: %s; wheelmanifest %[1]s --help lists the flags", f.Name(), gnu(err.Error()))
		}
		left := f.Args()
		if ended := len(args) - len(left) - 1; len(left) == 0 || ended >= 0 && args[ended] == "--" {
			rest = append(rest, left...)
			break
		}
		rest, args = append(rest, left[0]), left[1:]
	}
	switch o := f.options; {
	case o.format != "" && !slices.Contains(o.formats, o.format):
		return nil, usagef("--format: got %q, want %s", o.format, alternatives(o.formats))
	case o.jobs < 1:
		return nil, usagef("--jobs: got %d, want a number from 1", o.jobs)
	case strings.EqualFold(filepath.Ext(o.out), ".whl"):
		return nil, usagef("--out=%s: the name is a wheel's, want another", o.out)
	}
	return rest, nil
}

// preferred says which format is taken where none is named.
func preferred(formats []string) string {
	if len(formats) == 1 {
		return "there is no other"
	}
	return "text by default on a terminal, JSON otherwise"
}

// text says whether the answer is for people rather than programs.
func (f *flags) text() bool { return f.is("text") }

// is says whether the answer is to have the format.
func (f *flags) is(format string) bool {
	o := f.options
	switch {
	case o.format != "":
		return format == o.format
	case len(o.formats) == 1 || o.out == "" && f.env.terminal():
		return format == o.formats[0]
	}
	return format == o.formats[1]
}

// alternatives is "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// given says whether the command line named the flag.
func (f *flags) given(name string) bool {
	found := false
	f.Visit(func(g *flag.Flag) { found = found || g.Name == name })
	return found
}

func (f *flags) help() string {
	var b strings.Builder
	fmt.Fprintf(&b, "usage: wheelmanifest %s\n\nflags:\n", f.usage)
	f.VisitAll(func(g *flag.Flag) {
		value, usage := flag.UnquoteUsage(g)
		if value != "" {
			value = "=" + value
		}
		fmt.Fprintf(&b, "  --%s%s\n        %s\n", g.Name, value, strings.ReplaceAll(usage, "\n", "\n        "))
	})
	b.WriteString("  --help\n        print this text\n")
	return b.String()
}

// oneDash finds the dash of a flag, and not one of its value.
var oneDash = regexp.MustCompile(`^(flag provided but not defined: |flag needs an argument: |invalid (?:boolean )?value ".*" for (?:flag )?)-`)

// gnu turns the flag package's errors to the spelling with two dashes.
func gnu(text string) string {
	return oneDash.ReplaceAllString(text, "${1}--")
}

// expand replaces each argument @FILE by the lines of that file, one argument
// a line: what Bazel calls the multiline format of a parameter file.
func expand(ctx context.Context, env *environment, args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		file, is := strings.CutPrefix(arg, "@")
		if !is {
			out = append(out, arg)
			continue
		}
		data, err := aside(ctx, func() ([]byte, error) { return os.ReadFile(env.path(file)) })
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, environmentf("parameter file: %w", err)
		}
		for line := range strings.Lines(string(data)) {
			out = append(out, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
		}
	}
	return out, nil
}
