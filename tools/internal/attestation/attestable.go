package attestation

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// multiple is the value of a merged document's field in which its parts differ.
const multiple = "multiple"

// unattestable says what keeps a document from being the provenance of one
// build.
func unattestable(m *document.Manifest) []finding.Finding {
	if !m.Stamped {
		return []finding.Finding{finding.Errorf(Unstamped, "an unstamped manifest says neither commits nor run").
			At("/stamped").GotWant("false", "true")}
	}
	var findings []finding.Finding
	several := func(field string, value *string) {
		if value != nil && *value == multiple {
			findings = append(findings, finding.Errorf(SeveralBuilds, "a merged manifest of builds that differ here is no provenance of one build").
				At("/"+field).GotWant(multiple, "one value; attest the manifest of each build"))
		}
	}
	for _, p := range texts(m) {
		several(p.name, p.value)
	}
	several("run_id", m.RunID)
	several("run_attempt", m.RunAttempt)
	several("run_url", m.RunURL)
	nameless := func(field string, remote *string, dirty bool) {
		if remote == nil && dirty {
			findings = append(findings, finding.Errorf(SourceNameless, "a dirty checkout has no digest, and without an address nothing is left to say of it").
				At(field).GotWant("null", "the checkout's origin, https or ssh; or a clean checkout"))
		}
	}
	if m.TheRock != nil {
		nameless("/therock/repo", m.TheRock.Repo, m.TheRock.Dirty)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		nameless("/sources/"+name+"/remote", m.Sources[name].Remote, m.Sources[name].Dirty)
	}
	return findings
}

// nameFault says why a file name cannot be the name of the manifest's subject,
// or "".
func nameFault(name string, m *document.Manifest) string {
	switch {
	case name == "":
		return "it is empty"
	case strings.IndexFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }) >= 0:
		return "it has control characters, or is no UTF-8"
	case slices.ContainsFunc(m.Artifacts, func(a document.Artifact) bool { return a.RelativePath == name }):
		return "a wheel has it"
	}
	return ""
}
