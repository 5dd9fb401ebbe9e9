package merge

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

const (
	torch    = "torch-2.9.1-cp312-cp312-linux_x86_64.whl"
	torch313 = "torch-2.9.1-cp313-cp313-linux_x86_64.whl"
	windows  = "torch-2.9.1-cp312-cp312-win_amd64.whl"
	pure     = "pure-1-py3-none-any.whl"
	triton   = "triton-3.5.1-1-cp312-cp312-linux_x86_64.whl"
	stable   = "torchaudio-2.9.1-cp39-abi3-manylinux_2_28_aarch64.whl"
)

// texts is a field that is a text or null, by its JSON name.
func texts(m *document.Manifest, name string) **string {
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("json") == name {
			return v.Field(i).Addr().Interface().(**string)
		}
	}
	panic(name)
}

func TestFieldsThatMustAgree(t *testing.T) {
	for _, name := range Allowable() {
		a, b := documentOf(torch), documentOf(torch313)
		*texts(a, name), *texts(b, name) = ref("x"), ref("y")
		want := `error: /` + name + `: the documents disagree: "x" in a.json, "y" in b.json: want one value, or --allow=` + name + ` [documents_disagree]`
		assert.Equal(t, []string{want}, refused(t, Options{}, a, b))
		m := merged(t, Options{Allow: []string{name}}, a, b)
		assert.Equal(t, "multiple", **texts(m, name))
		*texts(b, name) = nil
		assert.Contains(t, refused(t, Options{}, a, b)[0], `"x" in a.json, null in b.json`)
		*texts(a, name) = nil
		assert.Nil(t, *texts(merged(t, Options{}, a, b), name))
	}
	assert.Equal(t, "artifact_group build_type build_variant component cuda_version project rocm_sdk_version version_suffix", strings.Join(Allowable(), " "))

	a, b := documentOf(torch), documentOf(torch313)
	b.SchemaVersion, b.Accelerator = "1.1", ref("cpu")
	assert.Equal(t, []string{
		`error: /schema_version: the documents disagree: "1.0" in a.json, "1.1" in b.json: want one value [documents_disagree]`,
		`error: /accelerator: the documents disagree: "rocm" in a.json, "cpu" in b.json: want one value [documents_disagree]`,
	}, refused(t, Options{Allow: Allowable()}, a, b))
}

func TestStampedMustAgree(t *testing.T) {
	a, b := documentOf(torch), documentOf(torch313)
	stamp(b, "1")
	assert.Equal(t, []string{
		`error: /stamped: the documents disagree: false in a.json, true in b.json: want one value [documents_disagree]`,
		`error: /therock: the documents disagree: null in a.json, an object in b.json: want one in every document, or in none [documents_disagree]`,
	}, refused(t, Options{}, a, b))
}

func TestFieldsThatBecomeMultiple(t *testing.T) {
	for _, name := range []string{"amdgpu_family", "pytorch_git_ref", "run_id", "run_attempt", "job_id", "run_url"} {
		for _, test := range []struct{ a, b, want *string }{
			{nil, nil, nil},
			{ref("https://x"), ref("https://x"), ref("https://x")},
			{ref("https://x"), ref("https://y"), ref("multiple")},
			{nil, ref("https://y"), ref("multiple")},
			{ref("multiple"), ref("https://y"), ref("multiple")},
			{ref("multiple"), nil, ref("multiple")},
		} {
			a, b := documentOf(torch), documentOf(torch313)
			stamp(a, "1")
			stamp(b, "1")
			*texts(a, name), *texts(b, name) = test.a, test.b
			assert.Equal(t, test.want, *texts(merged(t, Options{}, a, b), name), name)
			assert.Equal(t, test.want, *texts(merged(t, Options{}, b, a), name), name)
		}
	}
}

func TestPlatformAndPython(t *testing.T) {
	for _, test := range []struct{ a, b, platform, python string }{
		{torch, triton, "linux-x86_64", "3.12"},
		{torch, torch313, "linux-x86_64", "multiple"},
		{torch, windows, "multiple", "3.12"},
		{torch, pure, "linux-x86_64", "3.12"},
		{pure, pure, "any", "any"},
		{stable, pure, "linux-aarch64", "any"},
		{stable, torch, "multiple", "3.12"},
		{torch313, windows, "multiple", "multiple"},
	} {
		m := merged(t, Options{}, documentOf(test.a), documentOf(test.b))
		assert.Equal(t, test.platform+" "+test.python, m.Platform+" "+m.PythonVersion)
		m = merged(t, Options{}, documentOf(stable, windows, torch313), documentOf(test.a), documentOf(pure))
		assert.Equal(t, "multiple multiple", strings.ReplaceAll(m.Platform+" "+m.PythonVersion, "3.13", "multiple"))
	}
}

func TestListsOfTargets(t *testing.T) {
	type list = document.List
	for _, test := range []struct{ a, b, want list }{
		{nil, nil, nil},
		{list{"gfx950", "gfx942"}, nil, list{"gfx950", "gfx942"}},
		{list{"gfx950", "gfx942"}, list{"gfx950", "gfx942"}, list{"gfx950", "gfx942"}},
		{list{"gfx950", "gfx942"}, list{"gfx942", "gfx950"}, list{"gfx942", "gfx950"}},
		{list{"gfx950", "gfx942"}, list{"gfx950"}, list{"gfx942", "gfx950"}},
		{list{"gfx950"}, list{"gfx1100"}, list{"gfx1100", "gfx950"}},
	} {
		a, b := documentOf(torch), documentOf(torch)
		a.PyTorchROCmArch, b.PyTorchROCmArch = test.a, test.b
		a.Artifacts[0].Labels.ROCmArch, b.Artifacts[0].Labels.ROCmArch = test.a, test.b
		for _, m := range []*document.Manifest{merged(t, Options{}, a, b), merged(t, Options{}, b, a)} {
			assert.Equal(t, test.want, m.PyTorchROCmArch)
			assert.Equal(t, test.want, m.Artifacts[0].Labels.ROCmArch)
		}
	}
	// Of a label, null is unknown and no member is known.
	a, b := documentOf(pure), documentOf(pure)
	a.Artifacts[0].Labels.ROCmArch, b.Artifacts[0].Labels.ROCmArch = nil, list{}
	assert.Equal(t, list{}, merged(t, Options{}, a, b).Artifacts[0].Labels.ROCmArch)
	a, b = documentOf(torch), documentOf(torch)
	a.CUDAArch, b.CUDAArch = list{"sm_90"}, list{"compute_90"}
	assert.Equal(t, list{"compute_90", "sm_90"}, merged(t, Options{}, a, b).CUDAArch)
}

func TestTheRockAndSources(t *testing.T) {
	a, b := documentOf(torch), documentOf(torch313)
	stamp(a, "1")
	stamp(b, "2")
	a.Sources["triton"], b.Sources["apex"] = source("triton"), source("apex")
	b.TheRock.Ref, b.TheRock.Dirty = nil, true
	s := source("pytorch")
	s.Dir, s.Describe, s.Branch, s.Dirty = ref("b/pytorch"), ref("v2"), nil, true
	b.Sources["pytorch"] = s
	for _, m := range []*document.Manifest{merged(t, Options{}, a, b), merged(t, Options{}, b, a)} {
		assert.Equal(t, &document.Checkout{Repo: a.TheRock.Repo, Commit: a.TheRock.Commit, CommitTime: a.TheRock.CommitTime, Dirty: true}, m.TheRock)
		want := source("pytorch")
		want.Dir, want.Describe, want.Branch, want.Dirty = nil, nil, nil, true
		assert.Equal(t, map[string]document.Source{"apex": source("apex"), "pytorch": want, "triton": source("triton")}, m.Sources)
	}

	b.TheRock.Repo, b.TheRock.Commit, b.TheRock.CommitTime = nil, commit("b"), ref("2025-11-24T08:30:01Z")
	s.Commit, s.UpstreamCommit, s.CommitTime, s.Remote = commit("b"), ref(commit("u")), nil, ref("git@github.com:ROCm/pytorch.git")
	b.Sources["pytorch"] = s
	assert.Equal(t, []string{
		`error: /therock/repo: the documents disagree: "https://github.com/ROCm/TheRock" in a.json, null in b.json: want one value [documents_disagree]`,
		`error: /therock/commit: the documents disagree: "` + commit("therock") + `" in a.json, "` + commit("b") + `" in b.json: want one value [documents_disagree]`,
		`error: /therock/commit_time: the documents disagree: "2025-11-24T08:30:00Z" in a.json, "2025-11-24T08:30:01Z" in b.json: want one value [documents_disagree]`,
		`error: /sources/pytorch/commit: the documents disagree: "` + commit("pytorch") + `" in a.json, "` + commit("b") + `" in b.json: want one value [documents_disagree]`,
		`error: /sources/pytorch/upstream_commit: the documents disagree: null in a.json, "` + commit("u") + `" in b.json: want one value [documents_disagree]`,
		`error: /sources/pytorch/commit_time: the documents disagree: "2025-11-23T08:30:00Z" in a.json, null in b.json: want one value [documents_disagree]`,
		`error: /sources/pytorch/remote: the documents disagree: "https://github.com/ROCm/pytorch.git" in a.json, "git@github.com:ROCm/pytorch.git" in b.json: want one value [documents_disagree]`,
	}, refused(t, Options{}, a, b))
}

func TestNothingToMerge(t *testing.T) {
	m, findings := Merge(nil, Options{})
	assert.Nil(t, m)
	require.Len(t, findings, 1)
	assert.Equal(t, "no_documents", findings[0].Code)
}

// TestFindingsAreBounded gives as many disagreements as documents can have.
func TestFindingsAreBounded(t *testing.T) {
	var paths []string
	for i := range 3_000 {
		paths = append(paths, fmt.Sprintf("%04d/%s", i, torch))
	}
	a, b := documentOf(paths...), documentOf(paths...)
	for i := range b.Artifacts {
		b.Artifacts[i].SHA256 = digest("other")
	}
	_, findings := Merge(named(a, b), Options{})
	require.Len(t, findings, maxFindings+1)
	assert.Equal(t, "2000 further findings are not listed", findings[maxFindings].Message)

	var many []*document.Manifest
	for i := range 20 {
		many = append(many, documentOf(torch))
		many[i].Project = ref(strings.Repeat("x", 1000*i) + "\u202e\n")
	}
	many[19].Project = many[0].Project
	m, findings := Merge(named(many...), Options{})
	require.Nil(t, m)
	require.Len(t, findings, 1)
	assert.Contains(t, findings[0].Message, ", 11 more")
	assert.Less(t, len(findings[0].Message), 8*600)
	assert.NotContains(t, findings[0].String(), "\u202e")
	assert.True(t, finding.HasErrors(findings))
}

// TestResultIsValidated makes one document of two that are valid alone.
func TestResultIsValidated(t *testing.T) {
	a, b := documentOf("dist/"+torch), documentOf("DIST/"+torch)
	assert.Equal(t, []string{
		"error: dist/" + torch + ": /relative_path: two wheels have paths that a file system may hold for one: " +
			`"DIST/` + torch + `" in b.json, "dist/` + torch + `" in a.json: want a folder of its own for each, or one of them left out [duplicate_path]`,
	}, refused(t, Options{}, a, b))
	many := strings.Repeat("cp312.", 800) + "cp312"
	a, b = documentOf(torch), documentOf(torch313)
	for _, m := range []*document.Manifest{a, b} {
		for i := range 800 {
			w := wheelAt(fmt.Sprintf("%s%d/%s", m.PythonVersion, i, torch))
			w.Metadata.Tags = []string{many + "-cp312-linux_x86_64"}
			m.Artifacts = append(m.Artifacts, w)
		}
		derive(m)
	}
	lines := refused(t, Options{}, a, b)
	assert.Contains(t, lines[0], "too many tags to compare")
}
