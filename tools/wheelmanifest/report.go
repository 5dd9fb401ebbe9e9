package main

import (
	"context"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/report"
)

// reportPage writes the page of one manifest.
func reportPage(ctx context.Context, env *environment, args []string) error {
	o := options{formats: []string{"html"}, mark: report.Mark}
	f := newFlags(env, `report MANIFEST

Writes a manifest as one HTML page for people: what is wrong with the build,
which wheel serves which device, every wheel with its digest, the sources with
links to their commits. The page is one file, needs no network and has no
script. MANIFEST is a path, a file:// URL, an http(s):// URL or s3://. What is
judged of a valid manifest stands on the page and changes no exit code:
validate is the verb that fails by it. Exits 1 where the manifest is invalid,
with every fault on stderr and nothing written, 3 where it cannot be read.`, &o)
	manifests, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(manifests) != 1 {
		return usagef("report: got %s, want one MANIFEST", plural(len(manifests), "argument"))
	}
	if err := f.ready(manifests...); err != nil {
		return err
	}
	m, _, findings, err := f.load(ctx, manifests[0])
	if err != nil {
		return f.abandon(env.unread(err))
	}
	if m == nil || finding.HasErrors(findings) {
		env.list(findings)
		return f.abandon(answerNo(false))
	}
	for i := range findings {
		findings[i].Artifact = "" // the page is of the document, wherever it lies
	}
	page, err := aside(ctx, func() ([]byte, error) { return report.HTML(m, findings) })
	switch {
	case ctx.Err() != nil:
		return f.abandon(ctx.Err())
	case err != nil:
		return f.abandon(internalf("report: %w", err))
	}
	if err := f.write(ctx, page); err != nil {
		return f.abandon(err)
	}
	return nil
}
