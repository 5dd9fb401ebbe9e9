package main

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/judgement"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// publishing is one call of publish.
type publishing struct {
	options
	flags *flags
	publishFlags
	manifest string
	policy   judgement.Policy
	keys     publication.Keys
}

// publishFlags are what publish is told.
type publishFlags struct {
	wheels, to, wheelsTo, manifestTo  string
	wheelsProfile, manifestProfile    string
	wheelKey, manifestKey, base       string
	pointers, expectDirty, policies   []string
	files, entries                    []string
	dryRun, manifestOnly, unstampedOK bool
}

const publishUsage = `publish MANIFEST --wheels=DIR --to=PLACE

Puts the wheels of a manifest, and then the manifest, to s3://BUCKET/PREFIX or
file:///FOLDER. Nothing that is there is ever overwritten: the same bytes there
already are a success, other bytes an error, and then nothing further is sent.
Whoever reads the manifest finds its wheels, whenever the publication breaks
off; to go on, it is run again.

Before anything is sent, the manifest must be valid, have no error when it is
judged by itself, as validate does, and be stamped; each source must have an
address and no changes but those that --expect-dirty names; and every wheel must
be in DIR as the manifest says. All that is wrong is listed.

The answer is a receipt of what lies where. On GitHub Actions, manifest_url goes
to the step's outputs, and a line to its summary. Exits 1 where the manifest may
not be published or a key has other bytes, 3 where a place fails.
docs/publishing.md says more.`

// publish puts wheels and their manifest to where people take them from.
func publish(ctx context.Context, env *environment, args []string) error {
	p := &publishing{}
	p.define(env)
	rest, err := p.flags.parse(args)
	if err == nil {
		err = p.usage(rest)
	}
	if err != nil {
		return err
	}
	if err := p.flags.ready(slices.Concat([]string{p.manifest}, p.files, p.entries)...); err != nil {
		return err
	}
	wheels, manifests, err := p.places(ctx)
	if err != nil {
		return err
	}
	plan, findings, incomplete, err := p.prepare(ctx, wheels.Name() == manifests.Name())
	if err != nil {
		return err
	}
	if finding.HasErrors(findings) {
		return p.failed(findings, incomplete, "nothing was sent")
	}
	line := p.flags.progress(plural(len(plan.Wheels), "wheel"))
	line.doing = "sending"
	job := publication.Publication{
		Wheels: wheels, Manifests: manifests, Plan: plan, ManifestOnly: p.manifestOnly, Progress: line.show,
		Each: func(ctx context.Context, n int, do func(i int)) error { return each(ctx, p.jobs, n, do) },
	}
	act := job.Run
	if p.dryRun {
		act = job.Look
	}
	result, err := act(ctx)
	line.end()
	if err != nil {
		return err
	}
	findings = append(findings, result.Findings...)
	if finding.HasErrors(findings) {
		return p.failed(findings, result.Incomplete, ended(result.Receipt))
	}
	env.list(findings)
	return p.answer(ctx, result.Receipt)
}

func (p *publishing) define(env *environment) {
	f := newFlags(env, publishUsage, &p.options)
	p.flags = f
	f.StringVar(&p.wheels, "wheels", "", "the `DIR` in which the wheels lie under their relative paths")
	f.StringVar(&p.to, "to", "", "the `PLACE` of wheels and manifest: s3://BUCKET/PREFIX, file:///FOLDER or a folder's path")
	f.StringVar(&p.wheelsTo, "wheels-to", "", "the `PLACE` of the wheels alone")
	f.StringVar(&p.manifestTo, "manifest-to", "", "the `PLACE` of manifest and pointers alone")
	f.StringVar(&p.wheelsProfile, "wheels-profile", "", "the AWS `PROFILE` for --wheels-to (default AWS_PROFILE)")
	f.StringVar(&p.manifestProfile, "manifest-profile", "", "the AWS `PROFILE` for --manifest-to (default AWS_PROFILE)")
	f.StringVar(&p.wheelKey, "wheel-key", publication.WheelKey, "`TEMPLATE` of a wheel's key, of {name}, {filename}, {relative_path} and the\nstrings at the top of the manifest")
	f.StringVar(&p.manifestKey, "manifest-key", publication.ManifestKey, "`TEMPLATE` of the manifest's key, of the strings at the top of the manifest")
	f.list(&p.pointers, "pointer", "the `KEY` of a small JSON file that names the manifest of the newest run, a\ntemplate as --manifest-key is; may be given several times")
	f.StringVar(&p.base, "manifest-base-url", "", "the https `URL` below which --manifest-to is read by others; manifest_url\nbegins with it (default: the place itself)")
	f.BoolVar(&p.dryRun, "dry-run", false, "check everything, look at what is there, and say what would be sent; write\nnothing anywhere")
	f.BoolVar(&p.manifestOnly, "manifest-only", false, "send no wheel: all of them must be at --wheels-to; --wheels may be left out")
	f.BoolVar(&p.unstampedOK, "allow-unstamped", false, "publish a manifest that says neither commits nor run")
	f.list(&p.expectDirty, "expect-dirty", "`NAME,...` of sources, therock among them, that may have uncommitted changes;\nmay be given several times")
	f.list(&p.policies, "policy", "give findings another severity, as validate does: `CODE=error|warn|off,...`; may be given several times")
	f.list(&p.files, "wheel", "used by the rule: a `FILE` or folder of wheels instead of --wheels; repeated")
	f.list(&p.entries, "entry", "used by the rule: the `FILE` that says the names of the wheels in the\n--wheel of the same number; repeated")
}

var sourcePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// usage checks the command line.
func (p *publishing) usage(rest []string) error {
	given := p.flags.given
	switch {
	case len(rest) != 1 || rest[0] == "":
		return usagef("publish: got %s, want one MANIFEST", plural(len(rest), "argument"))
	case given("to") && (given("wheels-to") || given("manifest-to")):
		return usagef("publish: got --to beside --wheels-to or --manifest-to, want either")
	case len(p.files) != len(p.entries):
		return usagef("publish: got %d of --wheel and %d of --entry, want one --entry after each --wheel", len(p.files), len(p.entries))
	case len(p.files) > 0 && given("wheels"):
		return usagef("publish: got --wheels and --wheel, want one of them")
	case len(p.files) == 0 && p.wheels == "" && (!p.manifestOnly || given("wheels")):
		return usagef("publish: --wheels is required, the folder of the wheels")
	case isURL(p.wheels):
		return usagef("--wheels=%s: got a URL, want a folder", shown(p.wheels))
	}
	p.manifest = rest[0]
	if given("to") {
		p.wheelsTo, p.manifestTo = p.to, p.to
	}
	var faults []error
	for _, place := range []struct{ flag, value string }{{"wheels-to", p.wheelsTo}, {"manifest-to", p.manifestTo}} {
		if place.value == "" {
			faults = append(faults, usagef("publish: --%s is required, or --to for both", place.flag))
			continue
		}
		faults = append(faults, checkPlace(place.flag, place.value))
	}
	for _, names := range p.expectDirty {
		for name := range strings.SplitSeq(names, ",") {
			if !sourcePattern.MatchString(name) {
				faults = append(faults, usagef("--expect-dirty: got %s, want names of sources, or therock", finding.Quote(name)))
			}
		}
	}
	if p.base != "" {
		faults = append(faults, checkHTTPS(p.base))
	}
	faults = append(faults, p.templates())
	var err error
	if p.policy, err = judgement.ParsePolicy(strings.Join(p.policies, ",")); err != nil {
		faults = append(faults, usagef("%w", err))
	}
	return errors.Join(faults...)
}

// places opens both places; one of a name and a profile is opened once.
func (p *publishing) places(ctx context.Context) (wheels, manifests store.Writer, err error) {
	wheels, err = p.flags.openPlace(ctx, "wheels-to", p.wheelsTo, p.wheelsProfile)
	if err != nil || p.wheelsTo == p.manifestTo && p.wheelsProfile == p.manifestProfile {
		return wheels, wheels, err
	}
	manifests, err = p.flags.openPlace(ctx, "manifest-to", p.manifestTo, p.manifestProfile)
	return wheels, manifests, err
}
