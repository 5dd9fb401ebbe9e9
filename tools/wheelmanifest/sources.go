package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"text/tabwriter"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/therock"
)

// sourcesMark is how the answers of sources begin: therock-1, a source of the
// JSON or none, the table and what stands in its place.
var sourcesMark = regexp.MustCompile(`^(?:\{\n  "schema_version": 1,\n|\{\n  "[a-z][a-z0-9_]*": \{\n    "(?:branch|commit|repo)": |\{\}\n|source +commit +upstream commit |` +
	regexp.QuoteMeta(notStamped) + `)`)

// notStamped stands in place of the table.
const notStamped = "the manifest is not stamped: its sources are not known\n"

// sources prints what a build was made from.
func sources(ctx context.Context, env *environment, args []string) error {
	o := options{formats: []string{"text", "json", "therock-1"}, mark: sourcesMark}
	f := newFlags(env, `sources MANIFEST

Prints the sources that a build was made from: the checkouts and their commits,
and therock, which drove the build. MANIFEST is a path, a file:// URL, an
http(s):// URL or s3://. JSON is {name: {...}} with the fields of the manifest.
therock-1 is what TheRock's checkout_from_manifest.py takes, so that a build can
be made again: {name: {repo, commit, branch}}, the commit being upstream_commit
where there is one; checkouts with uncommitted changes are warnings. Exits 1
where the manifest is invalid or, for therock-1, has no sources or one without a
remote, with every fault on stderr and nothing written; 3 where it cannot be
read.`, &o)
	manifests, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(manifests) != 1 {
		return usagef("sources: got %s, want one MANIFEST", plural(len(manifests), "argument"))
	}
	if err := f.ready(manifests...); err != nil {
		return err
	}
	m, _, findings, err := f.load(ctx, manifests[0])
	if err != nil {
		return f.abandon(env.unread(err))
	}
	var data []byte
	if m != nil && !finding.HasErrors(findings) {
		var more []finding.Finding
		if data, more, err = f.sources(m); err != nil {
			return f.abandon(internalf("sources: %w", err))
		}
		for _, found := range more {
			findings = append(findings, found.On(env.shown(manifests[0])))
		}
	}
	env.list(findings)
	if m == nil || finding.HasErrors(findings) {
		return f.abandon(answerNo(false))
	}
	if err := f.write(ctx, data); err != nil {
		return f.abandon(err)
	}
	return nil
}

// sources are those of a valid manifest in the format that was asked for, or
// what keeps them from it.
func (f *flags) sources(m *document.Manifest) (data []byte, findings []finding.Finding, err error) {
	if f.is("therock-1") {
		data, findings = therock.Encode(m)
		return data, findings, nil
	}
	if !m.Stamped {
		unknown := therock.Unknown()
		unknown.Severity = finding.Warning
		findings = append(findings, unknown)
	}
	switch {
	case f.text():
		data = sourcesTable(m)
	case m.TheRock != nil && hasSource(m, "therock"):
		findings = append(findings, therock.Reserved("therock"))
	default:
		data, err = document.EncodeSources(m)
	}
	return data, findings, err
}

func hasSource(m *document.Manifest, name string) bool { _, has := m.Sources[name]; return has }

// sourcesTable is the sources for people, therock last.
func sourcesTable(m *document.Manifest) []byte {
	var b bytes.Buffer
	if !m.Stamped {
		b.WriteString(notStamped)
		return b.Bytes()
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "source\tcommit\tupstream commit\tstate\tbranch\tdescribe\tremote")
	row := func(name, commit string, upstream *string, dirty bool, branch, describe, remote *string) {
		state := "clean"
		if dirty {
			state = "dirty"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", finding.Escape(name), commit, finding.Escape(text(upstream)), state,
			finding.Escape(text(branch)), finding.Escape(text(describe)), finding.Escape(text(remote)))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		s := m.Sources[name]
		row(name, s.Commit, s.UpstreamCommit, s.Dirty, s.Branch, s.Describe, s.Remote)
	}
	if t := m.TheRock; t != nil {
		row("therock", t.Commit, nil, t.Dirty, t.Ref, nil, t.Repo)
	}
	// A buffer takes everything.
	_ = w.Flush()
	return b.Bytes()
}
