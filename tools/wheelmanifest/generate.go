package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
)

// generation is the verb generate at work, through either of its doors.
type generation struct {
	options
	flags  *flags
	dryRun bool

	// The door of a build with Bazel: facts that its actions wrote.
	config, status      string
	entries, contentsOf []string

	// The door of a build without: a folder, and flags.
	wheels, stableStatus      string
	declared                  document.Declared
	sources, expect, sourceOf []string
	prefix, contents          string
	allowed                   []string

	// previous is the manifest of an earlier build, through either door.
	previous string

	// findings are about files that could not be read: the environment's.
	findings []finding.Finding
}

const generateUsage = `generate --wheels=DIR [--flag=value ...]
       wheelmanifest generate --config=FILE --entry=FILE ... [--contents-of=FILE ...] [--status=FILE] [--previous=FILE]

Writes the manifest of a set of wheels, or lists every fault of all of them
and writes nothing; a manifest that an earlier call wrote to --out is removed
then. A file there that is no manifest is refused before any wheel is read.

With --previous, a wheel that the earlier manifest lists with the same path and
SHA-256 is "reused" and keeps the build record that it has there; any other is
"rebuilt" by this build. With --wheels, --out may be that same file: it is
replaced by a whole manifest, or stays as it was. Without stamp there is no room
for build records, which is a warning, and an error where --out is that file.

With --wheels it reads the wheels of a folder and of those below it; their
relative paths begin there. Other files are left alone. Every member of a wheel
is read, held against its RECORD and searched for GPU code; --contents=off
leaves that out. A wheel whose RECORD is wrong is refused, unless
--allow-record-defects names what is wrong with it. Facts of git and CI
come from --stable-status, a file that the workspace status command wrote;
without it the manifest says "stamped": false.

The second form is what the rule uses: --entry, --contents-of, --config and
--status are the files that its other actions wrote.

An argument @FILE stands for the lines of that file, one argument a line.
Declared values may hold status keys: --project={STABLE_KEY}. --format is that
of the faults, on stderr: text by default; the manifest itself is JSON.`

// generate writes a manifest.
func generate(ctx context.Context, env *environment, args []string) error {
	g := &generation{}
	args, err := expand(ctx, env, args)
	if err != nil {
		return err
	}
	if err := g.parse(env, args); err != nil {
		return err
	}
	if err := g.ready(); err != nil {
		return err
	}
	previous, wrong, err := g.readPrevious(ctx)
	if err != nil {
		return g.abandon(err)
	}
	in, err := g.read(ctx)
	if err != nil {
		return g.abandon(err)
	}
	m, findings := document.Assemble(in.config, in.status, in.entries, in.contents)
	if err := ctx.Err(); err != nil {
		return g.abandon(err)
	}
	if len(g.findings) > 0 {
		// Whether there is a wheel is not known.
		findings = slices.DeleteFunc(findings, func(f finding.Finding) bool { return f.Code == "no_wheels" })
	}
	findings = slices.Concat(wrong, g.findings, findings)
	if finding.HasErrors(findings) {
		return g.failed(findings)
	}
	reused, dropped := g.reuse(m, previous)
	if findings = append(findings, dropped...); finding.HasErrors(findings) {
		return g.failed(findings)
	}
	env.list(findings)
	if previous != nil && !g.quiet {
		env.say("%d reused, %d rebuilt", reused, len(m.Artifacts)-reused)
	}
	data, err := m.Encode()
	if err != nil {
		return g.abandon(internalf("%w", err))
	}
	if err := ctx.Err(); err != nil {
		return g.abandon(err)
	}
	if g.dryRun {
		return env.print(data)
	}
	if err := g.flags.ours(); err != nil {
		return err // it came while the wheels were read
	}
	if err := g.flags.write(ctx, data); err != nil {
		return errors.Join(err, g.withdraw())
	}
	if g.out != "" && !g.quiet {
		env.say("wrote %s", finding.Escape(g.out))
	}
	return nil
}

func (g *generation) parse(env *environment, args []string) error {
	f := newFlags(env, generateUsage, &g.options)
	g.flags = f
	f.BoolVar(&g.dryRun, "dry-run", false, "print the manifest and write no file")
	f.StringVar(&g.config, "config", "", "the rule's config.json `FILE`")
	f.StringVar(&g.status, "status", "", "the rule's status.json `FILE`; left out where the build is not stamped")
	f.list(&g.entries, "entry", "an entry.json `FILE` for each wheel of the configuration, in its order")
	f.list(&g.contentsOf, "contents-of", "a contents.json `FILE` for each wheel of the configuration, in its order")
	f.StringVar(&g.wheels, "wheels", "", "the `DIR` that holds the wheels")
	f.StringVar(&g.stableStatus, "stable-status", "", "the `FILE` that the workspace status command wrote")
	for _, v := range g.declared.Values() {
		usage := v.Usage
		if v.Default != "" {
			usage += fmt.Sprintf(" (default %s)", v.Default)
		}
		f.StringVar(v.Value, v.Flag(), "", usage)
	}
	f.list(&g.sources, "source", "list this source's `NAME`, which the status must have; may be given several times (default: every source of the status)")
	f.list(&g.expect, "expect", "a `DISTRIBUTION` that must be there; may be given several times")
	f.list(&g.sourceOf, "source-of", "`DISTRIBUTION=SOURCE`: what a distribution is made from; an empty source is none, a final * stands for every ending; may be given several times")
	f.StringVar(&g.prefix, "prefix", "", "a `FOLDER` that is put before every relative path")
	contentsFlag(f, &g.contents)
	f.StringVar(&g.previous, "previous", "", "the earlier manifest: a `FILE` or URL")
	f.list(&g.allowed, "allow-record-defects", "`CLASS,...`: take wheels whose RECORD has defects of these classes; may be given several times")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("generate: takes no arguments, got %q", rest)
	}
	bazel, folder := g.given("config", "status", "entry", "contents-of"), g.given(g.folderFlags()...)
	switch {
	case len(bazel) > 0 && len(folder) > 0:
		return usagef("generate: %s and %s belong to two ways of calling it; see --help", strings.Join(bazel, ", "), strings.Join(folder, ", "))
	case len(bazel) > 0 && g.config == "":
		return usagef("generate: --config is required with %s", strings.Join(bazel, ", "))
	case len(bazel) == 0 && g.wheels == "":
		return usagef("generate: --wheels is required (or --config, from the rule)")
	}
	return nil
}

// given are those of the flags that the command line has, with dashes.
func (g *generation) given(names ...string) []string {
	var out []string
	for _, name := range names {
		if g.flags.given(name) {
			out = append(out, "--"+name)
		}
	}
	return out
}

// folderFlags are the flags that config.json stands for.
func (g *generation) folderFlags() []string {
	names := []string{"wheels", "stable-status", "source", "expect", "source-of", "prefix", "contents", "allow-record-defects"}
	for _, v := range g.declared.Values() {
		names = append(names, v.Flag())
	}
	return names
}

// inputs are what a document is put together from.
type inputs struct {
	config   *document.Config
	status   *status.Status
	entries  [][]entry.Entry
	contents [][]contents.Contents
}

// read gathers what Assemble needs, through the door that was taken.
func (g *generation) read(ctx context.Context) (*inputs, error) {
	if g.config != "" {
		return g.readActions(ctx)
	}
	return g.readFolder(ctx)
}

// ready checks --out before anything is read.
func (g *generation) ready() error {
	inputs := slices.Concat([]string{g.config, g.status, g.stableStatus}, g.entries, g.contentsOf)
	if g.config != "" {
		inputs = append(inputs, g.previous)
	}
	if g.dryRun {
		return g.flags.apart(inputs...)
	}
	return g.flags.ready(inputs...)
}

// abandon ends a call that failed before its findings: through the door of the
// command line, no document may stand at --out then either.
func (g *generation) abandon(err error) error {
	if g.dryRun || g.wheels == "" || errors.Is(err, errInput) || errors.Is(err, errForeign) {
		return err
	}
	return errors.Join(g.withdraw(), err)
}

// announce says how many wheels the manifest will have.
func (g *generation) announce(wheels int) {
	if !g.quiet {
		g.flags.env.say("generating manifest for %s", plural(wheels, "wheel"))
	}
}

// failed lists every fault and makes sure that no document stands at --out.
func (g *generation) failed(findings []finding.Finding) error {
	var withdrawn error
	if !g.dryRun {
		withdrawn = g.withdraw()
	}
	if err := g.flags.refuse(findings, map[string]int{}); err != nil {
		return err
	}
	configured := false
	for _, f := range findings {
		configured = configured || document.IsConfig(f) && f.Severity == finding.Error
	}
	switch {
	case withdrawn != nil:
		return environmentf("%w", withdrawn)
	case configured && g.wheels != "":
		return &exit{code: exitUsage}
	}
	return answerNo(len(g.findings) > 0)
}
