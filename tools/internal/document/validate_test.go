package document

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// defect is one of RECORD, in a tree.
func defect(path string) any {
	return map[string]any{"path": path, "class": "unlisted", "got": nil, "want": nil}
}

// TestValidate changes one value of a valid document and asks for the fault
// and its place. The schema must refuse each too, but where it cannot say it.
func TestValidate(t *testing.T) {
	type change map[string]any
	const a0 = "/artifacts/0"
	tests := map[string]struct {
		change change
		want   []string
		beyond bool // what no schema can say
	}{
		"major version":        {change{"/schema_version": "2.0"}, []string{"unknown_version /schema_version"}, false},
		"empty text":           {change{"/project": ""}, []string{"invalid_value /project"}, false},
		"control character":    {change{"/component": "a\nb"}, []string{"invalid_value /component"}, false},
		"C1 control":           {change{"/version_suffix": "a\u0085b"}, []string{"invalid_value /version_suffix"}, false},
		"stamped without":      {change{"/project": nil, "/build_variant": nil}, []string{"required_field /build_variant", "required_field /project"}, false},
		"no accelerator":       {change{"/accelerator": nil}, []string{"required_field /accelerator"}, false},
		"accelerator":          {change{"/accelerator": "xpu"}, []string{"invalid_value /accelerator"}, false},
		"rocm":                 {change{"/rocm_sdk_version": nil, "/pytorch_rocm_arch": nil}, []string{"required_field /pytorch_rocm_arch", "required_field /rocm_sdk_version"}, false},
		"cuda":                 {change{"/accelerator": "cuda", "/cuda_version": nil, "/cuda_arch": nil}, []string{"required_field /cuda_arch", "required_field /cuda_version"}, false},
		"empty arch list":      {change{"/pytorch_rocm_arch": []any{}}, []string{"invalid_value /pytorch_rocm_arch"}, false},
		"family for a target":  {change{"/pytorch_rocm_arch/1": "gfx94X-dcgpu"}, []string{"invalid_arch /pytorch_rocm_arch/1"}, false},
		"features swapped":     {change{"/pytorch_rocm_arch/0": "gfx942:xnack-:sramecc+"}, []string{"invalid_arch /pytorch_rocm_arch/0"}, false},
		"arch twice":           {change{"/pytorch_rocm_arch/1": "gfx942"}, []string{"invalid_arch /pytorch_rocm_arch/1"}, false},
		"too many targets":     {change{"/pytorch_rocm_arch": targets("gfx%x", maxTargets+1)}, []string{"invalid_arch /pytorch_rocm_arch"}, false},
		"too much code":        {change{a0 + "/contents/device_code/files/0/cuda": targets("sm_%d", maxTargets+1)}, []string{"invalid_arch " + a0 + "/contents/device_code/files/0/cuda"}, false},
		"cuda arch":            {change{"/cuda_arch/0": "9.0a"}, []string{"invalid_arch /cuda_arch/0"}, false},
		"platform":             {change{"/platform": "Linux"}, []string{"invalid_value /platform"}, false},
		"python version":       {change{"/python_version": "cp312"}, []string{"invalid_value /python_version"}, false},
		"run URL":              {change{"/run_url": "https://token@github.com/x"}, []string{"invalid_value /run_url"}, false},
		"therock commit":       {change{"/therock/commit": strings.ToUpper(commitA)}, []string{"invalid_value /therock/commit"}, false},
		"therock time":         {change{"/therock/commit_time": "2025-11-24T08:30:00+01:00"}, []string{"invalid_value /therock/commit_time"}, false},
		"no such day":          {change{"/therock/commit_time": "2025-02-30T08:30:00Z"}, []string{"invalid_value /therock/commit_time"}, false},
		"short commit":         {change{"/sources/pytorch/commit": commitA[:12]}, []string{"invalid_value /sources/pytorch/commit"}, false},
		"upstream commit":      {change{"/sources/pytorch/upstream_commit": ""}, []string{"invalid_value /sources/pytorch/upstream_commit"}, false},
		"token in remote":      {change{"/sources/pytorch/remote": "https://x:y@github.com/a/b"}, []string{"invalid_value /sources/pytorch/remote"}, false},
		"user in remote":       {change{"/sources/pytorch/remote": "ssh://me@host/a"}, []string{"invalid_value /sources/pytorch/remote"}, false},
		"query in remote":      {change{"/sources/pytorch/remote": "https://host/a?token=1"}, []string{"invalid_value /sources/pytorch/remote"}, false},
		"local remote":         {change{"/sources/pytorch/remote": "/srv/a"}, []string{"invalid_value /sources/pytorch/remote"}, false},
		"file remote":          {change{"/sources/pytorch/remote": "file:///srv/a"}, []string{"invalid_value /sources/pytorch/remote"}, false},
		"absolute dir":         {change{"/sources/pytorch/dir": "/src/a"}, []string{"invalid_path /sources/pytorch/dir"}, false},
		"dir above":            {change{"/sources/pytorch/dir": "../a"}, []string{"invalid_path /sources/pytorch/dir"}, false},
		"source name":          {change{"/sources/a-b": nil}, []string{"wrong_type /sources/a-b"}, false},
		"no artifacts":         {change{"/artifacts": []any{}}, []string{"no_wheels /artifacts"}, false},
		"negative size":        {change{a0 + "/size_bytes": -1}, []string{"invalid_value " + a0 + "/size_bytes"}, false},
		"upper-case digest":    {change{a0 + "/sha256": strings.ToUpper(digestA)}, []string{"invalid_value " + a0 + "/sha256"}, false},
		"short digest":         {change{a0 + "/metadata/sha256": digestA[1:]}, []string{"invalid_value " + a0 + "/metadata/sha256"}, false},
		"framework":            {change{a0 + "/labels/framework": "jax"}, []string{"invalid_value " + a0 + "/labels/framework"}, false},
		"rocm_arch":            {change{a0 + "/labels/rocm_arch/0": "gfx94X"}, []string{"invalid_arch " + a0 + "/labels/rocm_arch/0"}, false},
		"label of other name":  {change{a0 + "/labels/version": "2.9.2"}, []string{"label_mismatch " + a0 + "/labels"}, true},
		"build tag left out":   {change{a0 + "/labels/build_tag": nil}, []string{"label_mismatch " + a0 + "/labels"}, true},
		"empty requirement":    {change{a0 + "/metadata/requires_dist/0": ""}, []string{"invalid_value " + a0 + "/metadata/requires_dist/0"}, false},
		"no build":             {change{a0 + "/build": nil}, []string{"wrong_type " + a0 + "/build"}, false},
		"build status":         {change{a0 + "/build/status": "new"}, []string{"invalid_value " + a0 + "/build/status"}, false},
		"build time":           {change{a0 + "/build/timestamp": "yesterday"}, []string{"invalid_value " + a0 + "/build/timestamp"}, false},
		"reader":               {change{a0 + "/contents/reader": 0}, []string{"invalid_value " + a0 + "/contents/reader"}, false},
		"record":               {change{a0 + "/contents/record": "fine"}, []string{"invalid_value " + a0 + "/contents/record"}, false},
		"record of defects":    {change{a0 + "/contents/record": "verified"}, []string{"record_mismatch " + a0 + "/contents/record"}, true},
		"record without":       {change{a0 + "/contents/defects": []any{}}, []string{"record_mismatch " + a0 + "/contents/record"}, true},
		"class of defects":     {change{a0 + "/contents/defects/0/class": "size"}, []string{"invalid_value " + a0 + "/contents/defects/0/class", "record_mismatch " + a0 + "/contents/record"}, false},
		"device class":         {change{a0 + "/contents/defects/0/class": "device_target_mismatch"}, []string{"record_mismatch " + a0 + "/contents/record"}, true},
		"defects unsorted":     {change{a0 + "/contents/defects": []any{defect("b"), defect("a")}}, []string{"unsorted_list " + a0 + "/contents/defects/1"}, true},
		"targets unsorted":     {change{a0 + "/contents/device_code/rocm": []any{"gfx950", "gfx942"}}, []string{"unsorted_list " + a0 + "/contents/device_code/rocm"}, true},
		"unknown unsorted":     {change{a0 + "/contents/device_code/files/0/unknown": []any{"b", "a"}}, []string{"unsorted_list " + a0 + "/contents/device_code/files/0/unknown"}, true},
		"outside above all":    {change{a0 + "/contents/device_code/files/0/outside": 4}, []string{"invalid_value " + a0 + "/contents/device_code/files/0/outside"}, true},
		"contents target":      {change{a0 + "/contents/device_code/cuda/0": "compute_90"}, []string{"invalid_arch " + a0 + "/contents/device_code/cuda/0"}, false},
		"contents path":        {change{a0 + "/contents/device_code/files/0/path": "a//b"}, []string{"invalid_path " + a0 + "/contents/device_code/files/0/path"}, false},
		"field missing":        {change{"/amdgpu_family": removed}, []string{"missing_field /amdgpu_family"}, false},
		"field missing, deep":  {change{a0 + "/contents/device_code/files/0/outside": removed}, []string{"missing_field " + a0 + "/contents/device_code/files/0/outside"}, false},
		"field unknown":        {change{"/extra": 1}, []string{"unknown_field /extra"}, false},
		"order":                {change{"/artifacts/0/relative_path": "z/apex-1.9.0-1-cp312-cp312-linux_x86_64.whl"}, []string{"unsorted_artifacts /artifacts/1/relative_path"}, true},
		"unstamped with facts": {change{"/stamped": false, "/therock": nil, "/sources": map[string]any{}, "/run_id": nil, "/run_attempt": nil, "/run_url": nil, "/artifacts/0/build": map[string]any{"status": "rebuilt", "timestamp": nil, "run_id": nil, "run_attempt": nil, "job_id": nil, "run_url": nil, "commit": commitA}, "/artifacts/1/build": map[string]any{"status": "rebuilt", "timestamp": nil, "run_id": nil, "run_attempt": nil, "job_id": nil, "run_url": nil, "commit": nil}}, []string{"unstamped_fact /artifacts/0/build/commit", "unstamped_fact /job_id"}, false},
	}
	s := compiled(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := tree(t, sample())
			for pointer, value := range test.change {
				set(t, v, pointer, value)
			}
			data, err := json.Marshal(v)
			require.NoError(t, err)
			m, findings := Check(data)
			assert.Equal(t, test.want, brief(findings))
			assert.Equal(t, name == "major version", m == nil)
			if test.beyond {
				assert.NoError(t, refused(t, s, data), "the schema can say it after all")
			} else {
				assert.Error(t, refused(t, s, data))
			}
		})
	}
}

func TestValidatePaths(t *testing.T) {
	s := compiled(t)
	for path, want := range map[string]string{
		"apex.whl": "", "a/b c/ä+1~.whl": "", "..a/...": "", ".a/b.": "", "1:/a": "", "ab:/c": "",
		"": "empty", "/a": "absolute", "//a": "absolute", "a//b": "empty element", "a/": "empty element", "./a": "element .",
		"a/.": "element .", "../a": "element ..", "a/..": "element ..", "a/../b": "element ..", `a\b`: "backslash",
		"C:/a": "drive letter", "c:a": "drive letter", "a\tb": "control character", "a\x7f": "control character", "a\u0085": "control character",
	} {
		t.Run(path, func(t *testing.T) {
			if fault := PathFault(path); want == "" {
				assert.Empty(t, fault)
			} else {
				assert.Contains(t, fault, want)
			}
			m := sample()
			m.Artifacts[0].Contents.Module.Path = path
			assert.Equal(t, want != "", len(m.Validate()) > 0)
			assert.Equal(t, want != "", refused(t, s, encoded(t, m)) != nil)
		})
	}
	assert.NotEmpty(t, PathFault("a\xff"))
}

func TestValidateDuplicatePaths(t *testing.T) {
	composed, decomposed := "dist/caf\u00e9/", "dist/cafe\u0301/"
	for name, prefix := range map[string][2]string{"equal": {"a/", "a/"}, "case": {"A/", "a/"}, "folded": {"STRASSE/", "stra\u00dfe/"}, "normalised": {decomposed, composed}} {
		t.Run(name, func(t *testing.T) {
			m := sample()
			file := "torch-2.9.1-1-cp312-cp312-linux_x86_64.whl"
			m.Artifacts = []Artifact{wheelOf("torch", "2.9.1"), wheelOf("torch", "2.9.1")}
			m.Artifacts[0].RelativePath, m.Artifacts[1].RelativePath = prefix[0]+file, prefix[1]+file
			assert.Equal(t, []string{"duplicate_path /artifacts/1/relative_path"}, brief(m.Validate()))
		})
	}
}

func TestValidateSpellings(t *testing.T) {
	for _, arch := range []string{"gfx90a", "gfx906", "gfx1100", "gfx1201", "gfx942:xnack+", "gfx90a:sramecc+:xnack-", "gfx9-4-generic", "gfx11-generic", "gfx10-3-generic", "amdgcnspirv"} {
		assert.True(t, isROCmArch(arch), arch)
	}
	for _, arch := range []string{"", "gfx", "gfx9", "gfx11", "gfx94X", "GFX942", "gfx942 ", "gfx942:xnack", "gfx942:", "gfx942:xnack+:xnack+", "native", "all", "sm_90"} {
		assert.False(t, isROCmArch(arch), arch)
	}
	for _, arch := range []string{"sm_50", "sm_90a", "sm_120f", "compute_90", "compute_120f"} {
		assert.True(t, isCUDAArch(arch), arch)
	}
	for _, arch := range []string{"", "sm90", "sm_9", "sm_90b", "SM_90", "9.0", "9.0+PTX", "90", "compute_90;", "gfx942"} {
		assert.False(t, isCUDAArch(arch), arch)
	}
	for _, remote := range []string{"https://github.com/ROCm/TheRock.git", "git@github.com:ROCm/TheRock.git", "ssh://git@host:2222/a/b", "host.example:a/b", "git@host:/srv/a"} {
		assert.True(t, isRemote(remote), remote)
	}
	for _, stamp := range []string{"2025-11-24T08:30:00Z", "2024-02-29T00:00:00.5Z"} {
		assert.True(t, isTime(stamp), stamp)
	}
	for _, stamp := range []string{"2025-11-24", "2025-11-24t08:30:00z", "2025-11-24 08:30:00Z", "2025-11-24T08:30:00+00:00", "2025-13-01T00:00:00Z", "2025-11-24T8:30:00Z"} {
		assert.False(t, isTime(stamp), stamp)
	}
}

func TestPointersSortLikeTheDocument(t *testing.T) {
	assert.Negative(t, comparePointers("/artifacts/9/sha256", "/artifacts/10/sha256"))
	assert.Negative(t, comparePointers("/artifacts/2/a", "/artifacts/2/b"))
	assert.Negative(t, comparePointers("", "/a"))
	assert.Zero(t, comparePointers("/a/1", "/a/1"))
}

// targets are n targets of a format, sorted.
func targets(format string, n int) []any {
	var list []any
	for i := range n {
		list = append(list, fmt.Sprintf(format, 0x1000+i))
	}
	return list
}

func TestAsManyTargetsAsAllowed(t *testing.T) {
	v := tree(t, sample())
	set(t, v, "/pytorch_rocm_arch", targets("gfx%x", maxTargets))
	data, err := json.Marshal(v)
	require.NoError(t, err)
	_, findings := Check(data)
	assert.Empty(t, findings)
	assert.NoError(t, refused(t, compiled(t), data))
}
