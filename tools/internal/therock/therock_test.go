package therock

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func fixture(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(data)
}

func decoded(t *testing.T, text string) *Document {
	t.Helper()
	d, findings := Decode([]byte(text))
	require.Empty(t, findings)
	require.NotNil(t, d)
	return d
}

func TestReviewed(t *testing.T) {
	d := decoded(t, fixture(t, "reviewed.json"))
	m := d.Manifest
	assert.Equal(t, "TheRock", *m.Project)
	assert.Equal(t, "19636524571", *m.RunID)
	assert.Equal(t, document.List{"gfx942", "gfx950"}, m.PyTorchROCmArch)
	assert.Equal(t, "refs/heads/main", *m.TheRock.Ref)
	pytorch := m.Sources["pytorch"]
	assert.Equal(t, "v2.9.1-3-g0123456", *pytorch.Describe)
	assert.True(t, pytorch.Dirty)
	assert.Nil(t, pytorch.Dir, "a path of another machine")
	assert.False(t, m.Sources["triton"].Dirty)
	require.Len(t, m.Artifacts, 4)
	assert.Equal(t, "1", *m.Artifacts[2].Labels.BuildTag)
	assert.Empty(t, m.Artifacts[0].SHA256)
	assert.Nil(t, m.Artifacts[0].Build)
	for field, known := range map[string]bool{
		"artifacts.size_bytes": true, "artifacts.sha256": false, "sources.remote": true, "sources.upstream_commit": false, "amdgpu_family": false, "python_version": false,
	} {
		assert.Equal(t, known, d.Known[field], field)
	}

	later := decoded(t, fixture(t, "reviewed-later.json"))
	assert.Equal(t, m.PyTorchROCmArch, later.Manifest.PyTorchROCmArch, "commas separate too")
	assert.Equal(t, "3.12", later.Manifest.PythonVersion)
	assert.True(t, later.Known["amdgpu_family"] && later.Known["pytorch_git_ref"] && later.Known["python_version"])
	spaces := strings.Replace(fixture(t, "reviewed.json"), "gfx942;gfx950", "gfx942 gfx950", 1)
	assert.Equal(t, m.PyTorchROCmArch, decoded(t, spaces).Manifest.PyTorchROCmArch)
}

func TestSourcesOnly(t *testing.T) {
	merged := decoded(t, fixture(t, "sources.json"))
	assert.Len(t, merged.Manifest.Sources, 4)
	assert.Equal(t, "release/2.9", *merged.Manifest.Sources["pytorch"].Branch)
	assert.Nil(t, merged.Manifest.TheRock, "unknown is no commit")
	assert.False(t, merged.Known["therock.commit"])
	assert.Nil(t, merged.Versions)
	assert.Equal(t, []string{
		"lists sources only: wheels and declared values were not compared", "does not know its commit of therock: therock was not compared",
	}, merged.Limits)

	today := decoded(t, fixture(t, "sources-1.json"))
	assert.Len(t, today.Manifest.Sources, 5)
	assert.Equal(t, "7.14.0", *today.Manifest.ROCmSDKVersion)
	assert.Equal(t, "main", *today.Manifest.TheRock.Ref)
	assert.Equal(t, "3.6.0+rocm7.14.0", today.Versions["triton"])
	assert.Equal(t, []string{"lists sources only: wheels and declared values were not compared"}, today.Limits)
	assert.Empty(t, today.Manifest.Artifacts)
	assert.False(t, today.Known["artifacts.relative_path"])
}

func TestCredentialsAreLeftOut(t *testing.T) {
	d := decoded(t, strings.Replace(fixture(t, "sources.json"), "https://github.com/ROCm/triton", "https://x-access-token:ghs_secret@github.com/ROCm/triton", 1))
	assert.Equal(t, "https://github.com/ROCm/triton", *d.Manifest.Sources["triton"].Remote)
	d = decoded(t, strings.Replace(fixture(t, "sources.json"), "https://github.com/ROCm/triton", "/root/triton", 1))
	assert.Nil(t, d.Manifest.Sources["triton"].Remote)
}

func TestDecodeRefuses(t *testing.T) {
	reviewed, merged, today := fixture(t, "reviewed.json"), fixture(t, "sources.json"), fixture(t, "sources-1.json")
	replace := func(text, old, new string) string {
		require.Contains(t, text, old)
		return strings.Replace(text, old, new, 1)
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":              {"", []string{"malformed_document "}},
		"not JSON":           {"{", []string{"malformed_document "}},
		"an array":           {"[]", []string{"unknown_shape "}},
		"an empty object":    {"{}", []string{"unknown_shape "}},
		"another document":   {`{"name": "x", "version": 1}`, []string{"unknown_shape "}},
		"a number":           {`{"therock": 1}`, []string{"wrong_type /therock"}},
		"data after it":      {merged + "{}", []string{"malformed_document "}},
		"names twice":        {replace(merged, `"triton"`, `"pytorch"`), []string{"duplicate_field /pytorch"}},
		"names in two cases": {replace(merged, `"triton"`, `"Pytorch"`), []string{"duplicate_field /Pytorch"}},
		"schema version 2":   {replace(today, `"schema_version": 1`, `"schema_version": 2`), []string{"unknown_version /schema_version"}},
		"schema version 1.0": {replace(today, `"schema_version": 1`, `"schema_version": 1.0`), []string{"invalid_value /schema_version"}},
		"no commit":          {replace(merged, `"commit"`, `"hash"`), []string{"missing_field /pytorch/commit", "unknown_field /pytorch/hash"}},
		"a short commit":     {`{"pytorch": {"repo": "https://github.com/a/b", "commit": "0123456"}}`, []string{"invalid_value /pytorch/commit"}},
		"a source's name":    {replace(merged, `"triton"`, `"../triton"`), []string{"invalid_source /..~1triton"}},
		"too deep":           {`{"therock": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, []string{"wrong_type /therock", "malformed_document /therock" + strings.Repeat("/0", 31)}},
		"no sources":         {replace(reviewed, `"sources"`, `"source"`), []string{"missing_field /sources", "unknown_field /source"}},
		"no size":            {replace(reviewed, `"size_bytes": 1`, `"size_bytes": -1`), []string{"invalid_value /artifacts/0/size_bytes"}},
		"a path outside":     {replace(reviewed, `"relative_path": "torch-`, `"relative_path": "../torch-`), []string{"invalid_path /artifacts/0/relative_path"}},
		"no wheel":           {replace(reviewed, `x86_64.whl"`, `x86_64.zip"`), []string{"wheel_name_extension file name"}},
		"other labels":       {replace(reviewed, `"python_tag": "cp312"`, `"python_tag": "cp313"`), []string{"label_mismatch /artifacts/0/labels"}},
		"commit null":        {replace(reviewed, `"commit": "`, `"commit": null, "describe": "`), nil},
	} {
		d, findings := Decode([]byte(c.text))
		assert.Nil(t, d, name)
		assert.True(t, finding.HasErrors(findings), name)
		if c.want != nil {
			assert.Equal(t, c.want, brief(findings), name)
		}
	}
}

func brief(findings []finding.Finding) []string {
	out := []string{}
	for _, f := range findings {
		out = append(out, f.Code+" "+f.Field)
	}
	return out
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"reviewed.json", "reviewed-later.json", "sources.json", "sources-1.json"} {
		f.Add([]byte(fixture(f, name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, findings := Decode(data)
		if d == nil {
			require.True(t, finding.HasErrors(findings))
			return
		}
		require.False(t, finding.HasErrors(findings))
		require.NotNil(t, d.Manifest)
		require.NotEmpty(t, d.Limits)
		for name, s := range d.Manifest.Sources {
			require.NotEmpty(t, name)
			require.NotContains(t, deref(s.Remote), "token@")
		}
		if data, findings := Encode(d.Manifest); data != nil {
			require.False(t, finding.HasErrors(findings))
			_, wrong := Decode(data)
			require.Empty(t, wrong)
		}
	})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
