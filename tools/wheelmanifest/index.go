package main

import (
	"context"
	"errors"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
)

// indexing is the verb index at work.
type indexing struct {
	options
	flags             *flags
	wheels, yankTexts []string
	key               string
	pages             pages.Options
	indexPlaces
}

const indexUsage = `index MANIFEST ... --wheels=DIR ... --out=DIR [--flag=value ...]
       wheelmanifest index --to=PLACE [--manifests=PLACE] [--wheels=DIR ...]

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
stderr: text by default.

--to publishes the index to s3://BUCKET/PREFIX or file:///FOLDER, where publish put
the wheels: of all manifests that lie below --manifests, with METADATA from --wheels
or that is there already. Each page is replaced only if it still is what was read;
where another publisher was faster, the manifests are read again. A MANIFEST that is
given as well must be among those that are there. What is yanked stays yanked. The
answer is a receipt of what lies where. docs/index.md says more.`

// makeIndex writes a package index.
func makeIndex(ctx context.Context, env *environment, args []string) error {
	g := &indexing{}
	manifests, err := g.parse(env, args)
	if err != nil {
		return err
	}
	if g.to != "" {
		return g.publish(ctx, manifests)
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
	f.StringVar(&g.key, "wheel-key", "", "where a wheel lies below the base, a `TEMPLATE` of {name}, {filename} and {relative_path} (default {relative_path};\nwith --to "+publication.WheelKey+")")
	f.list(&g.yankTexts, "yank", "`NAME==VERSION[=REASON]`: installers pass over this version unless it is asked for by ==; may be given several times")
	g.indexPlaces.define(f)
	manifests, err := f.parse(args)
	if err == nil {
		err = g.usage(manifests)
	}
	if err != nil {
		return nil, err
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
	if g.pages.Yanks, err = yanks("yank", g.yankTexts, nil); err != nil {
		return nil, err
	}
	g.unyanks, err = yanks("unyank", g.unyankTexts, g.pages.Yanks)
	return manifests, err
}

// usage checks which arguments go together.
func (g *indexing) usage(manifests []string) error {
	if g.to != "" || g.flags.given("to") {
		return g.indexPlaces.usage(g.flags)
	}
	for _, name := range []string{"manifests", "to-profile", "manifests-profile", "dry-run", "unyank"} {
		if g.flags.given(name) {
			return usagef("index: got --%s without --to", name)
		}
	}
	switch {
	case len(manifests) == 0:
		return usagef("index: no MANIFEST given")
	case len(g.wheels) == 0:
		return usagef("index: --wheels is required")
	case g.out == "":
		return usagef("index: --out is required, or --to")
	}
	return nil
}

// yanks reads the values of a flag, of which no version may be named twice or by
// another flag too.
func yanks(flag string, texts []string, others []pages.Yank) (list []pages.Yank, err error) {
	for _, text := range texts {
		y, err := pages.ParseYank(text)
		if err != nil {
			return nil, usagef("--%s: %w", flag, err)
		}
		same := func(z pages.Yank) bool { return z.Project == y.Project && z.Version.Equal(y.Version) }
		switch {
		case slices.ContainsFunc(list, same):
			return nil, usagef("--%s: got %s twice, want it once", flag, y)
		case slices.ContainsFunc(others, same):
			return nil, usagef("--%s: got %s, which --yank has too", flag, y)
		case flag == "unyank" && y.Reason != "":
			return nil, usagef("--%s: got %s with a reason, want none", flag, y)
		}
		list = append(list, y)
	}
	return list, nil
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
