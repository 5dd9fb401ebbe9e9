package index

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// TestForeign: every page and list that Build makes may be replaced, and nothing
// that differs from it in its making.
func TestForeign(t *testing.T) {
	yanks := yanked(t, `torch==2.9.1+rocm7.13.0=wrong "results" on <gfx942> & + others`, "triton==3.5.1")
	tree, findings := Build(sample(), honest, Options{Yanks: yanks})
	require.Empty(t, findings)
	pages := 0
	for name, data := range tree {
		if !IsPage(name) {
			continue
		}
		pages++
		assert.NoError(t, Foreign(name, data), name)
		assert.Equal(t, strings.HasSuffix(name, ".json"), IsJSON(data), name)
		changed := append([]byte(" "), data...)
		if strings.HasSuffix(name, ".html") {
			changed = []byte(strings.ReplaceAll(string(data), generator, "somebody"))
		}
		assert.Error(t, Foreign(name, changed), name)
		assert.Error(t, Foreign(name, []byte("{}")), name)
	}
	assert.Equal(t, 2+2+2*3, pages)
	assert.Error(t, Foreign("simple/apex/index.json", tree["simple/torch/index.json"]), "the page of another project")
	assert.Error(t, Foreign(sums, []byte(strings.Repeat("0", 64)+"  a.tar.gz\n")), "digests of more than wheels")

	remembered, err := ParsePage("torch", tree["simple/torch/index.json"])
	require.NoError(t, err)
	assert.Equal(t, yanks[:1], remembered, "one of the two files is enough")
	remembered, err = ParsePage("triton", tree["simple/triton/index.json"])
	require.NoError(t, err)
	assert.Equal(t, yanks[1:], remembered, "a yank without a reason")
	for _, change := range [][2]string{{`"yanked": true`, `"yanked": 1`}, {"triton-3.5.1-", "triton-"}} {
		_, err = ParsePage("triton", []byte(strings.ReplaceAll(string(tree["simple/triton/index.json"]), change[0], change[1])))
		assert.Error(t, err, change)
	}
}

// TestSteps: what a page promises comes in an earlier step.
func TestSteps(t *testing.T) {
	tree, findings := Build(sample(), honest, Options{})
	require.Empty(t, findings)
	steps := tree.Steps()
	assert.Len(t, slices.Concat(steps...), len(tree))
	assert.Len(t, steps[0], 5)
	for _, name := range steps[0] {
		assert.True(t, IsMetadata(name) && !IsPage(name), name)
	}
	assert.Equal(t, [][]string{
		{"simple/amd-torch-device-gfx942/index.json", "simple/torch/index.json", "simple/triton/index.json"},
		{"simple/amd-torch-device-gfx942/index.html", "simple/torch/index.html", "simple/triton/index.html"},
		{"SHA256SUMS", "requirements.txt"}, {"simple/index.json"}, {"simple/index.html"},
	}, steps[1:])
	assert.Equal(t, "torch", ProjectOf("simple/torch/index.json"))
	for _, name := range []string{"simple/index.html", "simple/torch/notes.txt", "simple/a/b/index.html", "torch/index.html", requirements} {
		assert.Empty(t, ProjectOf(name), name)
	}
}

// TestBare: METADATA that nobody has is not promised, that of others is.
func TestBare(t *testing.T) {
	source := func(a *document.Artifact) ([]byte, []finding.Finding) {
		if a.Labels.Distribution == "triton" {
			return nil, nil
		}
		return honest(a)
	}
	tree, findings := Build(sample(), source, Options{})
	require.Empty(t, findings)
	assert.Len(t, tree, 2+2+2*3+4)
	for _, page := range []string{"index.html", "index.json"} {
		assert.NotContains(t, string(tree["simple/triton/"+page]), "metadata")
		assert.Contains(t, string(tree["simple/torch/"+page]), "core-metadata")
	}
	assert.NoError(t, Foreign("simple/triton/index.json", tree["simple/triton/index.json"]))
}
