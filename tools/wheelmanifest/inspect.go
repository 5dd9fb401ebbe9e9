package main

import (
	"bytes"
	"context"
	"path/filepath"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// inspect prints what single wheels say of themselves.
func inspect(ctx context.Context, env *environment, args []string) error {
	var o options
	f := newFlags(env, `inspect WHEEL ...

Prints one artifact of a manifest for each wheel, one JSON object a line. Its
relative_path is the file's name; what only a build knows (build, build_variant,
amdgpu_family, rocm_arch) is null. A wheel that cannot be read safely is not
printed: its faults are listed on stderr, and the exit code is 1; it is 3 where
a file cannot be read at all. A wheel whose RECORD is wrong is printed with what
is wrong: that is a fact about the wheel.`, &o)
	var read string
	contentsFlag(f, &read)
	wheels, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(wheels) == 0 {
		return usagef("inspect: no WHEEL given")
	}
	if err := f.ready(wheels...); err != nil {
		return err
	}
	entries := make([]entry.Entry, len(wheels))
	failed := make([]error, len(wheels))
	err = each(ctx, o.jobs, len(wheels), func(i int) {
		entries[i], _, failed[i] = entry.Read(ctx, env.path(wheels[i]), filepath.Base(wheels[i]), "", reading(o.jobs, len(wheels)))
	})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	no, unreadable := false, false
	for i := range entries {
		var held *contents.Contents
		if failed[i] == nil && read == on {
			var c contents.Contents
			c, failed[i] = readContents(ctx, f, entry.Source{Path: env.path(wheels[i]), Filename: filepath.Base(wheels[i])})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			held = &c
		}
		if failed[i] != nil {
			env.list([]finding.Finding{unreadableFile(wheels[i], failed[i])})
			unreadable = true
			continue
		}
		faults := document.Faults(&entries[i], held)
		for _, fault := range faults {
			env.list([]finding.Finding{fault.On(wheels[i])})
		}
		if finding.HasErrors(faults) {
			no = true
			continue
		}
		artifact := document.Inspect(&entries[i], held)
		if f.text() {
			err = table(&out, &artifact)
		} else {
			var line []byte
			line, err = artifact.Encode()
			out.Write(line)
		}
		if err != nil {
			return internalf("%w", err)
		}
	}
	if err := f.write(ctx, out.Bytes()); err != nil {
		return err
	}
	if no || unreadable {
		return answerNo(unreadable)
	}
	return nil
}
