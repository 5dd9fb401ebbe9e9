package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// shipment is one call of dist.
type shipment struct {
	options
	flags          *flags
	manifest, dir  string
	writeManifest  bool
	files, entries []string
}

const distUsage = `dist MANIFEST --wheel=FILE --entry=FILE ... DIR

Used by the rule: puts the wheels of a manifest into the folder DIR, each under
its relative path, and then the manifest itself under manifests/. A wheel is a
hard link where that can be, else a copy. All of them are read and held against
the manifest before the first one is there.

No file is overwritten: one that is there with the same bytes stays, and where
one has other bytes nothing is put into DIR at all. Wheels in DIR that the
manifest does not list are left alone, and warned of. The answer is a list of
the files.`

// dist puts wheels and their manifest into a folder.
func dist(ctx context.Context, env *environment, args []string) error {
	s := &shipment{}
	if err := s.parse(env, args); err != nil {
		return err
	}
	if err := s.flags.ready(slices.Concat(s.files, s.entries, []string{s.manifest})...); err != nil {
		return err
	}
	dir, err := folderTarget(env.path(s.dir))
	if err != nil {
		return environmentf("%s: %w", s.dir, plainly(err))
	}
	cargo, findings, err := s.load(ctx)
	if err != nil {
		return err
	}
	if !finding.HasErrors(findings) {
		var more []finding.Finding
		more, err = cargo.ship(ctx, dir, func(n int, do func(i int)) error { return each(ctx, s.jobs, n, do) })
		findings = append(findings, more...)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	env.list(findings)
	if err != nil {
		return environmentf("%s: %w", s.dir, plainly(err))
	}
	if finding.HasErrors(findings) {
		return answerNo(slices.ContainsFunc(findings, func(f finding.Finding) bool {
			return f.Code == unreadable || f.Code == verification.ArtifactUnreadable || f.Code == distFailed
		}))
	}
	return s.answer(ctx, cargo, dir)
}

func (s *shipment) parse(env *environment, args []string) error {
	f := newFlags(env, distUsage, &s.options)
	s.flags = f
	f.BoolVar(&s.writeManifest, "write-manifest", true, "put the manifest there, too")
	f.list(&s.files, "wheel", "a `FILE` or folder of wheels; repeated")
	f.list(&s.entries, "entry", "the `FILE` that says the names of the wheels in the --wheel of the same\nnumber; repeated")
	rest, err := f.parse(args)
	switch {
	case err != nil:
		return err
	case len(rest) == 1:
		return usagef("dist: no DIR given: bazel run TARGET -- DIR")
	case len(rest) != 2 || rest[0] == "" || rest[1] == "":
		return usagef("dist: got %s, want MANIFEST and DIR", plural(len(rest), "argument"))
	case isURL(rest[1]):
		return usagef("dist: got %s, want a folder: publish puts wheels elsewhere", finding.Quote(shown(rest[1])))
	case len(s.files) != len(s.entries):
		return usagef("dist: got %d of --wheel and %d of --entry, want one --entry after each --wheel", len(s.files), len(s.entries))
	}
	s.manifest, s.dir = rest[0], rest[1]
	return nil
}

// load reads the manifest and finds its wheels. An error is the context's, or a
// fault of the rule.
func (s *shipment) load(ctx context.Context) (*cargo, []finding.Finding, error) {
	v := &verifier{flags: s.flags, files: s.files, entries: s.entries}
	m, text, findings, err := s.flags.load(ctx, s.manifest)
	if err != nil {
		v.unread(err, unreadable, "the manifest cannot be read", s.manifest)
		return nil, v.findings, ctx.Err()
	}
	if m == nil || finding.HasErrors(findings) {
		return nil, findings, nil
	}
	wheels, err := v.pairs()
	switch {
	case err != nil && exitCode(ctx, err) != exitEnvironment:
		return nil, nil, err
	case err != nil:
		v.unread(err, unreadable, "a wheel cannot be read", s.manifest)
		return nil, append(findings, v.findings...), nil
	}
	c := &cargo{link: os.Link}
	for i := range m.Artifacts {
		one, fault := loaded(ctx, wheels, &m.Artifacts[i])
		findings = append(findings, fault...)
		c.files = append(c.files, one)
	}
	if s.writeManifest {
		c.files = append(c.files, manifestOf(path.Join("manifests", filepath.Base(s.manifest)), text))
	}
	return c, findings, ctx.Err()
}

// loaded is an artifact as it is to lie in the folder.
func loaded(ctx context.Context, wheels store.Store, a *document.Artifact) (*shipped, []finding.Finding) {
	one := &shipped{Path: a.RelativePath, Size: a.SizeBytes, SHA256: a.SHA256}
	object, err := wheels.Find(ctx, store.Wanted{Key: a.RelativePath, Project: wheel.Normalize(a.Labels.Distribution), SHA256: a.SHA256})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return one, []finding.Finding{finding.Errorf(verification.ArtifactMissing, "no --wheel is the artifact").On(a.RelativePath)}
	case err != nil:
		return one, []finding.Finding{finding.Errorf(verification.ArtifactUnreadable, "the wheel cannot be read: %v", err).On(a.RelativePath)}
	}
	one.from, _ = wheels.(interface {
		Path(store.Object) (string, bool)
	}).Path(object)
	return one, nil
}

// answer prints what is there, and warns of what should not be.
func (s *shipment) answer(ctx context.Context, c *cargo, dir string) error {
	sources, err := entry.Walk(dir)
	if err != nil {
		return environmentf("%s: %w", s.dir, plainly(err))
	}
	listed := map[string]bool{}
	var warnings []finding.Finding
	for _, one := range c.files {
		listed[one.Path] = true
	}
	for _, source := range sources {
		name := path.Join(source.Folder, source.Filename)
		switch {
		case source.Err != nil:
			warnings = append(warnings, finding.Warningf(verification.UnlistedUnknown, "cannot be looked into: %v", plainly(source.Err)).On(name))
		case source.IsWheel() && !listed[name]:
			warnings = append(warnings, finding.Warningf(verification.UnlistedWheel, "a wheel that the manifest does not have").On(name))
		}
	}
	s.flags.env.list(warnings)
	data, err := json.MarshalIndent(map[string][]*shipped{"files": c.files}, "", "  ")
	if s.flags.text() {
		var b bytes.Buffer
		for _, one := range c.files {
			fmt.Fprintf(&b, "%-6s  %s\n", one.How, finding.Escape(one.Path))
		}
		data, err = b.Bytes(), nil
	} else {
		data = append(data, '\n')
	}
	if err != nil {
		return internalf("%w", err)
	}
	return s.flags.write(ctx, data)
}
