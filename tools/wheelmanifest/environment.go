package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// The exit codes, as the usage text tells them.
const (
	exitYes         = 0
	exitNo          = 1
	exitUsage       = 2
	exitEnvironment = 3
	exitInternal    = 70
	exitInterrupted = 130
)

// exit is an error with the exit code that it stands for. An empty text means
// that everything has been said already.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// errHelp ends a verb whose help was asked for.
var errHelp = errors.New("help")

// usagef returns an error about the command line: exit code 2.
func usagef(format string, args ...any) error {
	return &exit{exitUsage, fmt.Errorf(format, args...)}
}

// environmentf returns an error about files, folders or the machine: exit
// code 3.
func environmentf(format string, args ...any) error {
	return &exit{exitEnvironment, fmt.Errorf(format, args...)}
}

// internalf returns an error that only a fault of this program can cause: exit
// code 70.
func internalf(format string, args ...any) error {
	return &exit{exitInternal, fmt.Errorf(format, args...)}
}

// answerNo returns the error of a verb whose answer, already printed, is no:
// exit code 1, or 3 where the environment kept it from reading everything.
func answerNo(environment bool) error {
	if environment {
		return &exit{code: exitEnvironment}
	}
	return &exit{code: exitNo}
}

func exitCode(ctx context.Context, err error) int {
	if errors.Is(err, errHelp) {
		return exitYes
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return exitInterrupted
	}
	var e *exit
	if errors.As(err, &e) {
		return e.code
	}
	return exitEnvironment
}

// environment is what a verb may touch of the world around it.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	// runfiles are the files that a target of the rule named, by their paths: what
	// they are called wherever the target is built.
	runfiles map[string]string
}

// shown is a place of the command line for messages and answers.
func (env *environment) shown(place string) string {
	if name, is := env.runfiles[place]; is {
		return name
	}
	return shown(place)
}

// path resolves a path of the command line: a relative one starts at the
// folder where the user called bazel run, else at the current one.
func (*environment) path(p string) string {
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" && p != "" && !filepath.IsAbs(p) {
		return filepath.Join(dir, p)
	}
	return p
}

// readFile reads a regular file. Of any other kind, a pipe that nobody writes to
// would keep the program waiting.
func readFile(name string) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}
	}
	return os.ReadFile(name)
}

// print writes the answer to stdout.
func (env *environment) print(data []byte) error {
	if _, err := env.stdout.Write(data); err != nil {
		return environmentf("write to stdout: %w", err)
	}
	return nil
}

// say writes one line of progress to stderr.
func (env *environment) say(format string, args ...any) {
	fmt.Fprintf(env.stderr, format+"\n", args...)
}

// list writes findings to stderr, one a line.
func (env *environment) list(findings []finding.Finding) {
	for _, f := range findings {
		fmt.Fprintln(env.stderr, f)
	}
}

// terminal says whether stdout shows to a person.
func (env *environment) terminal() bool { return isTerminal(env.stdout) }

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
