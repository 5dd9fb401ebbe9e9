package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

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
a file cannot be read at all.`, &o)
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
		entries[i], _, failed[i] = entry.Read(ctx, env.path(wheels[i]), filepath.Base(wheels[i]), "")
	})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	no, unreadable := false, false
	for i := range entries {
		if failed[i] != nil {
			env.list([]finding.Finding{unreadableFile(wheels[i], failed[i])})
			unreadable = true
			continue
		}
		for _, fault := range entries[i].Faults {
			env.list([]finding.Finding{fault.On(wheels[i])})
		}
		if finding.HasErrors(entries[i].Faults) {
			no = true
			continue
		}
		artifact := document.Inspect(&entries[i])
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

// table prints an artifact for people.
func table(out *bytes.Buffer, a *document.Artifact) error {
	if out.Len() > 0 {
		out.WriteByte('\n')
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	l, m := &a.Labels, &a.Metadata
	for _, row := range [][2]string{
		{"file", a.RelativePath},
		{"size", strconv.FormatInt(a.SizeBytes, 10) + " bytes"},
		{"sha256", a.SHA256},
		{"distribution", l.Distribution},
		{"version", l.Version},
		{"build tag", text(l.BuildTag)},
		{"python tag", l.PythonTag},
		{"abi tag", l.ABITag},
		{"platform tag", l.PlatformTag},
		{"name in METADATA", m.Name},
		{"version in METADATA", m.Version},
		{"requires Python", text(m.RequiresPython)},
		{"requires", strings.Join(m.RequiresDist, "; ")},
		{"tags in WHEEL", strings.Join(m.Tags, " ")},
		{"root is purelib", strconv.FormatBool(m.RootIsPurelib)},
		{"sha256 of METADATA", m.SHA256},
	} {
		fmt.Fprintf(w, "%s\t%s\n", row[0], finding.Escape(row[1]))
	}
	return w.Flush()
}

// text is a value that may be unknown.
func text(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}
