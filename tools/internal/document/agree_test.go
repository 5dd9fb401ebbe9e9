package document

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// wheelNamed is a valid artifact of the given file name.
func wheelNamed(t *testing.T, path string) Artifact {
	t.Helper()
	file := path[strings.LastIndexByte(path, '/')+1:]
	name, err := wheel.Parse(file)
	require.NoError(t, err)
	a := wheelOf(name.Distribution, name.VersionText)
	a.RelativePath, a.Labels.BuildTag = path, nil
	if name.Build != nil {
		a.Labels.BuildTag = &name.Build.Text
	}
	a.Labels.PythonTag, a.Labels.ABITag, a.Labels.PlatformTag = string(name.Python), string(name.ABI), string(name.Platform)
	a.Metadata.Tags = []string{strings.Join([]string{a.Labels.PythonTag, a.Labels.ABITag, a.Labels.PlatformTag}, "-")}
	return a
}

func TestArtifactsAgreeWithTheirNames(t *testing.T) {
	const metadata = "metadata_mismatch /artifacts/0/metadata/"
	path := "dist/apex-1.9.0-1-cp312-cp312-linux_x86_64.whl"
	for name, test := range map[string]struct {
		change func(*Artifact)
		want   []string
	}{
		"version label":   {func(a *Artifact) { a.Labels.Version = "1.9" }, []string{"label_mismatch /artifacts/0/labels"}},
		"no build tag":    {func(a *Artifact) { a.Labels.BuildTag = nil }, []string{"label_mismatch /artifacts/0/labels"}},
		"other build tag": {func(a *Artifact) { a.Labels.BuildTag = ref("01") }, []string{"label_mismatch /artifacts/0/labels"}},
		"parts shifted": {func(a *Artifact) {
			a.Labels.Distribution, a.Labels.Version, a.Labels.BuildTag = "apex-1.9.0", "1", nil
		}, []string{"label_mismatch /artifacts/0/labels"}},
		"name":            {func(a *Artifact) { a.Metadata.Name = "torch" }, []string{metadata + "name"}},
		"no name":         {func(a *Artifact) { a.Metadata.Name = "apex!" }, []string{metadata + "name"}},
		"name respelt":    {func(a *Artifact) { a.Metadata.Name = "APEX" }, nil},
		"version":         {func(a *Artifact) { a.Metadata.Version = "1.9.1" }, []string{metadata + "version"}},
		"local version":   {func(a *Artifact) { a.Metadata.Version = "1.9.0+rocm7" }, []string{metadata + "version"}},
		"no version":      {func(a *Artifact) { a.Metadata.Version = "one" }, []string{metadata + "version"}},
		"version respelt": {func(a *Artifact) { a.Metadata.Version = "v1.9" }, nil},
		"no tags":         {func(a *Artifact) { a.Metadata.Tags = nil }, []string{metadata + "tags"}},
		"other tag":       {func(a *Artifact) { a.Metadata.Tags = []string{"py3-none-any"} }, []string{metadata + "tags", metadata + "tags"}},
		"a tag more":      {func(a *Artifact) { a.Metadata.Tags = append(a.Metadata.Tags, "py3-none-any") }, []string{metadata + "tags"}},
		"malformed tag":   {func(a *Artifact) { a.Metadata.Tags = append(a.Metadata.Tags, "cp312") }, []string{metadata + "tags"}},
		"tag twice":       {func(a *Artifact) { a.Metadata.Tags = append(a.Metadata.Tags, "CP312-cp312-linux_x86_64") }, nil},
		"not a wheel":     {func(a *Artifact) { a.RelativePath = "dist/apex.zip" }, []string{"wheel_name_extension /artifacts/0/relative_path"}},
		"malformed name":  {func(a *Artifact) { a.RelativePath = "dist/_a-x-cp312-cp312-linux_x86_64.whl" }, []string{"wheel_name_distribution /artifacts/0/relative_path", "wheel_name_version /artifacts/0/relative_path"}},
		"malformed path":  {func(a *Artifact) { a.RelativePath = "../" + path }, []string{"invalid_path /artifacts/0/relative_path"}},
		"empty name":      {func(a *Artifact) { a.Metadata.Name = "" }, []string{"invalid_value /artifacts/0/metadata/name"}},
		"all at once": {func(a *Artifact) {
			a.Labels.ABITag, a.Metadata.Name, a.Metadata.Version, a.Metadata.Tags = "abi3", "b", "2", nil
		},
			[]string{"label_mismatch /artifacts/0/labels", metadata + "name", metadata + "tags", metadata + "version"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := sample()
			m.Artifacts = []Artifact{wheelNamed(t, path)}
			require.Empty(t, m.Validate())
			test.change(&m.Artifacts[0])
			_, findings := Check(encoded(t, m))
			assert.ElementsMatch(t, test.want, brief(findings))
		})
	}
}

func TestLabelMismatchNamesTheLabels(t *testing.T) {
	m := sample()
	m.Artifacts[0].Labels.BuildTag, m.Artifacts[0].Labels.Version = nil, "2"
	findings := m.Validate()
	require.Len(t, findings, 1)
	assert.Equal(t, `version "2", build_tag null`, findings[0].Got)
	assert.Equal(t, `version "1.9.0", build_tag "1"`, findings[0].Want)
}

// TestDocumentSaysWhatItsWheelsSay holds platform and python_version against
// every other value that they could have.
func TestDocumentSaysWhatItsWheelsSay(t *testing.T) {
	for name, test := range map[string]struct {
		files            []string
		platform, python string
	}{
		"pure":              {[]string{"a-1-py3-none-any.whl"}, "any", "any"},
		"with pure":         {[]string{"a-1-py3-none-any.whl", "b-1-cp312-cp312-musllinux_1_2_aarch64.whl"}, "linux-aarch64", "3.12"},
		"stable ABI":        {[]string{"a-1-cp39-abi3-win_amd64.whl"}, "windows-amd64", "any"},
		"two Pythons":       {[]string{"a-1-cp312-cp312-linux_x86_64.whl", "b-1-cp313-cp313-manylinux2014_x86_64.whl"}, "linux-x86_64", "multiple"},
		"two in one":        {[]string{"a-1-cp312.cp313-none-linux_x86_64.whl"}, "linux-x86_64", "multiple"},
		"merged":            {[]string{"a-1-cp312-cp312-linux_x86_64.whl", "a-1-cp312-cp312-win_amd64.whl"}, "multiple", "3.12"},
		"merged, with pure": {[]string{"a-1-cp312-cp312-linux_x86_64.whl", "a-1-cp313-cp313-win_amd64.whl", "b-1-py3-none-any.whl"}, "multiple", "multiple"},
	} {
		t.Run(name, func(t *testing.T) {
			m := sample()
			m.Artifacts = nil
			for _, file := range test.files {
				m.Artifacts = append(m.Artifacts, wheelNamed(t, file))
			}
			m.Platform, m.PythonVersion = test.platform, test.python
			require.Empty(t, m.Validate())
			for _, platform := range []string{"any", "multiple", "linux-x86_64", "linux-aarch64", "windows-amd64"} {
				for _, python := range []string{"any", "multiple", "3.12", "3.13"} {
					m.Platform, m.PythonVersion = platform, python
					want := []string{}
					if platform != test.platform {
						want = append(want, "derived_mismatch /platform")
					}
					if python != test.python {
						want = append(want, "derived_mismatch /python_version")
					}
					_, findings := Check(encoded(t, m))
					assert.Equal(t, want, brief(findings))
				}
			}
		})
	}
}

// TestDerivedIsJudgedByWholeDocumentsOnly has a wheel whose name says nothing.
func TestDerivedIsJudgedByWholeDocumentsOnly(t *testing.T) {
	m := sample()
	m.Platform, m.PythonVersion = "any", "any"
	m.Artifacts[0].RelativePath = "apex"
	assert.Equal(t, []string{"wheel_name_extension /artifacts/0/relative_path"}, brief(m.Validate()))
	v := tree(t, sample())
	set(t, v, "/artifacts/0/relative_path", 1)
	set(t, v, "/platform", "any")
	_, findings := Check(jsonOf(t, v))
	assert.Equal(t, []string{"wrong_type /artifacts/0/relative_path"}, brief(findings))
}

// TestTagsAreBounded has short names that stand for very many tags.
func TestTagsAreBounded(t *testing.T) {
	set := "a" + strings.Repeat(".a", 39)
	for i := range 40 {
		set = strings.Replace(set, "a", string(rune('b'+i%25))+strings.Repeat("x", i/25), 1)
	}
	file := strings.Join([]string{"torch-1", set, set, set}, "-") + ".whl"
	m := sample()
	m.Artifacts = nil
	for i := range 200 {
		m.Artifacts = append(m.Artifacts, wheelNamed(t, strings.Repeat("d", i+1)+"/"+file))
	}
	m.Platform, m.PythonVersion = "multiple", "any"
	findings := m.Validate()
	require.Len(t, findings, 200-maxTriples/64_000)
	assert.Equal(t, "wheel_tags_too_many /artifacts/16/metadata/tags", brief(findings)[0])
	assert.EqualValues(t, maxTriples+1, tripleCount([]string{strings.Repeat(".", 3000) + "-" + strings.Repeat(".", 3000)}))
}
