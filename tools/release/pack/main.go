// Program pack makes the folder of a release: programs, the archive of the
// module, SHA256SUMS. Equal inputs give equal bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

// list is a flag that may be given several times.
type list []string

func (l *list) String() string         { return strings.Join(*l, ",") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func main() {
	if err := run(os.Args[1:]); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			fmt.Fprintln(os.Stderr, "pack:", line)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	args, err := expand(args)
	if err != nil {
		return err
	}
	var r release
	var programs, files list
	flags := flag.NewFlagSet("pack", flag.ContinueOnError)
	flags.StringVar(&r.version, "version", "", "the version of the release, such as 1.2.3 or 1.2.3-rc1")
	flags.StringVar(&r.url, "url", "", "where its files will lie, {version} in it")
	flags.Var(&programs, "program", "NAME=FILE: a program and its name in the release")
	flags.Var(&files, "file", "PATH=FILE: a file and its path in the archive")
	out := flags.String("out", "", "folder to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" {
		return errors.New("--out: want a folder to write")
	}
	var faults []error
	r.programs, err = named("--program", programs)
	faults = append(faults, err)
	r.files, err = named("--file", files)
	if faults = append(faults, err, r.check()); errors.Join(faults...) != nil {
		return errors.Join(faults...)
	}
	return r.write(*out)
}

// expand reads the arguments from a file, one a line, where @FILE is the only one.
func expand(args []string) ([]string, error) {
	if len(args) != 1 || !strings.HasPrefix(args[0], "@") {
		return args, nil
	}
	text, err := os.ReadFile(args[0][1:])
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), nil
}

// named takes the values of a flag apart.
func named(flag string, values []string) (map[string]string, error) {
	var faults []error
	files := map[string]string{}
	for _, value := range values {
		name, file, ok := strings.Cut(value, "=")
		switch {
		case !ok || name == "" || file == "":
			faults = append(faults, fmt.Errorf("%s: got %q, want NAME=FILE", flag, value))
		case files[name] != "":
			faults = append(faults, fmt.Errorf("%s: %s is given twice: %q and %q", flag, name, files[name], file))
		default:
			files[name] = file
		}
	}
	return files, errors.Join(faults...)
}
