package main

import (
	"context"
	"os"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// readPrevious reads the manifest of the earlier build and what is wrong with
// it; nil where none is named.
func (g *generation) readPrevious(ctx context.Context) (*document.Manifest, []finding.Finding, error) {
	if g.previous == "" {
		return nil, nil, nil
	}
	m, _, findings, err := g.flags.load(ctx, g.previous)
	if err != nil {
		return nil, nil, g.flags.env.unread(err)
	}
	return m, findings, nil
}

// reuse takes the build records of an earlier manifest over, and counts. A
// document that is not stamped cannot hold them: in place of the one that does,
// it would be the end of them.
func (g *generation) reuse(m, previous *document.Manifest) (reused int, dropped []finding.Finding) {
	if previous == nil {
		return 0, nil
	}
	reused = m.Reuse(previous)
	if reused > 0 && previous.Stamped && !m.Stamped {
		f := finding.Warningf("previous_records_dropped", "not stamped: the build records of %s are left out", plural(reused, "reused wheel")).
			On(g.flags.env.shown(g.previous))
		if !g.dryRun && g.replacesPrevious() {
			f.Severity, f.Want = finding.Error, "--stable-status, or another --out"
		}
		dropped = append(dropped, f)
	}
	return reused, dropped
}

// replacesPrevious says whether --out is the file of --previous too.
func (g *generation) replacesPrevious() bool {
	previous := localFile(g.previous)
	if previous == "" || g.out == "" {
		return false
	}
	path := g.flags.env.path
	out, outErr := os.Stat(path(g.out))
	before, err := os.Stat(path(previous))
	return outErr == nil && err == nil && os.SameFile(out, before)
}

// withdraw removes what an earlier call wrote to --out. A file that is
// --previous too is kept: with it, the next try would lose what it knows of
// the wheels that it reuses.
func (g *generation) withdraw() error {
	if g.replacesPrevious() {
		g.flags.env.say("kept %s as it was: it is --previous too", finding.Escape(g.out))
		return nil
	}
	return g.flags.withdraw()
}
