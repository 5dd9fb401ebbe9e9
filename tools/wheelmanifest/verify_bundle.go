package main

import (
	"context"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/attestation"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// signed asks that the key of --key signed the manifest, as it was read, and
// every wheel that it lists.
func (v *verifier) signed(ctx context.Context, text []byte, m *document.Manifest) error {
	if v.bundle == "" {
		return nil
	}
	bundle, err := v.flags.bytesOf(ctx, v.bundle)
	if err != nil {
		return v.unsigned(ctx, err, "the bundle cannot be read", v.bundle)
	}
	key, err := readFile(v.flags.env.path(v.key))
	if err != nil {
		return v.unsigned(ctx, plainly(err), "the key cannot be read", v.key)
	}
	statement, findings, err := attestation.Verify(bundle, key)
	if err != nil {
		v.findings = append(v.findings, finding.Errorf("key_unusable", "the key cannot be used: %v", err).On(v.key))
		return nil
	}
	if statement != nil {
		findings = append(findings, statement.Hold(text, m.Artifacts)...)
	}
	for _, f := range findings {
		if f.Artifact == "" {
			f = f.On(shown(v.bundle))
		}
		v.findings = append(v.findings, f)
	}
	return nil
}

// unsigned notes that the bundle or the key could not be read; the wheels are
// looked at all the same.
func (v *verifier) unsigned(ctx context.Context, err error, what, place string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	v.unread(err, "unreadable", what, place)
	return nil
}
