package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

// templates reads the templates of the keys, of which every field must exist.
func (p *publishing) templates() error {
	var err error
	if p.keys.Wheel, err = wheelKey(p.wheelKey); err != nil {
		return err
	}
	if p.keys.Manifest, err = documentKey("manifest-key", p.manifestKey); err != nil {
		return err
	}
	for _, text := range p.pointers {
		pointer, err := documentKey("pointer", text)
		if err != nil {
			return err
		}
		p.keys.Pointers = append(p.keys.Pointers, pointer)
	}
	return nil
}

// documentKey reads the template of a key that is made of a document.
func documentKey(flag, text string) (key.Template, error) {
	return keyTemplate(flag, text, key.Document(&document.Manifest{}))
}

// prepare reads the manifest and lists everything that keeps it from being
// published. incomplete says that something could not be read.
func (p *publishing) prepare(ctx context.Context, together bool) (plan publication.Plan, findings []finding.Finding, incomplete bool, err error) {
	m, data, findings, err := p.flags.load(ctx, p.manifest)
	if ctx.Err() != nil {
		return plan, nil, false, ctx.Err()
	}
	if found, is := errors.AsType[foundError](err); is {
		return plan, []finding.Finding{found.Finding}, true, nil
	}
	if err != nil {
		return plan, nil, false, err
	}
	if m == nil || finding.HasErrors(findings) {
		return plan, findings, false, nil
	}
	name := p.flags.env.shown(p.manifest)
	findings = append(findings, judged(m, p.policy, name, false)...)
	conditions := publication.Conditions{
		AllowUnstamped: p.unstampedOK, ExpectDirty: strings.Split(strings.Join(p.expectDirty, ","), ","), Pointers: len(p.pointers) > 0,
	}
	findings = append(findings, of(name, conditions.Check(m))...)
	local, faults, err := p.local(ctx)
	if err != nil {
		return plan, nil, false, err
	}
	plan, unplanned := p.keys.Plan(m, data, local.open, together)
	findings = append(append(findings, unplanned...), faults...)
	if faults != nil || local.Store == nil {
		return plan, findings, faults != nil, nil
	}
	verified, err := p.verify(ctx, m, local)
	return plan, append(findings, verified.Findings...), verified.Incomplete, err
}

// local is where the wheels lie on this machine; the Store is nil where nobody
// says so, since none is sent.
type local struct {
	store.Store
	path func(a *document.Artifact) string
}

func (l local) open(a *document.Artifact) func() (io.ReadSeekCloser, error) {
	return func() (io.ReadSeekCloser, error) {
		file, err := os.Open(l.path(a))
		if err != nil {
			return nil, plainly(err)
		}
		return file, nil
	}
}

// local finds the wheels.
func (p *publishing) local(ctx context.Context) (local, []finding.Finding, error) {
	if len(p.files) == 0 && p.wheels == "" {
		return local{}, nil, nil
	}
	if len(p.files) == 0 {
		dir := p.flags.env.path(p.wheels)
		place, err := aside(ctx, func() (store.Store, error) { return store.Open(ctx, dir, store.Options{Name: p.wheels}) })
		switch {
		case ctx.Err() != nil:
			return local{}, nil, ctx.Err()
		case err != nil:
			return local{}, []finding.Finding{finding.Errorf(verification.PlaceUnreadable, "the wheels cannot be read: %v", err).On(p.wheels).Plain()}, nil
		}
		return local{place, func(a *document.Artifact) string { return filepath.Join(dir, filepath.FromSlash(a.RelativePath)) }}, nil, nil
	}
	files, faults, err := pairsOf(p.flags.env, p.files, p.entries)
	if err != nil || faults != nil {
		return local{}, faults, err
	}
	// Verification finds them by the same digest and name.
	type same struct{ name, sha256 string }
	paths := map[same]string{}
	for _, f := range files {
		paths[same{path.Base(f.Key), f.SHA256}] = f.Path
	}
	return local{store.Files(files), func(a *document.Artifact) string { return paths[same{path.Base(a.RelativePath), a.SHA256}] }}, nil, nil
}

// verify holds the wheels on this machine against the manifest.
func (p *publishing) verify(ctx context.Context, m *document.Manifest, wheels local) (verification.Result, error) {
	template, err := key.Parse("{relative_path}")
	if err != nil {
		return verification.Result{}, internalf("%w", err)
	}
	line := p.flags.progress(plural(len(m.Artifacts), "wheel"))
	defer line.end()
	result, err := verification.Verification{
		Manifest: m, Store: wheels, WheelKey: template, Jobs: p.jobs, Progress: line.show,
		Each: func(ctx context.Context, n int, do func(i int)) error { return each(ctx, p.jobs, n, do) },
	}.Run(ctx)
	// Only the manifest's wheels are sent.
	result.Findings = withoutUnlisted(result.Findings)
	return result, err
}

func withoutUnlisted(findings []finding.Finding) []finding.Finding {
	var kept []finding.Finding
	for _, f := range findings {
		if f.Code != verification.UnlistedWheel && f.Code != verification.UnlistedUnknown {
			kept = append(kept, f)
		}
	}
	return kept
}
