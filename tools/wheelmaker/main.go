// Program wheelmaker writes a small, correct wheel from a handful of files: the
// demonstration's and the tests'. With the verb build it writes made-up wheels
// of any number, size and shape. Equal inputs give equal bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// list is a flag that may be given several times.
type list []string

func (l *list) String() string         { return strings.Join(*l, ",") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "wheelmaker:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 && args[0] == "build" {
		return runBuild(args[1:])
	}
	var w wheel
	var requires, files list
	flags := flag.NewFlagSet("wheelmaker", flag.ContinueOnError)
	filename := flags.String("filename", "", "the wheel's file name, {distribution}-{version}-{tags}.whl")
	out := flags.String("out", "", "file to write")
	nameFile := flags.String("name-file", "", "file to write the file name to, as py_wheel does")
	flags.Var(&requires, "requires", "a Requires-Dist line")
	flags.Var(&files, "file", "MEMBER=FILE: a file and its name in the wheel")
	flags.BoolVar(&w.purelib, "purelib", false, "Root-Is-Purelib: true")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := w.named(*filename); err != nil {
		return err
	}
	w.requires = requires
	for _, pair := range files {
		name, path, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("--file: got %q, want MEMBER=FILE", pair)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		m, err := file(filepath.ToSlash(name), data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		w.members = append(w.members, m)
	}
	if *out == "" {
		return errors.New("--out: want a file to write")
	}
	if *nameFile != "" {
		if err := os.WriteFile(*nameFile, []byte(*filename+"\n"), 0o666); err != nil {
			return err
		}
	}
	return create(*out, w.write)
}
