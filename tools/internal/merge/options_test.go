package merge

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

func TestParseAllow(t *testing.T) {
	names, err := ParseAllow("")
	assert.NoError(t, err)
	assert.Empty(t, names)
	names, err = ParseAllow("project,version_suffix")
	assert.NoError(t, err)
	assert.Equal(t, []string{"project", "version_suffix"}, names)
	for text, want := range map[string]string{
		"accelerator": `got "accelerator", want`, "project,": `got "", want`, "stamped,x,project": `got "stamped", "x", want fields of artifact_group, build_type`,
	} {
		_, err := ParseAllow(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func prefixed(t *testing.T, text string) Options {
	t.Helper()
	prefix, err := ParsePrefix(text)
	require.NoError(t, err)
	return Options{Prefix: prefix}
}

func TestParsePrefix(t *testing.T) {
	for _, text := range []string{"", "{amdgpu_family}/", "{build_variant}-{amdgpu_family}", "a/{python_tag}"} {
		prefixed(t, text)
	}
	for text, want := range map[string]string{
		"{rocm_arch}/": `got the fields "rocm_arch", want labels`, "{x}{run_id}/": `"x", "run_id"`, "../": "..", "/": "", "{amdgpu_family": "without }",
	} {
		_, err := ParsePrefix(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func ofFamily(family string, paths ...string) *document.Manifest {
	m := documentOf(paths...)
	m.AMDGPUFamily = &family
	for i := range m.Artifacts {
		m.Artifacts[i].Labels.AMDGPUFamily = &family
		m.Artifacts[i].SHA256, m.Artifacts[i].SizeBytes = digest(family), 1
	}
	return m
}

func paths(m *document.Manifest) (list []string) {
	for _, a := range m.Artifacts {
		list = append(list, a.RelativePath)
	}
	return list
}

func TestPrefix(t *testing.T) {
	a, b := ofFamily("gfx94X-dcgpu", torch, "gfx94X-dcgpu/"+torch313), ofFamily("gfx110X/all", torch)
	assert.NotEmpty(t, refused(t, Options{}, a, b))
	o := prefixed(t, "{amdgpu_family}/")
	want := []string{"gfx110X-all/" + torch, "gfx94X-dcgpu/" + torch, "gfx94X-dcgpu/" + torch313}
	m := merged(t, o, a, b)
	assert.Equal(t, want, paths(m))
	assert.Equal(t, "multiple", *m.AMDGPUFamily)
	assert.Equal(t, want, paths(merged(t, o, m, a)))
	assert.Equal(t, want, paths(merged(t, prefixed(t, "{amdgpu_family}"), b, m)))
	assert.Equal(t, []string{torch, "gfx94X-dcgpu/" + torch313}, []string{a.Artifacts[1].RelativePath, a.Artifacts[0].RelativePath}, "an input was changed")
	// A folder is one only where its name ends.
	c := ofFamily("gfx94X", "gfx94X-dcgpu/"+torch)
	assert.Equal(t, []string{"gfx94X/gfx94X-dcgpu/" + torch}, paths(merged(t, o, c)))
	// Two paths of one document may become one: of the same bytes it is one.
	d := ofFamily("g", torch, "g/"+torch)
	assert.Equal(t, []string{"g/" + torch}, paths(merged(t, o, d)))
	d.Artifacts[0].SHA256 = digest("other")
	assert.Len(t, refused(t, o, d), 1)
}

func TestPrefixNeedsItsLabels(t *testing.T) {
	a, b, c := ofFamily("gfx94X", torch), ofFamily("multiple", torch313), ofFamily("..", windows)
	a.Artifacts[0].Labels.AMDGPUFamily = nil
	assert.Equal(t, []string{
		"error: " + torch + ": /labels/amdgpu_family: the prefix needs this label: null in a.json: want one value [prefix_label]",
		"error: " + torch313 + `: /labels/amdgpu_family: the prefix needs this label: "multiple" in b.json: want one value [prefix_label]`,
		"error: " + windows + `: /labels: the labels make no folder: key template "{amdgpu_family}/": field amdgpu_family is .., in c.json [prefix_label]`,
	}, refused(t, prefixed(t, "{amdgpu_family}/"), a, b, c))
}
