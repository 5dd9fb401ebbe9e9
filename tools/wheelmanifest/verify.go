package main

import (
	"context"
	"errors"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

// verify holds the wheels at a place against a manifest.
func verify(ctx context.Context, env *environment, args []string) error {
	v := &verifier{}
	f := newFlags(env, `verify MANIFEST [--wheels=PLACE]

Makes sure that the wheels of a manifest are at a place with the bytes that it
says. The manifest must be valid, else no wheel is looked at; then every
artifact is looked for, read to its end, and held against size_bytes and sha256;
METADATA that lies beside it, or that an index page promises, and what the page
claims, against the manifest too; and every problem is listed. MANIFEST and PLACE are paths or URLs: a folder,
file://, http(s):// (an index of PEP 503 or 691, or a plain folder) or
s3://BUCKET/PREFIX. Without --wheels, the wheels are looked for in the folder of
the manifest.

With --bundle and --key, the manifest and every wheel that it lists must be what
that key signed, as attest signs it; no other key is trusted.

The last line on stderr is PASSED or FAILED with counts. Exits 1 where the
manifest is invalid or a wheel is missing or differs, 3 where manifest or place
cannot be read.`, &v.options)
	v.flags = f
	f.StringVar(&v.wheels, "wheels", "", "`DIR|URL` where the wheels lie (default the folder of the manifest)")
	f.StringVar(&v.wheelKey, "wheel-key", "{relative_path}", "`TEMPLATE` of where in PLACE each wheel lies, such as {name}/{filename};\non index pages wheels are found by file name")
	f.BoolVar(&v.contents, "contents", false, "read the wheels again as generate does, and hold labels, metadata and\ncontents against the manifest; those of a remote place are kept in a\ntemporary file meanwhile, as many as --jobs")
	f.BoolVar(&v.failOnUnlisted, "fail-on-unlisted", false, "fail where PLACE has wheels that the manifest does not have, or does\nnot tell")
	f.StringVar(&v.bundle, "bundle", "", "the `FILE|URL` of the Sigstore bundle that attest wrote; needs --key")
	f.StringVar(&v.key, "key", "", "the public key's `FILE` (PEM); needs --bundle")
	f.list(&v.files, "wheel", "used by the rule: a `FILE` or folder of wheels instead of --wheels; repeated")
	f.list(&v.entries, "entry", "used by the rule: the `FILE` that says the names of the wheels in the\n--wheel of the same number; repeated")
	manifests, err := f.parse(args)
	if err == nil {
		err = v.usage(manifests)
	}
	if err != nil {
		return err
	}
	if err := f.ready(slices.Concat(v.files, v.entries, []string{v.manifest, v.bundle, v.key})...); err != nil {
		return v.ended(ctx, err)
	}
	if err := v.run(ctx); err != nil {
		return v.ended(ctx, err)
	}
	return v.answer(ctx)
}

// verifier is one call of verify.
type verifier struct {
	options
	flags                      *flags
	manifest, wheels, wheelKey string
	bundle, key                string
	contents, failOnUnlisted   bool
	files, entries             []string
	template                   key.Template

	findings []finding.Finding
	counts   verification.Counts
	// incomplete says that something could not be read.
	incomplete bool
	// refused is why no wheel was looked at.
	refused string
}

// run fills the findings.
func (v *verifier) run(ctx context.Context) error {
	m, text, findings, err := v.flags.load(ctx, v.manifest)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		v.refused = "the manifest cannot be read"
		v.unreadable(err, "unreadable", v.manifest)
		return nil
	}
	v.findings = findings
	if m == nil || finding.HasErrors(findings) {
		v.refused = "the manifest is invalid"
		return nil
	}
	if err := v.signed(ctx, text, m); err != nil {
		return err
	}
	return v.verify(ctx, m)
}

// verify looks at the wheels of a valid manifest.
func (v *verifier) verify(ctx context.Context, m *document.Manifest) error {
	place, err := v.place(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && exitCode(ctx, err) != exitEnvironment:
		return err
	case err != nil:
		v.refused = "the place of the wheels cannot be read"
		v.counts.Artifacts, v.counts.Unreadable = len(m.Artifacts), len(m.Artifacts)
		v.unreadable(err, verification.PlaceUnreadable, v.wheels)
		return nil
	}
	p := v.flags.progress(plural(len(m.Artifacts), "wheel"))
	defer p.end()
	result, err := verification.Verification{
		Manifest: m, Store: place, WheelKey: v.template, Contents: v.contents, FailOnUnlisted: v.failOnUnlisted,
		Each: func(ctx context.Context, n int, do func(i int)) error { return each(ctx, v.jobs, n, do) },
		Jobs: v.jobs, Progress: p.show,
	}.Run(ctx)
	v.findings = append(v.findings, result.Findings...)
	v.counts, v.incomplete = result.Counts, v.incomplete || result.Incomplete
	return err
}

// unreadable notes that the manifest or the place could not be read at all.
func (v *verifier) unreadable(err error, code, place string) { v.unread(err, code, v.refused, place) }

// unread notes that something could not be read.
func (v *verifier) unread(err error, code, what, place string) {
	v.incomplete = true
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, err := range list {
		f := finding.Errorf(code, "%s: %v", what, err).On(shown(place)).Plain()
		if found, ok := errors.AsType[foundError](err); ok {
			f = found.Finding
		}
		v.findings = append(v.findings, f)
	}
}
