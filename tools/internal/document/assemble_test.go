package document

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// entryOf is the entry of a good wheel with the given name.
func entryOf(filename string) entry.Entry {
	parts := strings.Split(strings.TrimSuffix(filename, ".whl"), "-")
	e := entry.Entry{Filename: filename, SizeBytes: 100, SHA256: digestA}
	if _, err := wheel.Parse(filename); err != nil {
		e.Faults = []finding.Finding{finding.Errorf("wheel_name_parts", "no wheel's name").On(filename)}
		return e
	}
	e.Name = &entry.Name{Distribution: parts[0], Version: parts[1]}
	if len(parts) == 6 {
		e.Name.BuildTag, parts = &parts[2], append(parts[:2:2], parts[3:]...)
	}
	e.Name.PythonTag, e.Name.ABITag, e.Name.PlatformTag = parts[2], parts[3], parts[4]
	e.Metadata = &entry.Metadata{Name: parts[0], Version: parts[1], RequiresDist: []string{}, Tags: []string{strings.Join(parts[2:5], "-")}, SHA256: digestA}
	e.Metadata.RootIsPurelib = e.Name.PlatformTag == "any"
	return e
}

// set of wheels in one folder, unstamped, for rocm.
func folderOf(filenames ...string) (*Config, [][]entry.Entry) {
	config := &Config{SourceOf: SourceOf(), Wheels: []Input{{Label: "//a:wheels", Path: "a/wheels"}}}
	config.Declared.ROCmSDKVersion, config.Declared.PyTorchROCmArch = "7.14.0", "gfx942;gfx950"
	entries := [][]entry.Entry{{}}
	for _, filename := range filenames {
		entries[0] = append(entries[0], entryOf(filename))
	}
	return config, entries
}

const torch = "torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl"

// stampOf is a whole stamp with the given sources.
func stampOf(names ...string) *status.Status {
	values := status.Values{
		"STABLE_THEROCK_REPO": "https://github.com/ROCm/TheRock", "STABLE_THEROCK_COMMIT": commitA, "STABLE_THEROCK_COMMIT_TIME": "2025-11-24T08:30:00Z",
		"STABLE_THEROCK_REF": "refs/heads/main", "STABLE_THEROCK_DIRTY": "false",
		"STABLE_CI_RUN_ID": "1", "STABLE_CI_RUN_ATTEMPT": "2", "STABLE_CI_JOB_ID": "build", "STABLE_CI_RUN_URL": "https://github.com/a/b/actions/runs/1",
		"STABLE_BUILD_STARTED_AT": "2025-11-24T09:00:00Z", "STABLE_NOTE": "nightly", "STABLE_EMPTY": "",
	}
	for i, name := range names {
		prefix := status.SourceKey(name, "")
		for part, value := range map[string]string{
			"COMMIT": strings.Repeat(string(rune('a'+i)), 40), "UPSTREAM_COMMIT": "", "COMMIT_TIME": "2025-11-23T08:30:00Z", "DESCRIBE": "v1",
			"REMOTE": "git@github.com:ROCm/" + name + ".git", "BRANCH": "", "DIRTY": "true", "DIR": "src/" + name,
		} {
			values[prefix+part] = value
		}
	}
	return &status.Status{Values: values, Faults: []finding.Finding{}}
}

func TestAssembleUnstamped(t *testing.T) {
	config, entries := folderOf(torch)
	config.Prefix, config.Wheels[0].Folder, entries[0][0].Folder = "p/q", "r", "s/t"
	m, findings := Assemble(config, nil, entries, nil)
	require.Empty(t, findings)
	assert.Empty(t, m.Validate())
	assert.Equal(t, "p/q/r/s/t/"+torch, m.Artifacts[0].RelativePath)
	assert.Equal(t, "1.0 TheRock pytorch external pytorch-wheels release rocm linux-x86_64 3.12", strings.Join([]string{
		m.SchemaVersion, *m.Project, *m.Component, *m.BuildType, *m.ArtifactGroup, *m.BuildVariant, *m.Accelerator, m.Platform, m.PythonVersion,
	}, " "))
	assert.Equal(t, List{"gfx942", "gfx950"}, m.PyTorchROCmArch)
	assert.Equal(t, &Build{Status: Rebuilt}, m.Artifacts[0].Build)
	assert.Equal(t, Labels{
		Framework: "pytorch", BuildVariant: ref("release"), ROCmArch: List{"gfx942", "gfx950"}, Distribution: "torch",
		Version: "2.9.1+rocm7.14.0", PythonTag: "cp312", ABITag: "cp312", PlatformTag: "linux_x86_64",
	}, m.Artifacts[0].Labels)
	assert.False(t, m.Stamped)
	assert.Nil(t, m.TheRock)
	assert.Nil(t, m.AMDGPUFamily)
	assert.Nil(t, m.Artifacts[0].Contents)
	assert.Contains(t, string(encoded(t, m)), `"sources": {},`)
}

func TestAssembleStamped(t *testing.T) {
	config, entries := folderOf(torch, "apex-1.9.0-cp312-cp312-linux_x86_64.whl", "amd_torch_device_gfx942-2.9.1-py3-none-linux_x86_64.whl", "numpy-2.0-cp312-cp312-linux_x86_64.whl")
	config.Stamped = true
	config.Declared.Project = "x-{STABLE_NOTE}-{STABLE_SOURCE_PYTORCH_DIR}"
	config.Declared.Component = "{STABLE_EMPTY}"
	config.Declared.VersionSuffix = "{STABLE_EMPTY}"
	config.SourceOf["NumPy"], config.SourceOf["apex"], config.SourceOf["amd_*"] = "triton", "", "apex"
	m, findings := Assemble(config, stampOf("pytorch", "apex", "triton"), entries, nil)
	require.Empty(t, findings)
	assert.Equal(t, "x-nightly-src/pytorch", *m.Project)
	assert.Equal(t, "pytorch", *m.Component)
	assert.Nil(t, m.VersionSuffix)
	assert.Equal(t, "build", *m.JobID)
	assert.Equal(t, "refs/heads/main", *m.TheRock.Ref)
	assert.Equal(t, Source{
		Dir: ref("src/pytorch"), Commit: strings.Repeat("a", 40), CommitTime: ref("2025-11-23T08:30:00Z"), Describe: ref("v1"),
		Remote: ref("git@github.com:ROCm/pytorch.git"), Dirty: true,
	}, m.Sources["pytorch"])
	commits := map[string]*string{}
	for _, a := range m.Artifacts {
		commits[a.Labels.Distribution] = a.Build.Commit
		assert.Equal(t, "2025-11-24T09:00:00Z", *a.Build.Timestamp)
		assert.Equal(t, "2", *a.Build.RunAttempt)
	}
	assert.Equal(t, map[string]*string{
		"torch": ref(strings.Repeat("a", 40)), "amd_torch_device_gfx942": ref(strings.Repeat("a", 40)), "numpy": ref(strings.Repeat("c", 40)), "apex": nil,
	}, commits)
	paths := []string{m.Artifacts[0].RelativePath[:3], m.Artifacts[1].RelativePath[:3], m.Artifacts[2].RelativePath[:3], m.Artifacts[3].RelativePath[:3]}
	assert.Equal(t, []string{"amd", "ape", "num", "tor"}, paths)
}

// TestAssembleOptional leaves each optional value out: null, and no fault.
func TestAssembleOptional(t *testing.T) {
	for name, get := range map[string]func(*Manifest) bool{
		"amdgpu_family":   func(m *Manifest) bool { return m.AMDGPUFamily == nil && m.Artifacts[0].Labels.AMDGPUFamily == nil },
		"version_suffix":  func(m *Manifest) bool { return m.VersionSuffix == nil },
		"pytorch_git_ref": func(m *Manifest) bool { return m.PyTorchGitRef == nil },
		"cuda_version":    func(m *Manifest) bool { return m.CUDAVersion == nil },
		"cuda_arch":       func(m *Manifest) bool { return m.CUDAArch == nil },
	} {
		config, entries := folderOf(torch)
		for _, v := range config.Declared.Values() {
			if *v.Value == "" && v.Default == "" && v.Name != name {
				*v.Value = map[string]string{"cuda_arch": "sm_90"}[v.Name]
				if *v.Value == "" {
					*v.Value = "some"
				}
			}
		}
		m, findings := Assemble(config, nil, entries, nil)
		require.Empty(t, findings, name)
		assert.True(t, get(m), name)
	}
	st := stampOf("pytorch")
	for _, key := range []string{"STABLE_CI_RUN_ID", "STABLE_CI_RUN_ATTEMPT", "STABLE_CI_JOB_ID", "STABLE_CI_RUN_URL", "STABLE_BUILD_STARTED_AT"} {
		delete(st.Values, key)
	}
	config, entries := folderOf(torch)
	config.Stamped = true
	m, findings := Assemble(config, st, entries, nil)
	require.Empty(t, findings)
	assert.Nil(t, m.RunID)
	assert.Nil(t, m.Artifacts[0].Build.Timestamp)
	assert.NotNil(t, m.Artifacts[0].Build.Commit)
}

func TestAssembleUnstampedPlaceholders(t *testing.T) {
	config, entries := folderOf(torch)
	for _, v := range config.Declared.Values() {
		*v.Value = "{STABLE_X}"
	}
	m, findings := Assemble(config, nil, entries, nil)
	require.Empty(t, findings)
	assert.Empty(t, m.Validate())
	assert.NoError(t, refused(t, compiled(t), encoded(t, m)))
	for _, value := range []*string{m.Project, m.Accelerator, m.ROCmSDKVersion, m.PyTorchGitRef, m.Artifacts[0].Labels.BuildVariant} {
		assert.Nil(t, value)
	}
	assert.Nil(t, m.PyTorchROCmArch)
	assert.Nil(t, m.Artifacts[0].Labels.ROCmArch)
}

func TestAssembleFaults(t *testing.T) {
	const windows = "torch-2.9.1-cp312-cp312-win_amd64.whl"
	for name, test := range map[string]struct {
		files  []string
		change func(*Config, [][]entry.Entry)
		want   []string // code, artifact and field
		text   string   // in the first line
		config bool
	}{
		"no wheels":        {nil, nil, []string{"no_wheels //a:wheels (a/wheels) "}, "no wheels in it", false},
		"rocm version":     {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.ROCmSDKVersion = "" }, []string{"config_required  rocm_sdk_version"}, "the attribute rocm_sdk_version, the setting --@rules_pytorch_manifest//manifest/settings:rocm_sdk_version=... or the flag --rocm-sdk-version=...", true},
		"cuda values":      {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.Accelerator = "cuda" }, []string{"config_required  cuda_version", "config_required  cuda_arch"}, "--cuda-version", true},
		"accelerator":      {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.Accelerator = "xpu" }, []string{"config_value  accelerator"}, "rocm, cuda or cpu", true},
		"line break":       {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.Project = "a\nb" }, []string{"config_value  project"}, "control", true},
		"empty arch":       {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.PyTorchROCmArch = "gfx942;;gfx950" }, []string{"config_arch  pytorch_rocm_arch"}, "empty member", true},
		"last separator":   {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.PyTorchROCmArch = "gfx942;" }, []string{"config_arch  pytorch_rocm_arch"}, "empty member", true},
		"only spaces":      {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.PyTorchROCmArch = "  " }, []string{"config_arch  pytorch_rocm_arch"}, "empty member", true},
		"separator":        {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.PyTorchROCmArch = "gfx942|gfx950" }, []string{"config_arch  pytorch_rocm_arch"}, "separated by ; , or spaces", true},
		"placeholder":      {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Declared.Project = "{BUILD_TIMESTAMP}" }, []string{"status_placeholder  project"}, "{STABLE_KEY}", true},
		"prefix":           {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Prefix = "../a" }, []string{"config_path  prefix"}, "element ..", true},
		"slash prefix":     {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Prefix = "a//" }, []string{"config_path  prefix"}, "empty element", true},
		"root prefix":      {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Prefix = "/" }, []string{"config_path  prefix"}, "absolute", true},
		"absolute prefix":  {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Prefix = "/a" }, []string{"config_path  prefix"}, "absolute", true},
		"backslash":        {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Prefix = `a\b` }, []string{"config_path  prefix"}, "backslash", true},
		"folder of a tree": {[]string{torch}, func(_ *Config, e [][]entry.Entry) { e[0][0].Folder = `a\b` }, []string{`invalid_path a/wheels/a\b/` + torch + " relative_path"}, "backslash", false},
		"source name":      {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Sources = []string{"a-b"} }, []string{"config_source_name_malformed  sources"}, "a-b", true},
		"source_of":        {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.SourceOf = map[string]string{"-x": "A"} }, []string{"config_distribution  source_of", "config_source_name_malformed  source_of"}, "-x", true},
		"expected name":    {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Expected = []string{"a b"} }, []string{"config_distribution  expected"}, "a b", true},
		"expected missing": {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Expected = []string{"Torch", "torch", "torch_vision"} }, []string{"expected_missing  expected"}, "torch_vision, among the wheels of torch", false},
		"two platforms":    {[]string{torch, windows}, nil, []string{"platforms_differ  platform"}, "linux-x86_64 of " + torch + ", windows-amd64 of " + windows, false},
		"stamp":            {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Stamped = true }, []string{"config_status  "}, "", true},
		"lists":            {[]string{torch}, func(c *Config, _ [][]entry.Entry) { c.Wheels = nil }, []string{"config_wheels  wheels"}, "", true},
		"malformed name":   {[]string{torch, "x.whl"}, func(c *Config, _ [][]entry.Entry) { c.Prefix = "p" }, []string{"wheel_name_parts a/wheels/x.whl "}, "", false},
		"incomplete":       {[]string{torch}, func(_ *Config, e [][]entry.Entry) { e[0][0].Metadata = nil }, []string{"entry_incomplete a/wheels/" + torch + " "}, "", false},
		"bad metadata":     {[]string{torch}, func(_ *Config, e [][]entry.Entry) { e[0][0].Metadata.RequiresDist = []string{""} }, []string{"invalid_value  /artifacts/0/metadata/requires_dist/0"}, "", false},
		"one path, two labels": {[]string{torch}, func(c *Config, e [][]entry.Entry) {
			c.Wheels = append(c.Wheels, Input{Label: "//b:wheels", Path: "b/wheels"})
		}, []string{"duplicate_path " + torch + " relative_path"}, "of //a:wheels (a/wheels) and \\\"" + torch + "\\\" of //b:wheels (b/wheels)", false},
		"many at once": {[]string{"x.whl", windows, torch}, func(c *Config, e [][]entry.Entry) {
			c.Prefix, c.Declared.PyTorchROCmArch, c.Expected = "a/./b", "", []string{"apex"}
		}, []string{"config_required  pytorch_rocm_arch", "config_path  prefix", "wheel_name_parts a/wheels/x.whl ", "platforms_differ  platform", "expected_missing  expected"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			config, entries := folderOf(test.files...)
			if test.change != nil {
				test.change(config, entries)
			}
			if name == "one path, two labels" {
				entries = append(entries, entries[0])
			}
			m, findings := Assemble(config, nil, entries, nil)
			assert.Nil(t, m)
			got := []string{}
			all := true
			for _, f := range findings {
				got = append(got, f.Code+" "+f.Artifact+" "+f.Field)
				all = all && IsConfig(f)
			}
			assert.Equal(t, test.want, got)
			assert.Contains(t, strings.ReplaceAll(findings[0].String(), `"`, `\"`)+findings[0].Got, test.text)
			assert.Equal(t, test.config, all)
		})
	}
}

func TestAssembleStampFaults(t *testing.T) {
	config, entries := folderOf(torch)
	config.Stamped, config.Sources = true, []string{"pytorch", "tritn", "B"}
	config.Declared.Project = "{STABLE_NOPE}"
	st := stampOf("pytorch", "triton")
	st.Faults = []finding.Finding{finding.Errorf("status_file_truncated", "cut").At("stable-status.txt:9")}
	_, findings := Assemble(config, st, entries, nil)
	assert.Equal(t, []string{
		"status_file_truncated stable-status.txt:9", "source_missing STABLE_SOURCE_TRITN_COMMIT", "config_source_name_malformed sources", "status_key_missing STABLE_NOPE",
	}, brief(findings))
	assert.Contains(t, findings[1].String(), "STABLE_SOURCE_TRITON_COMMIT")
}

func TestAssembleExpectedOnce(t *testing.T) {
	for name, test := range map[string]struct {
		files []string
		want  int
	}{
		"two Pythons":      {[]string{"torch-2.9.1-cp312-cp312-linux_x86_64.whl", "torch-2.9.1-cp313-cp313-linux_x86_64.whl"}, 0},
		"free-threaded":    {[]string{"torch-2.9.1-cp313-cp313-linux_x86_64.whl", "torch-2.9.1-cp313-cp313t-linux_x86_64.whl"}, 0},
		"two build tags":   {[]string{"torch-2.9.1-1-cp312-cp312-linux_x86_64.whl", "torch-2.9.1-2-cp312-cp312-linux_x86_64.whl"}, 0},
		"two versions":     {[]string{"torch-2.9.0-cp312-cp312-linux_x86_64.whl", "torch-2.9.1-cp312-cp312-linux_x86_64.whl"}, 1},
		"two manylinux":    {[]string{"torch-2.9.1-cp312-cp312-manylinux_2_27_x86_64.whl", "torch-2.9.1-cp312-cp312-linux_x86_64.whl"}, 1},
		"sets that meet":   {[]string{"torch-2.9.1-cp311.cp312-none-linux_x86_64.whl", "torch-2.9.1-cp312-cp312-linux_x86_64.whl"}, 1},
		"build tags equal": {[]string{"torch-2.9.1-01-cp312-cp312-linux_x86_64.whl", "torch-2.9.1-1-cp312-cp312-linux_x86_64.whl"}, 1},
	} {
		config, entries := folderOf(test.files...)
		config.Expected = []string{"torch"}
		_, findings := Assemble(config, nil, entries, nil)
		assert.Len(t, findings, test.want, name)
		for _, f := range findings {
			assert.Equal(t, "expected_doubled", f.Code, name)
		}
	}
}

func TestAssemblePlatformAndPython(t *testing.T) {
	for name, test := range map[string]struct {
		files            []string
		platform, python string
	}{
		"pure":        {[]string{"a-1-py3-none-any.whl"}, "any", "any"},
		"with pure":   {[]string{"a-1-py3-none-any.whl", "b-1-cp312-cp312-musllinux_1_2_aarch64.whl"}, "linux-aarch64", "3.12"},
		"stable ABI":  {[]string{"a-1-cp39-abi3-win_amd64.whl"}, "windows-amd64", "any"},
		"and another": {[]string{"a-1-cp39-abi3-win_amd64.whl", "b-1-pp310-pypy310_pp73-win_amd64.whl"}, "windows-amd64", "3.10"},
		"many":        {[]string{"a-1-cp312-cp312-linux_x86_64.whl", "b-1-cp313-cp313-manylinux2014_x86_64.whl"}, "linux-x86_64", "multiple"},
	} {
		config, entries := folderOf(test.files...)
		m, findings := Assemble(config, nil, entries, nil)
		require.Empty(t, findings, name)
		assert.Equal(t, test.platform+" "+test.python, m.Platform+" "+m.PythonVersion, name)
	}
}

func TestInputFind(t *testing.T) {
	e := &entry.Entry{Filename: torch, Folder: "sub"}
	for want, input := range map[string]Input{
		"p/sub/" + torch:                    {Path: "dist"},
		"pkg/" + torch:                      {Label: "//pkg:torch", Path: "pkg/" + torch},
		"pkg/torch-_V_.whl (" + torch + ")": {Label: "//pkg:torch", Path: "pkg/torch-_V_.whl"},
		"pkg/tree/sub/" + torch:             {Label: "//pkg:tree", Path: "pkg/tree"},
	} {
		assert.Equal(t, want, input.find(e, "p/sub/"+torch))
	}
}
