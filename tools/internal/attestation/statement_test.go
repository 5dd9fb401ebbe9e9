package attestation

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

var update = flag.Bool("update", false, "write the goldens")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(name, got, 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), name)
}

func TestStatement(t *testing.T) {
	s := statement(t, sample())
	data, err := marshal(s, "  ")
	require.NoError(t, err)
	golden(t, "statement.json", append(data, '\n'))
}

func TestProvenanceIsTheStatementsPredicate(t *testing.T) {
	s := statement(t, sample())
	data, err := s.Provenance()
	require.NoError(t, err)
	assert.True(t, bytes.HasSuffix(data, []byte("\n}\n")))
	assert.JSONEq(t, string(s.Predicate), string(data))
}

func TestTheOrderOfWheelsDoesNotCount(t *testing.T) {
	reversed := changed(func(m *document.Manifest) { slices.Reverse(m.Artifacts) })
	assert.Equal(t, statement(t, sample()), statement(t, reversed))
}

func TestChecksums(t *testing.T) {
	assert.Equal(t, digestB+"  "+apex+"\n"+digestA+"  "+torch+"\n"+digest(manifestText)+"  pytorch_manifest.json\n", string(statement(t, sample()).Checksums()))
}

// Every declared value is a parameter under its own name, and nothing else is.
func TestParameters(t *testing.T) {
	var p predicate
	require.NoError(t, json.Unmarshal(statement(t, sample()).Predicate, &p))
	var names, want []string
	for name := range p.BuildDefinition.ExternalParameters {
		names = append(names, name)
	}
	for _, v := range (&document.Declared{}).Values() {
		want = append(want, v.Name)
	}
	assert.ElementsMatch(t, want, names)
}

func TestDependencies(t *testing.T) {
	long := strings.Repeat(commitA, 2)[:64]
	for name, c := range map[string]struct {
		source document.Source
		want   string
	}{
		"https":             {document.Source{Commit: commitA, Remote: ref("https://github.com/ROCm/triton")}, `{"name":"s","uri":"git+https://github.com/ROCm/triton","digest":{"gitCommit":"` + commitA + `"}}`},
		"ssh":               {document.Source{Commit: commitA, Remote: ref("ssh://git@host:22/a.git")}, `{"name":"s","uri":"git+ssh://git@host:22/a.git","digest":{"gitCommit":"` + commitA + `"}}`},
		"scp":               {document.Source{Commit: commitA, Remote: ref("git@github.com:ROCm/triton.git")}, `{"name":"s","uri":"git+ssh://git@github.com/ROCm/triton.git","digest":{"gitCommit":"` + commitA + `"}}`},
		"scp, absolute":     {document.Source{Commit: commitA, Remote: ref("host:/srv/a")}, `{"name":"s","uri":"git+ssh://host/srv/a","digest":{"gitCommit":"` + commitA + `"}}`},
		"no address":        {document.Source{Commit: commitA}, `{"name":"s","digest":{"gitCommit":"` + commitA + `"}}`},
		"SHA-256":           {document.Source{Commit: long}, `{"name":"s","digest":{"gitCommit":"` + long + `"}}`},
		"upstream":          {document.Source{Commit: commitA, UpstreamCommit: ref(commitB)}, `{"name":"s","digest":{"gitCommit":"` + commitA + `"},"annotations":{"upstream_commit":"` + commitB + `"}}`},
		"dirty: no digest":  {document.Source{Commit: commitA, Remote: ref("https://h/a"), Dirty: true}, `{"name":"s","uri":"git+https://h/a","annotations":{"commit":"` + commitA + `","dirty":true}}`},
		"dirty on upstream": {document.Source{Commit: commitA, UpstreamCommit: ref(commitB), Remote: ref("https://h/a"), Dirty: true}, `{"name":"s","uri":"git+https://h/a","annotations":{"commit":"` + commitA + `","dirty":true,"upstream_commit":"` + commitB + `"}}`},
	} {
		m := changed(func(m *document.Manifest) {
			m.TheRock, m.Sources = nil, map[string]document.Source{"s": c.source}
			m.Artifacts = m.Artifacts[:1]
		})
		data, err := marshal(dependencies(m), "")
		require.NoError(t, err)
		assert.Equal(t, "["+c.want+"]", string(data), name)
		assert.Empty(t, unattestable(m), name)
	}
}

func TestInvocation(t *testing.T) {
	const run = "https://github.com/o/r/actions/runs/7"
	for name, c := range map[string]struct {
		url, attempt *string
		want         string
	}{
		"outside CI":              {nil, nil, ""},
		"with the attempt":        {ref(run + "/attempts/2"), ref("2"), run + "/attempts/2"},
		"without":                 {ref(run), ref("2"), run + "/attempts/2"},
		"a slash at the end":      {ref(run + "/"), ref("2"), run + "/attempts/2"},
		"attempt unknown":         {ref(run), nil, run},
		"an attempt, but no page": {nil, ref("2"), ""},
	} {
		m := changed(func(m *document.Manifest) { m.RunURL, m.RunAttempt = c.url, c.attempt })
		assert.Equal(t, c.want, invocation(m), name)
	}
	data := statement(t, changed(func(m *document.Manifest) { m.RunURL = nil })).Predicate
	assert.NotContains(t, string(data), "metadata", "nothing is known of the run")
}

func TestWhatCannotBeAttested(t *testing.T) {
	several := func(field string) string {
		return "attestation_several_builds  /" + field + ": multiple | one value; attest the manifest of each build"
	}
	nameless := func(field string) string {
		return "attestation_source  " + field + ": null | the checkout's origin, https or ssh; or a clean checkout"
	}
	for name, c := range map[string]struct {
		m    *document.Manifest
		file string
		want []string
	}{
		"unstamped": {changed(func(m *document.Manifest) { m.Stamped = false }), "m.json", []string{"attestation_unstamped  /stamped: false | true"}},
		"merged":    {changed(func(m *document.Manifest) { m.AMDGPUFamily = ref("multiple") }), "m.json", []string{several("amdgpu_family")}},
		"several runs, all said": {changed(func(m *document.Manifest) {
			m.PyTorchGitRef, m.RunID, m.RunAttempt, m.RunURL = ref("multiple"), ref("multiple"), ref("multiple"), ref("multiple")
		}), "m.json", []string{several("pytorch_git_ref"), several("run_id"), several("run_attempt"), several("run_url")}},
		"several jobs of one run": {changed(func(m *document.Manifest) {
			m.JobID, m.Platform, m.PythonVersion = ref("multiple"), "multiple", "multiple"
		}), "m.json", nil},
		"dirty, no address": {changed(func(m *document.Manifest) {
			m.TheRock.Repo, m.TheRock.Dirty = nil, true
			m.Sources["pytorch"] = document.Source{Commit: commitA, Dirty: true}
		}), "m.json", []string{nameless("/therock/repo"), nameless("/sources/pytorch/remote")}},
		"no name":             {sample(), "", []string{"attestation_file_name  :  | another file name"}},
		"a line break":        {sample(), "a\nb", []string{"attestation_file_name  : a\nb | another file name"}},
		"no UTF-8":            {sample(), "a\xff", []string{"attestation_file_name  : a\xff | another file name"}},
		"a wheel's name":      {sample(), apex, []string{"attestation_file_name  : " + apex + " | another file name"}},
		"as many as there go": {changed(func(m *document.Manifest) { m.Artifacts = many(1023) }), "m.json", nil},
		"too many":            {changed(func(m *document.Manifest) { m.Artifacts = many(1024) }), "m.json", []string{"attestation_subjects  /artifacts: 1025 | at most 1024"}},
	} {
		s, findings, err := New(c.m, File{c.file, digestA}, builderID)
		require.NoError(t, err, name)
		if c.want == nil {
			assert.NotNil(t, s, name)
			assert.Empty(t, findings, name)
			continue
		}
		assert.Nil(t, s, name)
		assert.Equal(t, c.want, brief(findings), name)
	}
}

// many are wheels.
func many(n int) []document.Artifact {
	out := make([]document.Artifact, n)
	for i := range out {
		out[i] = document.Artifact{RelativePath: fmt.Sprintf("w%d-1-py3-none-any.whl", i), SHA256: digestA, Build: &document.Build{Status: document.Rebuilt}}
	}
	return out
}
