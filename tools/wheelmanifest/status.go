package main

import (
	"context"
	"path/filepath"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
)

// projectStatus writes status.json: the keys of a status file that a manifest
// uses. A fault of the file is data there, so that the action that gathers all
// facts can tell it beside those of the wheels.
func projectStatus(ctx context.Context, env *environment, args []string) error {
	var o options
	var file string
	var keys []string
	f := newFlags(env, `status --stable-status=FILE [--key=KEY ...] --out=FILE

Used by the rule: keeps of Bazel's stable-status.txt what manifests use, and
what declared values name, so that other keys change nothing. Faults of the
file are written into the answer, which is JSON in either format; it exits 0
with them.`, &o)
	f.StringVar(&file, "stable-status", "", "the status `FILE`; required")
	f.list(&keys, "key", "keep this `KEY`, which must be there; may be given several times")
	rest, err := f.parse(args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usagef("status: takes no arguments, got %q", rest)
	case file == "":
		return usagef("status: --stable-status is required")
	}
	if err := f.ready(file); err != nil {
		return err
	}
	data, err := readFile(env.path(file))
	if err != nil {
		return environmentf("status file: %w", err)
	}
	out, err := status.Read(filepath.Base(file), data, keys).Encode()
	if err != nil {
		return internalf("%w", err)
	}
	return f.write(ctx, out)
}
