package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// readActions reads what the rule's other actions wrote. A malformed file of
// theirs is a fault of the project, not of the wheels.
func (g *generation) readActions(ctx context.Context) (*inputs, error) {
	env := g.flags.env
	data, err := readFile(env.path(g.config))
	if err != nil {
		return nil, environmentf("configuration: %w", err)
	}
	config, faults := document.DecodeConfig(data)
	if len(faults) > 0 {
		env.list(faults)
		return nil, internalf("the configuration %s is malformed", g.config)
	}
	var st *status.Status
	if g.status != "" {
		data, err := readFile(env.path(g.status))
		if err != nil {
			return nil, environmentf("status: %w", err)
		}
		decoded, err := status.Decode(data)
		if err != nil {
			return nil, internalf("%s: %w", g.status, err)
		}
		st = &decoded
	}
	in := &inputs{config: config, status: st}
	in.entries, err = decodeEach(ctx, g, g.entries, entry.Decode)
	if err != nil {
		return nil, err
	}
	if in.contents, err = decodeEach(ctx, g, g.contentsOf, contents.Decode); err != nil {
		return nil, err
	}
	n := 0
	for _, list := range in.entries {
		n += len(list)
	}
	g.announce(n)
	return in, nil
}

// decodeEach reads the files that the actions of the wheels wrote.
func decodeEach[T any](ctx context.Context, g *generation, names []string, decode func(io.Reader) ([]T, error)) ([][]T, error) {
	lists := make([][]T, len(names))
	faulty := make([]error, len(names))
	err := each(ctx, g.jobs, len(names), func(i int) {
		data, err := readFile(g.flags.env.path(names[i]))
		if err != nil {
			faulty[i] = environmentf("facts of a wheel: %w", err)
			return
		}
		if lists[i], err = decode(bytes.NewReader(data)); err != nil {
			faulty[i] = internalf("%s: %w", names[i], err)
		}
	})
	return lists, errors.Join(append(faulty, err)...)
}

// readFolder reads the wheels of a folder, and makes the configuration that
// the rule would write.
func (g *generation) readFolder(ctx context.Context) (*inputs, error) {
	env := g.flags.env
	config := &document.Config{
		Prefix: g.prefix, Stamped: g.stableStatus != "", Declared: g.declared, Sources: g.sources, Expected: g.expect,
		Contents: g.contents == on, AllowRecordDefects: classes(g.allowed), SourceOf: document.SourceOf(), Wheels: []document.Input{{Path: g.wheels}},
	}
	for _, pair := range g.sourceOf {
		distribution, source, ok := strings.Cut(pair, "=")
		if !ok || distribution == "" {
			return nil, usagef("generate: --source-of: got %q, want DISTRIBUTION=SOURCE", pair)
		}
		setSource(config.SourceOf, distribution, source)
	}
	if len(g.sources) > 0 && g.stableStatus == "" {
		return nil, usagef("generate: --source needs --stable-status, which tells of the sources")
	}
	st, err := g.readStatus(config)
	if err != nil {
		return nil, err
	}
	all, err := entry.Walk(env.path(g.wheels))
	if err != nil {
		return nil, environmentf("wheels: %w", err)
	}
	wheels := all[:0:0]
	for _, source := range all {
		if source.IsWheel() || source.Link || source.Err != nil {
			wheels = append(wheels, source)
		}
	}
	if others := len(all) - len(wheels); others > 0 && !g.quiet {
		env.say("left alone %s of other kinds", plural(others, "file"))
	}
	if err := g.spare(wheels); err != nil {
		return nil, err
	}
	g.announce(len(wheels))
	in := &inputs{config: config, status: st}
	return in, g.readWheels(ctx, wheels, in)
}

// spare makes sure that --out is none of the wheels, nor anything else that is
// not to be lost.
func (g *generation) spare(wheels []entry.Source) error {
	var names []string
	for _, wheel := range wheels {
		names = append(names, wheel.Path)
	}
	if err := g.flags.apart(names...); err != nil || g.dryRun {
		return err
	}
	return g.flags.ours()
}

// setSource puts a source over the default, however the name is spelt.
func setSource(sourceOf map[string]string, distribution, source string) {
	maps.DeleteFunc(sourceOf, func(name, _ string) bool { return wheel.Normalize(name) == wheel.Normalize(distribution) })
	sourceOf[distribution] = source
}

// readWheels reads wheels side by side, and then the members of each, side by
// side too. One that cannot be read is a finding, and the others are read all
// the same.
func (g *generation) readWheels(ctx context.Context, wheels []entry.Source, in *inputs) error {
	entries := make([]entry.Entry, len(wheels))
	faulty := make([]error, len(wheels))
	o := reading(g.jobs, len(wheels))
	if err := each(ctx, g.jobs, len(wheels), func(i int) {
		entries[i], _, faulty[i] = wheels[i].Read(ctx, o)
	}); err != nil {
		return err
	}
	read := []entry.Entry{}
	held := []contents.Contents{}
	for i, source := range wheels {
		if faulty[i] == nil && in.config.Contents && source.IsWheel() && !source.Link {
			var c contents.Contents
			if c, faulty[i] = readContents(ctx, g.flags, source); faulty[i] == nil {
				held = append(held, c)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if faulty[i] != nil {
			g.findings = append(g.findings, unreadableFile(filepath.ToSlash(filepath.Join(source.Folder, source.Filename)), faulty[i]))
			continue
		}
		read = append(read, entries[i])
	}
	in.entries, in.contents = [][]entry.Entry{read}, [][]contents.Contents{held}
	return nil
}

// readStatus reads --stable-status; nil where there is none.
func (g *generation) readStatus(config *document.Config) (*status.Status, error) {
	if g.stableStatus == "" {
		return nil, nil
	}
	data, err := readFile(g.flags.env.path(g.stableStatus))
	if err != nil {
		return nil, environmentf("status: %w", err)
	}
	var keys []string
	for _, v := range config.Declared.Values() {
		named, _ := status.Keys(v.Name, *v.Value) // Assemble tells the faults
		keys = append(keys, named...)
	}
	st := status.Read(filepath.Base(g.stableStatus), data, keys)
	return &st, nil
}
