package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/merge"
)

const mergeUsage = `merge MANIFEST ... [--prefix=TEMPLATE] [--allow=FIELD,...]

Writes one manifest of the wheels of several. Neither the order of the manifests
nor how they are grouped counts: what was merged can be merged again, and a
manifest that is merged twice counts once. MANIFEST is a path, a file:// URL, an
http(s):// URL or s3://.

The manifests must be valid and of one release: their declared values, and the
commits of a source that two of them have, must agree. What is of one job (run,
platform, Python, GPU family) becomes "multiple" where it differs. One path must
stand for the same bytes in all of them; --prefix makes room for builds for
several GPU families under one name.

Every disagreement is listed with what each manifest says, and nothing is
written; a manifest that an earlier call wrote to --out is removed then. A file
there that is no manifest is refused before anything is read. --format is that
of the findings, on stderr: text by default; the manifest itself is JSON. Exits 1
where manifests disagree or are invalid, 3 where one cannot be read.`

// merging is the verb merge at work.
type merging struct {
	options
	flags    *flags
	files    []string
	with     merge.Options
	findings []finding.Finding
	// documents are those that could be read and are valid.
	documents []merge.Named
	// unreadable says that one could not be read.
	unreadable bool
}

// mergeManifests writes the manifest of several.
func mergeManifests(ctx context.Context, env *environment, args []string) error {
	m := &merging{}
	if err := m.parse(env, args); err != nil {
		return err
	}
	if err := m.ready(); err != nil {
		return err
	}
	if err := m.read(ctx); err != nil {
		return m.abandon(err)
	}
	// What the valid ones disagree on is told where others are invalid too.
	var merged *document.Manifest
	if len(m.documents) > 0 {
		var findings []finding.Finding
		merged, findings = merge.Merge(m.documents, m.with)
		m.findings = append(m.findings, findings...)
	}
	if err := ctx.Err(); err != nil {
		return m.abandon(err)
	}
	if finding.HasErrors(m.findings) {
		return m.failed()
	}
	env.list(m.findings)
	return m.write(ctx, merged)
}

func (m *merging) parse(env *environment, args []string) (err error) {
	var prefix string
	var allow []string
	m.flags = newFlags(env, mergeUsage, &m.options)
	m.flags.StringVar(&prefix, "prefix", "", "put each wheel below the folder `TEMPLATE` made of its own labels, if it is not\nthere already: {amdgpu_family}/")
	m.flags.list(&allow, "allow", "let manifests differ in `FIELD,...`, which become \"multiple\" then; may be given\nseveral times. Of "+
		strings.Join(merge.Allowable()[:4], ", ")+",\n"+strings.Join(merge.Allowable()[4:], ", "))
	if m.files, err = m.flags.parse(args); err != nil {
		return err
	}
	if m.with.Prefix, err = merge.ParsePrefix(prefix); err != nil {
		return usagef("--prefix: %w", err)
	}
	if m.with.Allow, err = merge.ParseAllow(strings.Join(allow, ",")); err != nil {
		return usagef("--allow: %w", err)
	}
	if len(m.files) == 0 {
		return usagef("merge: no MANIFEST given")
	}
	return nil
}

// ready checks --out before anything is read.
func (m *merging) ready() error {
	if err := m.flags.ready(m.files...); err != nil {
		return err
	}
	return m.flags.ours()
}

// read reads all documents and everything that is wrong with them.
func (m *merging) read(ctx context.Context) error {
	documents := make([]*document.Manifest, len(m.files))
	found := make([][]finding.Finding, len(m.files))
	failed := make([]error, len(m.files))
	if err := each(ctx, m.jobs, len(m.files), func(i int) {
		documents[i], _, found[i], failed[i] = m.flags.load(ctx, m.files[i])
	}); err != nil {
		return err
	}
	for i, name := range m.files {
		m.findings = append(m.findings, found[i]...)
		switch {
		case failed[i] != nil:
			m.unreadable = true
			found, _ := errors.AsType[foundError](failed[i])
			m.findings = append(m.findings, found.Finding)
		case documents[i] != nil && !finding.HasErrors(found[i]):
			m.documents = append(m.documents, merge.Named{Name: shown(name), Manifest: documents[i]})
		}
	}
	return nil
}

// write gives the answer.
func (m *merging) write(ctx context.Context, merged *document.Manifest) error {
	data, err := merged.Encode()
	if err != nil {
		return m.abandon(internalf("%w", err))
	}
	if len(data) > document.MaxBytes {
		m.findings = []finding.Finding{finding.Errorf("document_too_large", "the merged manifest is larger than any that is read").
			GotWant(fmt.Sprintf("%d bytes", len(data)), fmt.Sprintf("at most %d bytes", document.MaxBytes))}
		return m.failed()
	}
	if err := m.flags.ours(); err != nil {
		return err // it came meanwhile
	}
	if err := m.flags.write(ctx, data); err != nil {
		return m.abandon(err)
	}
	if !m.quiet {
		m.flags.env.say("merged %s: %s", plural(len(m.documents), "manifest"), plural(len(merged.Artifacts), "wheel"))
		if m.out != "" {
			m.flags.env.say("wrote %s", finding.Escape(m.out))
		}
	}
	return nil
}

// abandon ends a call that failed: no document may stand at --out then.
func (m *merging) abandon(err error) error {
	return errors.Join(err, m.flags.withdraw())
}

// failed lists every finding and makes sure that no document stands at --out.
func (m *merging) failed() error {
	withdrawn := m.flags.withdraw()
	if err := m.flags.refuse(m.findings, map[string]int{"documents": len(m.files)}); err != nil {
		return err
	}
	if withdrawn != nil {
		return environmentf("%w", withdrawn)
	}
	return answerNo(m.unreadable)
}
