package main

import (
	"context"
	"errors"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
)

// indexing is the verb index at work.
type indexing struct {
	options
	flags             *flags
	wheels, yankTexts []string
	key               string
	pages             pages.Options
}

const indexUsage = `index MANIFEST ... --wheels=DIR ... --out=DIR [--flag=value ...]

Writes a package index of the wheels of all manifests: HTML pages (PEP 503) and
JSON pages (PEP 691) under simple/, each wheel's METADATA as {wheel}.metadata
(PEP 658), requirements.txt for pip install --require-hashes, and SHA256SUMS for
sha256sum -c. The wheels themselves are not copied: they are served from the
same root under their relative paths, or from --base-url. MANIFEST is a path, a
file:// URL, an http(s):// URL or s3://.

--wheels names folders with the wheels, or with the METADATA of each as
{wheel}.metadata (the output group wheel_metadata of the rule), at any depth. A
wheel is looked for at its relative path, then by its name, and held against the
manifest; a wheel that no manifest has is not listed.

--out is a folder, written aside and renamed into place as a whole. An index
that an earlier call made there is replaced, and stays where this call fails; a
folder that holds anything else is refused. --format is that of the faults, on
stderr: text by default.`

// makeIndex writes a package index.
func makeIndex(ctx context.Context, env *environment, args []string) error {
	g := &indexing{}
	manifests, err := g.parse(env, args)
	if err != nil {
		return err
	}
	if err := g.flags.readyFolder(isIndex); err != nil {
		return err
	}
	documents, findings, err := g.documents(ctx, manifests)
	if err != nil {
		return err
	}
	found, more, err := g.find(ctx, documents)
	if err != nil {
		return err
	}
	tree, faults := pages.Build(documents, found.metadata, g.pages)
	// What is not there may be where nothing could be read.
	faults = slices.DeleteFunc(faults, func(f finding.Finding) bool {
		return f.Code == pages.UnknownYank && len(documents) < len(manifests) || f.Code == pages.WheelMissing && len(more) > 0
	})
	findings = slices.Concat(findings, more, faults)
	if finding.HasErrors(findings) {
		return g.failed(findings)
	}
	env.list(findings)
	if err := g.flags.writeFolder(ctx, tree, isIndex); err != nil {
		return err
	}
	if !g.quiet {
		env.say("wrote %s: an index of %s", finding.Escape(g.out), plural(found.wheels, "wheel"))
	}
	return nil
}

func (g *indexing) parse(env *environment, args []string) ([]string, error) {
	f := newFlags(env, indexUsage, &g.options)
	g.flags = f
	f.Lookup("out").Usage = "write the index to this `DIR`, aside first and renamed into place"
	f.list(&g.wheels, "wheels", "a `DIR` that holds wheels, or the METADATA of each; may be given several times")
	f.StringVar(&g.pages.Base, "base-url", "", "the http or https `URL` below which the wheels lie (default: links are relative)")
	f.StringVar(&g.key, "wheel-key", "", "where a wheel lies below the base, a `TEMPLATE` of {name}, {filename} and {relative_path} (default {relative_path})")
	f.list(&g.yankTexts, "yank", "`NAME==VERSION[=REASON]`: installers pass over this version unless it is asked for by ==; may be given several times")
	manifests, err := f.parse(args)
	switch {
	case err != nil:
		return nil, err
	case len(manifests) == 0:
		return nil, usagef("index: no MANIFEST given")
	case len(g.wheels) == 0:
		return nil, usagef("index: --wheels is required")
	case g.out == "":
		return nil, usagef("index: --out is required")
	}
	if g.pages.Base != "" {
		if err := pages.CheckBase(g.pages.Base); err != nil {
			return nil, usagef("--base-url: %w", err)
		}
	}
	if g.key != "" {
		if g.pages.Key, err = linkKey(g.key); err != nil {
			return nil, usagef("--wheel-key: %w", err)
		}
	}
	for _, text := range g.yankTexts {
		y, err := pages.ParseYank(text)
		if err != nil {
			return nil, usagef("--yank: %w", err)
		}
		if slices.ContainsFunc(g.pages.Yanks, func(z pages.Yank) bool { return z.Project == y.Project && z.Version.Equal(y.Version) }) {
			return nil, usagef("--yank: got %s twice, want it once", y)
		}
		g.pages.Yanks = append(g.pages.Yanks, y)
	}
	return manifests, nil
}

// documents reads the manifests. One that is invalid or cannot be read is left
// out, and the findings say why.
func (g *indexing) documents(ctx context.Context, names []string) (documents []pages.Document, findings []finding.Finding, err error) {
	read := make([]*document.Manifest, len(names))
	checked := make([][]finding.Finding, len(names))
	err = each(ctx, g.jobs, len(names), func(i int) {
		m, _, faults, err := g.flags.load(ctx, names[i])
		if found, is := errors.AsType[foundError](err); is {
			checked[i] = []finding.Finding{found.Finding}
		}
		if err != nil {
			return
		}
		if checked[i] = faults; !finding.HasErrors(faults) {
			read[i] = m
		}
	})
	for i, m := range read {
		findings = append(findings, checked[i]...)
		if m != nil {
			documents = append(documents, pages.Document{Name: g.flags.env.shown(names[i]), Manifest: m})
		}
	}
	return documents, findings, err
}

// failed lists every fault.
func (g *indexing) failed(findings []finding.Finding) error {
	if err := g.flags.refuse(findings, map[string]int{}); err != nil {
		return err
	}
	return answerNo(slices.ContainsFunc(findings, func(f finding.Finding) bool { return f.Code == unreadable }))
}
