package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/attestation"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/judgement"
)

// attestFlags are what attest is told.
type attestFlags struct {
	builder       string
	policies      []string
	key           keyFlags
	predicateOnly bool
	checksums     bool
}

// attest signs the provenance of a manifest's wheels, or prints what others
// sign.
func attest(ctx context.Context, env *environment, args []string) error {
	var o options
	var a attestFlags
	f := newFlags(env, `attest MANIFEST --builder-id=URI --key=FILE
       wheelmanifest attest MANIFEST --builder-id=URI --predicate-only
       wheelmanifest attest MANIFEST --checksums

Signs what a manifest says of its build: an in-toto statement with SLSA
provenance, whose subjects are every wheel and the manifest file itself, in a
Sigstore bundle. The manifest must be stamped, valid, and without an error when
it is judged by itself, as validate does. MANIFEST is a path, a file:// URL, an
http(s):// URL or s3://. The answer is JSON in either format, and equal for equal
input, but for ECDSA signatures. docs/attestation.md says what stands in it and
how it is verified.

Without a key, --predicate-only prints the provenance alone and --checksums the
subjects, as sha256sum does: what GitHub's action attest takes.`, &o)
	f.StringVar(&a.builder, "builder-id", "", "the `URI` of the platform that ran the build and is trusted with what is said of it; required except with --checksums")
	f.BoolVar(&a.predicateOnly, "predicate-only", false, "print the SLSA provenance, unsigned")
	f.BoolVar(&a.checksums, "checksums", false, "print a line with digest and name for each subject")
	f.list(&a.policies, "policy", "give findings another severity, as validate does: `CODE=error|warn|off,...`; may be given several times")
	a.key.define(f)
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	policy, err := a.check(rest)
	if err != nil {
		return err
	}
	if err := f.ready(rest[0], a.key.file); err != nil {
		return err
	}
	// The key first: nothing else needs doing where it is of no use.
	var key attestation.PrivateKey
	if a.key.file != "" {
		if key, err = a.key.read(ctx, env); err != nil {
			return err
		}
	}
	m, data, findings, err := f.load(ctx, rest[0])
	if err != nil {
		return env.unread(err)
	}
	if m == nil || finding.HasErrors(findings) {
		env.list(findings)
		return answerNo(false)
	}
	answer, faults, err := a.answer(ctx, env.shown(rest[0]), m, data, policy, key)
	if err != nil {
		return internalf("%w", err)
	}
	env.list(append(findings, faults...))
	if finding.HasErrors(faults) {
		return answerNo(false)
	}
	return f.write(ctx, answer)
}

// check refuses wrong usage and reads the policy.
func (a *attestFlags) check(rest []string) (judgement.Policy, error) {
	policy, err := judgement.ParsePolicy(strings.Join(a.policies, ","))
	if err != nil {
		return nil, usagef("%w", err)
	}
	modes := 0
	for _, is := range []bool{a.key.file != "", a.predicateOnly, a.checksums} {
		if is {
			modes++
		}
	}
	switch {
	case len(rest) != 1:
		return nil, usagef("attest: got %d arguments, want one MANIFEST", len(rest))
	case modes != 1:
		return nil, usagef("attest: want one of --key=FILE, --predicate-only and --checksums")
	case a.checksums && a.builder != "":
		return nil, usagef("attest: --builder-id has no place in what --checksums prints")
	case !a.checksums && a.builder == "":
		return nil, usagef("attest: --builder-id is required")
	}
	if a.builder != "" {
		if err := checkURI(a.builder); err != nil {
			return nil, usagef("--builder-id: %w", err)
		}
	}
	return policy, a.key.check()
}

// checkURI refuses what names no builder: a URI has a scheme (RFC 3986), and
// nothing secret belongs into what is published.
func checkURI(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || !u.IsAbs() || u.Opaque == "" && u.Host == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("want a URI, such as https://example.com/builder")
	case u.User != nil:
		return errors.New("want a URI without a user")
	}
	return nil
}

// answer is what is printed of a valid manifest, or why nothing is.
func (a *attestFlags) answer(ctx context.Context, name string, m *document.Manifest, data []byte, policy judgement.Policy, key attestation.PrivateKey) ([]byte, []finding.Finding, error) {
	findings := judged(m, policy, name, false)
	sum := sha256.Sum256(data)
	file := attestation.File{Name: filepath.Base(name), SHA256: hex.EncodeToString(sum[:])}
	statement, faults, err := attestation.New(m, file, a.builder)
	findings = append(findings, of(name, faults)...)
	if err != nil || finding.HasErrors(findings) {
		return nil, findings, err
	}
	var out []byte
	switch {
	case a.checksums:
		out = statement.Checksums()
	case a.predicateOnly:
		out, err = statement.Provenance()
	default:
		out, err = attestation.Sign(ctx, statement, key)
	}
	return out, findings, err
}

// of names the document in findings about it.
func of(name string, findings []finding.Finding) []finding.Finding {
	for i := range findings {
		findings[i] = findings[i].On(name)
	}
	return findings
}
