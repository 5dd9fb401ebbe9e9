package main

import (
	"context"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// bytesOf reads a document from a path or a URL, one byte beyond the bound at
// most: a larger one is then refused as a document.
func (f *flags) bytesOf(ctx context.Context, name string) ([]byte, error) {
	if isURL(name) {
		data, err := store.Read(ctx, name, document.MaxBytes+1)
		if err != nil {
			return nil, environmentf("%w", err)
		}
		return data, nil
	}
	data, err := aside(ctx, func() ([]byte, error) { return readDocument(f.env.path(name)) })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, environmentf("%w", foundError{unreadableFile(name, err)})
	}
	return data, nil
}

// load reads the manifest that a path or a URL names, and everything that is
// wrong with it: nil where it cannot be read to its end.
func (f *flags) load(ctx context.Context, name string) (*document.Manifest, []byte, []finding.Finding, error) {
	data, err := f.bytesOf(ctx, name)
	if err != nil {
		return nil, nil, nil, err
	}
	m, findings := document.Check(data)
	for i := range findings {
		findings[i] = findings[i].On(shown(name))
	}
	return m, data, findings, nil
}

// isURL says whether a place is a URL and not a path of the command line.
func isURL(place string) bool {
	scheme, _, found := strings.Cut(place, "://")
	return found && scheme != "" && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-") == ""
}
