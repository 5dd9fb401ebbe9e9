package document

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestROCmArch(t *testing.T) {
	archs := List{"gfx90a", "gfx942:xnack+", "gfx950", "gfx1030", "gfx1100", "gfx1103", "gfx1151", "gfx1201", "gfx11-generic", "gfx9-4-generic"}
	for distribution, want := range map[string]List{
		"torch":                           archs,
		"triton":                          archs,
		"amd_torch_device_gfx942":         {"gfx942"},
		"amd-torch-device-gfx942":         {"gfx942"},
		"rocm_sdk_device_gfx1152":         {"gfx1152"},
		"amd_torchvision_device_gfx90a":   {"gfx90a"},
		"amd_torch_device_gfx9":           {"gfx90a", "gfx942:xnack+", "gfx950", "gfx9-4-generic"},
		"amd_torch_device_gfx11":          {"gfx1100", "gfx1103", "gfx1151", "gfx11-generic"},
		"amd_torch_device_gfx110x":        {"gfx1100", "gfx1103"},
		"amd_torch_device_gfx115x":        {"gfx1151"},
		"amd_torch_device_gfx12_0":        {"gfx1201"},
		"amd_torch_device_gfx12_5":        {},
		"amd_torch_device_gfx9_4":         {"gfx942:xnack+", "gfx9-4-generic"},
		"amd_torch_device_gfx9_4_generic": {"gfx9-4-generic"},
		"rocm_sdk_libraries_gfx94x_dcgpu": {"gfx942:xnack+", "gfx9-4-generic"},
		"rocm-sdk-libraries-gfx94X-dcgpu": {"gfx942:xnack+", "gfx9-4-generic"},
		"rocm_sdk_libraries_gfx950_dcgpu": {"gfx950"},
		"rocm_sdk_libraries_gfx110X_all":  {"gfx1100", "gfx1103"},
		"rocm_sdk_libraries_gfx110x_dgpu": {"gfx1100"},
		"rocm_sdk_libraries_gfx110x_igpu": {"gfx1103"},
		"rocm_sdk_libraries_gfx120X_all":  {"gfx1201"},
		"rocm_sdk_libraries_gfx103X_dgpu": {"gfx1030"},
		"rocm_sdk_libraries_gfx1151":      {"gfx1151"},
		"gfx942":                          archs, // named like one, not for one
		"gfxtools":                        archs,
		"notgfx942":                       archs,
		"amd_torch_device_gfx942_extras":  archs,
	} {
		got, unknown := ROCmArch(distribution, false, archs)
		assert.Equal(t, want, got, distribution)
		assert.Empty(t, unknown, distribution)
	}
	pure, _ := ROCmArch("torch", true, archs)
	assert.Equal(t, List{}, pure)
	named, _ := ROCmArch("amd_torch_device_gfx942", true, archs)
	assert.Equal(t, List{"gfx942"}, named)
	null, _ := ROCmArch("torch", false, nil)
	assert.Nil(t, null)
	null, _ = ROCmArch("amd_torch_device_gfx11", false, nil)
	assert.Nil(t, null)
	all, unknown := ROCmArch("amd_torch_device_gfx77x_all", false, archs)
	assert.Equal(t, archs, all)
	assert.Equal(t, "gfx77x-all", unknown)
}

func TestSplitArchs(t *testing.T) {
	for value, want := range map[string]List{
		"gfx942":                      {"gfx942"},
		"gfx942;gfx950":               {"gfx942", "gfx950"},
		"gfx950, gfx942 gfx950":       {"gfx950", "gfx942"},
		" gfx942 ; gfx950 ":           {"gfx942", "gfx950"},
		"gfx942:xnack+;gfx942:xnack-": {"gfx942:xnack+", "gfx942:xnack-"},
		"gfx942;;gfx950":              {"gfx942", "", "gfx950"},
		"gfx942; ,gfx950":             {"gfx942", "", "gfx950"},
		";gfx942":                     {"", "gfx942"},
		"gfx942,":                     {"gfx942", ""},
		" ":                           {""},
		"gfx942\tgfx950":              {"gfx942\tgfx950"},
	} {
		assert.Equal(t, want, splitArchs(value), "%q", value)
	}
}

func TestDecodeConfig(t *testing.T) {
	const text = `{"prefix": "p", "stamped": true, "declared": {"project": "", "component": "", "build_type": "", "artifact_group": "", "build_variant": "",
		"accelerator": "rocm", "rocm_sdk_version": "", "pytorch_rocm_arch": "", "cuda_version": "", "cuda_arch": "", "amdgpu_family": "", "version_suffix": "", "pytorch_git_ref": "r"},
		"sources": ["a"], "expected": [], "contents": true, "allow_record_defects": ["no_hash"], "source_of": {"x": "y"}, "wheels": [{"label": "//a:b", "path": "a/b.whl", "folder": ""}]}`
	c, findings := DecodeConfig([]byte(text))
	require.Empty(t, findings)
	assert.Equal(t, &Config{
		Prefix: "p", Stamped: true, Declared: Declared{Accelerator: "rocm", PyTorchGitRef: "r"}, Sources: []string{"a"}, Expected: []string{},
		Contents: true, AllowRecordDefects: []string{"no_hash"}, SourceOf: map[string]string{"x": "y"}, Wheels: []Input{{Label: "//a:b", Path: "a/b.whl"}},
	}, c)
	_, findings = DecodeConfig([]byte(`{"prefix": 1, "policy": {}}`))
	assert.Equal(t, []string{
		"wrong_type /prefix", "missing_field /allow_record_defects", "missing_field /contents", "missing_field /declared", "missing_field /expected", "missing_field /source_of", "missing_field /sources", "missing_field /stamped", "missing_field /wheels", "unknown_field /policy",
	}, brief(findings))
}
