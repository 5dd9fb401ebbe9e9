package verification_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

// tampering is one thing that somebody does to wheels or manifest, and who
// refuses it: the document's own rules, verify, and verify with contents.
type tampering struct {
	name  string
	wheel func(t *testing.T, dir string)
	edit  func(m *document.Manifest)
	// Codes of errors; valid says that the document's rules accept it.
	valid              bool
	bytes, contents    []string
	unlisted, verified int
}

// on changes the bytes of the wheel of torch.
func on(change func(data []byte) []byte) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		data, err := os.ReadFile(filepath.Join(dir, torch))
		require.NoError(t, err)
		put(t, change(bytes.Clone(data)), dir, torch)
	}
}

func moved(to string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o755))
		require.NoError(t, os.Rename(filepath.Join(dir, torch), filepath.Join(dir, to)))
	}
}

// otherModule is a wheel in which a module was changed, with the RECORD of the
// change: installers take it.
func otherModule() []byte {
	a := ziptest.Wheel("torch", "2.9.1", "cp312-cp312-linux_x86_64")
	a.Members[0].Data = append(a.Members[0].Data, "import os\n"...)
	a.Record()
	return a.Bytes()
}

var (
	size      = []string{ArtifactSizeDiffers}
	digest    = []string{ArtifactDigestDiffers}
	gone      = []string{ArtifactMissing}
	contents1 = []string{ContentsDiffer}
	none      = []string{}
)

var tamperings = []tampering{
	{name: "nothing", valid: true, bytes: none, contents: none, verified: 2},
	{name: "one bit", wheel: on(func(b []byte) []byte { b[len(b)/2] ^= 1; return b }), valid: true, bytes: digest, contents: digest, verified: 1},
	{name: "truncated", wheel: on(func(b []byte) []byte { return b[:len(b)-1] }), valid: true, bytes: size, contents: size, verified: 1},
	{name: "empty", wheel: on(func([]byte) []byte { return nil }), valid: true, bytes: size, contents: size, verified: 1},
	{name: "longer", wheel: on(func(b []byte) []byte { return append(b, 0) }), valid: true, bytes: size, contents: size, verified: 1},
	{name: "a module", wheel: on(func([]byte) []byte { return otherModule() }), valid: true, bytes: size, contents: size, verified: 1},
	{name: "the other wheel", wheel: on(func([]byte) []byte { return wheelOf("torchvision", "0.24.1") }), valid: true, bytes: size, contents: size, verified: 1},
	{name: "removed", wheel: func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, torch))) }, valid: true, bytes: gone, contents: gone, verified: 1},
	{name: "renamed", wheel: moved("torch-2.9.2-cp312-cp312-linux_x86_64.whl"), valid: true, bytes: gone, contents: gone, unlisted: 1, verified: 1},
	{name: "moved", wheel: moved("sub/" + torch), valid: true, bytes: gone, contents: gone, unlisted: 1, verified: 1},
	{name: "one more", wheel: func(t *testing.T, dir string) { put(t, wheelOf("apex", "1"), dir, "apex-1-py3-none-any.whl") }, valid: true, bytes: none, contents: none, unlisted: 1, verified: 2},

	{name: "size in the manifest", edit: func(m *document.Manifest) { m.Artifacts[1].SizeBytes++ }, valid: true, bytes: size, contents: size, verified: 1},
	{name: "digest in the manifest", edit: func(m *document.Manifest) { m.Artifacts[1].SHA256 = m.Artifacts[0].SHA256 }, valid: true, bytes: digest, contents: digest, verified: 1},
	{name: "path in the manifest", edit: func(m *document.Manifest) { m.Artifacts[1].RelativePath = "x/" + torch }, valid: true, bytes: gone, contents: gone, unlisted: 1, verified: 1},
	{name: "name in the manifest", edit: func(m *document.Manifest) { m.Artifacts[1].RelativePath = "torch-2-cp312-cp312-linux_x86_64.whl" }},
	{name: "label of the name", edit: func(m *document.Manifest) { m.Artifacts[1].Labels.PythonTag = "cp313" }},
	{name: "label that was declared", edit: func(m *document.Manifest) { m.Artifacts[1].Labels.ROCmArch = document.List{"gfx942"} }, valid: true, bytes: none, contents: none, verified: 2},
	{name: "version in metadata", edit: func(m *document.Manifest) { m.Artifacts[1].Metadata.Version = "2.9.2" }},
	{name: "requirement in metadata", edit: func(m *document.Manifest) { m.Artifacts[1].Metadata.RequiresDist = []string{"evil"} }, valid: true, bytes: none, contents: contents1, verified: 2},
	{name: "digest of metadata", edit: func(m *document.Manifest) { m.Artifacts[1].Metadata.SHA256 = m.Artifacts[0].SHA256 }, valid: true, bytes: none, contents: contents1, verified: 2},
	{name: "targets", edit: func(m *document.Manifest) { m.Artifacts[1].Contents.DeviceCode.ROCm = []string{"gfx942"} }, valid: true, bytes: none, contents: contents1, verified: 2},
	{name: "members", edit: func(m *document.Manifest) { m.Artifacts[1].Contents.Members++ }, valid: true, bytes: none, contents: contents1, verified: 2},
	{name: "judgement of RECORD", edit: func(m *document.Manifest) {
		c := m.Artifacts[1].Contents
		c.Record, c.Defects = "defective", []document.Defect{{Path: "torch/__init__.py", Class: "hash_mismatch"}}
	}, valid: true, bytes: none, contents: []string{ContentsDiffer, ContentsDiffer}, verified: 2},
}

func TestTampering(t *testing.T) {
	for _, test := range tamperings {
		t.Run(test.name, func(t *testing.T) {
			dir, m := pair(t)
			if test.wheel != nil {
				test.wheel(t, dir)
			}
			if test.edit != nil {
				test.edit(m)
				m.Artifacts = sorted(m.Artifacts)
			}
			data, err := m.Encode()
			require.NoError(t, err)
			_, findings := document.Check(data)
			require.Equal(t, test.valid, !finding.HasErrors(findings), "%v", findings)
			if !test.valid {
				return
			}
			v := of(t, m, dir)
			result := run(t, v)
			assert.Equal(t, test.bytes, codes(result.Findings, finding.Error))
			assert.Equal(t, test.verified, result.Counts.Verified)
			assert.Equal(t, test.unlisted, result.Counts.Unlisted)
			assert.False(t, result.Incomplete)
			v.Contents = true
			result = run(t, v)
			assert.Equal(t, test.contents, codes(result.Findings, finding.Error), "%v", result.Findings)
			assert.Equal(t, test.unlisted, result.Counts.Unlisted)
		})
	}
}

// TestReplacedWheel: who changes a wheel and its size and digest in the manifest
// is found out by contents, where they show it.
func TestReplacedWheel(t *testing.T) {
	dir, m := pair(t)
	a := ziptest.Wheel("torch", "2.9.1", "cp312-cp312-linux_x86_64")
	a.Members[0].Data = append(a.Members[0].Data, "import os\n"...) // RECORD as it was
	put(t, a.Bytes(), dir, torch)
	again := manifestOf(t, dir)
	at := index(m, torch)
	m.Artifacts[at].SizeBytes, m.Artifacts[at].SHA256 = again.Artifacts[at].SizeBytes, again.Artifacts[at].SHA256
	v := of(t, m, dir)
	assert.Empty(t, run(t, v).Findings)
	v.Contents = true
	result := run(t, v)
	var fields []string
	for _, f := range result.Findings {
		assert.Equal(t, ContentsDiffer, f.Code)
		assert.Equal(t, torch, f.Artifact)
		fields = append(fields, f.Field+" "+f.Got+" "+f.Want)
	}
	assert.Equal(t, []string{"/contents/record defective verified", "/contents/defects 2 elements 0 elements"}, fields)
	assert.Equal(t, Counts{Artifacts: 2, Verified: 1, Differing: 1, Bytes: result.Counts.Bytes}, result.Counts)
}

// TestEveryProblemIsListed: in the order of the artifacts, those of the place
// last.
func TestEveryProblemIsListed(t *testing.T) {
	dir, m := pair(t)
	require.NoError(t, os.Remove(filepath.Join(dir, filepath.FromSlash(vision))))
	on(func(b []byte) []byte { b[0]++; return b })(t, dir)
	put(t, nil, dir, "b.whl")
	put(t, nil, dir, "a.whl")
	v := of(t, m, dir)
	result := run(t, v)
	var lines []string
	for _, f := range result.Findings {
		lines = append(lines, f.Code+" "+f.Artifact)
	}
	assert.Equal(t, []string{"artifact_missing " + vision, "artifact_digest_differs " + torch, "unlisted_wheel a.whl", "unlisted_wheel b.whl"}, lines)
	assert.Equal(t, Counts{Artifacts: 2, Missing: 1, Differing: 1, Unlisted: 2, Bytes: m.Artifacts[1].SizeBytes}, result.Counts)
	assert.Equal(t, []string{UnlistedWheel, UnlistedWheel}, codes(result.Findings, finding.Warning))
	v.FailOnUnlisted = true
	assert.Len(t, codes(run(t, v).Findings, finding.Error), 4)
}
