package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// indexPlaces are what index is told of an index that it publishes.
type indexPlaces struct {
	to, toProfile               string
	manifests, manifestsProfile string
	dryRun                      bool
	unyankTexts                 []string
	unyanks                     []pages.Yank
}

func (p *indexPlaces) define(f *flags) {
	f.StringVar(&p.to, "to", "", "publish the index to this `PLACE`, where the wheels lie: s3://BUCKET/PREFIX,\nfile:///FOLDER or a folder's path")
	f.StringVar(&p.toProfile, "to-profile", "", "the AWS `PROFILE` for --to (default AWS_PROFILE)")
	f.StringVar(&p.manifests, "manifests", "", "the `PLACE` below which all manifests lie (default: that of --to)")
	f.StringVar(&p.manifestsProfile, "manifests-profile", "", "the AWS `PROFILE` for --manifests (default AWS_PROFILE; without --manifests\nthat of --to)")
	f.BoolVar(&p.dryRun, "dry-run", false, "with --to: look at what is there, and say what would be sent; write nothing\nanywhere")
	f.list(&p.unyankTexts, "unyank", "`NAME==VERSION`, with --to: take back what an earlier call yanked; may be given several times")
}

func (p *indexPlaces) usage(f *flags) error {
	switch {
	case p.to == "":
		return usagef("--to: got nothing, want a place")
	case f.given("out"):
		return usagef("index: got --to and --out, want one of them")
	case f.given("manifests") && p.manifests == "":
		return usagef("--manifests: got nothing, want a place")
	case f.given("manifests-profile") && p.manifests == "":
		return usagef("index: got --manifests-profile without --manifests")
	}
	return errors.Join(checkPlace("to", p.to), checkPlace("manifests", p.manifests))
}

// places opens both places, which can be one.
func (p *indexPlaces) places(ctx context.Context, f *flags) (to, manifests store.Writer, err error) {
	to, err = f.openPlace(ctx, "to", p.to, p.toProfile)
	if err != nil || p.manifests == "" || p.manifests == p.to && p.manifestsProfile == p.toProfile {
		return to, to, err
	}
	manifests, err = f.openPlace(ctx, "manifests", p.manifests, p.manifestsProfile)
	return to, manifests, err
}

// publish puts the index to where its wheels lie.
func (g *indexing) publish(ctx context.Context, names []string) error {
	to, manifests, err := g.places(ctx, g.flags)
	if err != nil {
		return err
	}
	published, faults, err := g.published(ctx, names)
	if err != nil {
		return err
	}
	if faults != nil {
		return g.failed(faults)
	}
	if g.key == "" {
		if g.pages.Key, err = linkKey(publication.WheelKey); err != nil {
			return internalf("%w", err)
		}
	}
	var wheels *found
	job := publication.Index{
		Manifests: manifests, Place: to, Options: g.pages, Unyanks: g.unyanks, Published: published,
		Metadata: func(ctx context.Context, documents []pages.Document) (pages.Source, []finding.Finding, error) {
			if wheels == nil {
				wheels, faults = g.walk()
			}
			return wheels.atHand, faults, wheels.load(ctx, g.jobs, documents)
		},
		Each: func(ctx context.Context, n int, do func(i int)) error { return each(ctx, g.jobs, n, do) },
	}
	act := job.Run
	if g.dryRun {
		act = job.Look
	}
	result, err := act(ctx)
	if err != nil {
		return err
	}
	if finding.HasErrors(result.Findings) {
		return g.unpublished(result)
	}
	g.flags.env.list(result.Findings)
	return g.answer(ctx, to.Name(), wheels.wheels, result.Receipt)
}

// published reads the manifests of the command line, which have to be at the place.
func (g *indexing) published(ctx context.Context, names []string) (list []publication.Published, findings []finding.Finding, err error) {
	for _, name := range names {
		data, err := g.flags.bytesOf(ctx, name)
		if found, is := errors.AsType[foundError](err); is {
			findings = append(findings, found.Finding)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		shown := g.flags.env.shown(name)
		if m, faults := document.Check(data); m == nil || finding.HasErrors(faults) {
			findings = append(findings, of(shown, faults)...)
			continue
		}
		sum := sha256.Sum256(data)
		list = append(list, publication.Published{Name: shown, SHA256: hex.EncodeToString(sum[:])})
	}
	return list, findings, nil
}

// indexReceipt is the answer in JSON.
type indexReceipt struct {
	DryRun   bool   `json:"dry_run"`
	IndexURL string `json:"index_url"`
	publication.IndexReceipt
}

// answer prints the receipt.
func (g *indexing) answer(ctx context.Context, place string, wheels int, r publication.IndexReceipt) error {
	if g.pages.Base != "" {
		place = g.pages.Base
	}
	at := strings.TrimRight(place, "/") + "/" + pages.Pages
	var b bytes.Buffer
	if g.flags.text() {
		for _, o := range slices.Concat(r.Metadata, r.Pages) {
			receiptLine(&b, o, "")
		}
	} else {
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(indexReceipt{g.dryRun, at, r}); err != nil {
			return internalf("receipt: %w", err)
		}
	}
	if err := g.flags.write(ctx, b.Bytes()); err != nil {
		return err
	}
	if !g.quiet {
		words := "published"
		if g.dryRun {
			words = "nothing was sent; would publish"
		}
		g.flags.env.say("%s %s: an index of %s in %s: %s", words, finding.Escape(at), plural(wheels, "wheel"), plural(len(r.Manifests), "manifest"), statuses(r.Counts()))
	}
	return nil
}

// unpublished lists every fault, and says how far the index came.
func (g *indexing) unpublished(result publication.IndexResult) error {
	err := g.failed(result.Findings)
	if g.format != "json" {
		how := "nothing was sent"
		if result.Wrote {
			how = "not all pages are up to date, and each promises only what is there; run it again"
		}
		g.flags.env.say("FAILED: %s", how)
	}
	if result.Incomplete {
		return answerNo(true)
	}
	return err
}
