package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// release is the version of a released binary; the linker sets it (gc_linkopts of the target).
var release string

// versions is what the verb version tells.
type versions struct {
	Version string `json:"version"`
	Schema  string `json:"schema_version"`
	Go      string `json:"go"`
}

func version(ctx context.Context, env *environment, args []string) error {
	var o options
	f := newFlags(env, `version [--format=text|json]

Prints the version of this program, or dev where it has none, and that of the
documents it writes.`, &o)
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("version: takes no arguments, got %q", rest)
	}
	v := versions{programVersion(), document.SchemaVersion, runtime.Version()}
	if f.text() {
		return f.write(ctx, fmt.Appendf(nil, "wheelmanifest %s (documents of version %s, %s)\n", v.Version, v.Schema, v.Go))
	}
	data, err := json.Marshal(v)
	if err != nil {
		return internalf("version: %w", err)
	}
	return f.write(ctx, append(data, '\n'))
}

// programVersion is the linker's, else the module's where it was installed by
// version, else dev.
func programVersion() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
