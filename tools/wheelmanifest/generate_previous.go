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
	return m, findings, err
}

// reuse takes the build records of an earlier manifest over, and counts.
func (g *generation) reuse(m, previous *document.Manifest) {
	if previous == nil {
		return
	}
	reused := m.Reuse(previous)
	if !g.quiet {
		g.flags.env.say("%d reused, %d rebuilt", reused, len(m.Artifacts)-reused)
	}
}

// withdraw removes what an earlier call wrote to --out. A file that is
// --previous too is kept: with it, the next try would lose what it knows of
// the wheels that it reuses.
func (g *generation) withdraw() error {
	if g.previous != "" && !isURL(g.previous) && g.out != "" {
		path := g.flags.env.path
		out, outErr := os.Stat(path(g.out))
		previous, err := os.Stat(path(g.previous))
		if outErr == nil && err == nil && os.SameFile(out, previous) {
			g.flags.env.say("kept %s as it was: it is --previous too", finding.Escape(g.out))
			return nil
		}
	}
	return g.flags.withdraw()
}
