package main

import (
	"context"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// schema prints the JSON Schema of the manifest, in one form for all.
func schema(ctx context.Context, env *environment, args []string) error {
	var o options
	f := newFlags(env, `schema [--out=FILE]

Prints the JSON Schema (draft 2020-12) of the manifests that this version
writes. It is JSON in either format.`, &o)
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("schema: takes no arguments, got %q", rest)
	}
	return f.write(ctx, document.Schema())
}
