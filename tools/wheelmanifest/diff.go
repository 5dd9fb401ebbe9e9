package main

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/diff"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/therock"
)

// diffMark is how the answers of diff begin: text, Markdown, JSON.
var diffMark = regexp.MustCompile(`^(?:OLD |## Wheel manifests: |\{\n  "differs": )`)

// compare says in what two manifests differ.
func compare(ctx context.Context, env *environment, args []string) error {
	o := options{formats: []string{"text", "json", "markdown"}, mark: diffMark}
	var failOn []string
	f := newFlags(env, `diff OLD NEW

Says in what two manifests differ: wheels, their bytes, sizes, versions and GPU
code, sources with links to the commits between, declared values. OLD and NEW
are paths, file:// URLs, http(s):// URLs or s3://, of this format or of TheRock's
older ones, as far as those go; what they do not have is not compared, and the
answer says so. Who ran a build and when is no difference. All changes are shown
whatever --fail-on says, and the last line on stderr counts them. Markdown is for
the summary of a CI step. Exits 1 where the manifests differ by a kind of
--fail-on, 3 where one cannot be read or is none.

kinds of difference:
`+strings.TrimSuffix(diff.Explain(), "\n"), &o)
	f.list(&failOn, "fail-on", "exit 1 where there is a difference of these kinds: `KIND,...`; any (the default) is every\nkind, none never fails; may be given several times")
	names, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(names) != 2 {
		return usagef("diff: got %s, want OLD and NEW", plural(len(names), "argument"))
	}
	if failOn == nil {
		failOn = []string{diff.Any}
	}
	gate, err := diff.ParseGate(strings.Join(failOn, ","))
	if err != nil {
		return usagef("--fail-on: %w", err)
	}
	if err := f.ready(names...); err != nil {
		return err
	}
	sides, err := f.sides(ctx, names)
	if err != nil {
		return f.abandon(err)
	}
	d := diff.Compare(sides[0], sides[1])
	var data []byte
	switch {
	case f.text():
		data = d.Text()
	case f.is("markdown"):
		data = d.Markdown()
	default:
		if data, err = d.JSON(); err != nil {
			return f.abandon(internalf("diff: %w", err))
		}
	}
	if err := f.write(ctx, data); err != nil {
		return f.abandon(err)
	}
	if gate.Fails(d) {
		env.say("%s", d.Summary())
		return answerNo(false)
	}
	if len(d.Changes) > 0 {
		env.say("%s; none of a kind in --fail-on=%s", d.Summary(), finding.Escape(strings.Join(failOn, ",")))
		return nil
	}
	env.say("%s", d.Summary())
	return nil
}

// sides reads both documents, and lists what is wrong with either.
func (f *flags) sides(ctx context.Context, names []string) ([]diff.Side, error) {
	sides := make([]diff.Side, len(names))
	findings := make([][]finding.Finding, len(names))
	failed := make([]error, len(names))
	if err := each(ctx, f.options.jobs, len(names), func(i int) {
		sides[i], findings[i], failed[i] = f.side(ctx, names[i])
	}); err != nil {
		return nil, err
	}
	bad := false
	for i := range names {
		if found, is := errors.AsType[foundError](failed[i]); is {
			findings[i] = append(findings[i], found.Finding)
		}
		f.env.list(findings[i])
		bad = bad || finding.HasErrors(findings[i])
	}
	if bad {
		return nil, environmentf("diff: nothing was compared: want two manifests that can be read and are valid")
	}
	return sides, nil
}

// side reads one document, of this format or of an older shape.
func (f *flags) side(ctx context.Context, name string) (diff.Side, []finding.Finding, error) {
	side := diff.Side{Name: f.env.shown(name)}
	data, err := f.bytesOf(ctx, name)
	if err != nil {
		return side, nil, err
	}
	var findings []finding.Finding
	if document.Claims(data) {
		side.Manifest, findings = document.Check(data)
	} else if older, wrong := therock.Decode(data); older == nil {
		findings = wrong
	} else {
		side.Manifest, side.Known, side.Versions, side.Limits = older.Manifest, older.Known, older.Versions, older.Limits
	}
	for i := range findings {
		if wheel := findings[i].Artifact; wheel != "" {
			findings[i].Field = wheel + ": " + findings[i].Field
		}
		findings[i] = findings[i].On(side.Name)
	}
	return side, findings, nil
}
