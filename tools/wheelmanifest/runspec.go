package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// runVariable names the file, as a runfile, that holds the command line of a
// target: `bazel run` and `bazel test` start this program under the target's
// name, and neither needs a script around it.
const runVariable = "WHEELMANIFEST_RUN"

// runSpec is that file: {"args": [...], "verdict": "..."}.
type runSpec struct {
	Args []runArg `json:"args"`
	// Verdict, where it is there, is the runfile with the verdict on a manifest:
	// without one that says pass, nothing is done.
	Verdict *string `json:"verdict"`
}

// runArg is an element of args: text, or an object with one of these fields.
type runArg struct {
	text *string
	// Runfile is a file that the target has, as `REPOSITORY/PATH`: its place on
	// this machine stands here, absolute.
	Runfile *string `json:"runfile"`
	// Arguments says that those stand here that the user gave.
	Arguments *bool `json:"arguments"`
	// Default stands here where the user gave nothing else.
	Default *runDefault `json:"default"`
	// Require is what the user must give, `--NAME` or `FILE` as in a default's
	// Unless; the call ends with Message otherwise.
	Require *string `json:"require"`
	Message *string `json:"message"`
}

// runDefault is what a target says of itself unless its user does.
type runDefault struct {
	// Unless is `--NAME`: a flag that the user may give instead, or `FILE`: any
	// argument that is no flag. A flag's value counts as one of these unless
	// it is written `--NAME=VALUE`.
	Unless string   `json:"unless"`
	Args   []runArg `json:"args"`
}

// anyFile is what Unless says of arguments that are no flags.
const anyFile = "FILE"

var errRunSpec = errors.New(`want text, {"runfile": PATH}, {"arguments": true}, {"default": {"unless": "--NAME" or "FILE", "args": [...]}} or {"require": "--NAME" or "FILE", "message": TEXT}`)

// commandLine is args, or where a target of the rule was started, its command
// line with args in it; env learns what its files are called. The programs that
// this one starts are not that target.
func commandLine(ctx context.Context, env *environment, args []string) ([]string, error) {
	name := os.Getenv(runVariable)
	if name == "" {
		return args, nil
	}
	if err := os.Unsetenv(runVariable); err != nil {
		return nil, environmentf("%s: %w", runVariable, err)
	}
	files, err := runfiles.New()
	if err != nil {
		return nil, environmentf("%s=%s: %w", runVariable, name, err)
	}
	locate := func(runfile string) (string, error) {
		path, err := files.Rlocation(runfile)
		if err != nil {
			return "", err
		}
		return filepath.Abs(path)
	}
	path, err := locate(name)
	if err != nil {
		return nil, environmentf("%s=%s: %w", runVariable, name, err)
	}
	data, err := aside(ctx, func() ([]byte, error) { return readFile(path) })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, environmentf("%s=%s: %w", runVariable, name, err)
	}
	spec, err := parseRunSpec(data)
	if err != nil {
		return nil, internalf("%s=%s: %w", runVariable, name, err)
	}
	if spec.Verdict != nil {
		if err := passed(ctx, *spec.Verdict, locate); err != nil {
			return nil, err
		}
	}
	expanded, names, err := expandRun(spec.Args, args, locate)
	if _, is := errors.AsType[requiredError](err); is {
		return nil, usagef("%w", err)
	}
	if err != nil {
		return nil, environmentf("%s=%s: %w", runVariable, name, err)
	}
	env.runfiles = names
	return expanded, nil
}

// passed makes sure that a verdict says pass. The rule's own is an output of the
// action that judges, which leaves none that says anything else; a manifest of
// somebody else's rule may have one.
func passed(ctx context.Context, runfile string, locate func(runfile string) (string, error)) error {
	path, err := locate(runfile)
	if err != nil {
		return environmentf("%s: %w", runfile, err)
	}
	data, err := aside(ctx, func() ([]byte, error) { return readFile(path) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return environmentf("%s: %w", runfile, err)
	}
	var v struct {
		Verdict string `json:"verdict"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return environmentf("%s: %w", runfile, err)
	}
	if v.Verdict != pass {
		return &exit{exitNo, fmt.Errorf("%s: the manifest did not pass: got the verdict %s, want %s", runfile, finding.Quote(v.Verdict), pass)}
	}
	return nil
}

// parseRunSpec reads the file strictly: no other field, nothing after it.
func parseRunSpec(data []byte) (runSpec, error) {
	var spec runSpec
	if err := strictly(data, &spec); err != nil {
		return runSpec{}, err
	}
	if len(spec.Args) == 0 {
		return runSpec{}, errors.New("args: there are none; want a verb and its arguments")
	}
	return spec, nil
}

func strictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the object")
	}
	return nil
}

// UnmarshalJSON reads one element.
func (a *runArg) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &a.text)
	}
	type fields runArg
	if data[0] != '{' {
		return fmt.Errorf("args: got %s: %w", data, errRunSpec)
	}
	if err := strictly(data, (*fields)(a)); err != nil {
		return err
	}
	given := 0
	for _, is := range []bool{a.Runfile != nil, a.Arguments != nil, a.Default != nil, a.Require != nil} {
		if is {
			given++
		}
	}
	valid := given == 1 && (a.Arguments == nil || *a.Arguments) && (a.Default == nil || canGive(a.Default.Unless)) &&
		(a.Require == nil || canGive(*a.Require)) && (a.Require == nil) == (a.Message == nil)
	if !valid {
		return fmt.Errorf("args: got %s: %w", data, errRunSpec)
	}
	return nil
}

// canGive says whether gives can be asked for it.
func canGive(what string) bool {
	return what == anyFile || len(what) > 2 && strings.HasPrefix(what, "--")
}

// expandRun puts the elements into words, and says of the runfiles among them
// what they are called, by their paths.
func expandRun(elements []runArg, user []string, locate func(runfile string) (string, error)) (words []string, names map[string]string, err error) {
	names = map[string]string{}
	for _, e := range elements {
		switch {
		case e.text != nil:
			words = append(words, *e.text)
		case e.Runfile != nil:
			path, err := locate(*e.Runfile)
			if err != nil {
				return nil, nil, err
			}
			words, names[path] = append(words, path), *e.Runfile
		case e.Arguments != nil:
			words = append(words, user...)
		case e.Require != nil:
			if !gives(user, *e.Require) && !gives(user, "--help") && !gives(user, "-h") {
				return nil, nil, requiredError(*e.Message)
			}
		case !gives(user, e.Default.Unless):
			expanded, more, err := expandRun(e.Default.Args, user, locate)
			if err != nil {
				return nil, nil, err
			}
			words = append(words, expanded...)
			maps.Copy(names, more)
		}
	}
	return words, names, nil
}

// requiredError says what the user must give.
type requiredError string

func (e requiredError) Error() string { return string(e) }

// gives says whether the user's arguments have a flag, or any that is none.
func gives(user []string, what string) bool {
	for i, arg := range user {
		switch {
		case arg == "--":
			return what == anyFile && i+1 < len(user)
		case !strings.HasPrefix(arg, "-") || arg == "-":
			if what == anyFile {
				return true
			}
		default:
			// Package flag takes one dash as it takes two.
			name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
			if strings.TrimPrefix(name, "-") == strings.TrimLeft(what, "-") {
				return true
			}
		}
	}
	return false
}
