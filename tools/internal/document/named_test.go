package document

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamedFor(t *testing.T) {
	for distribution, want := range map[string]Naming{
		"amd_torch_device_gfx942":         {"amd-torch-device", "gfx942", true, true},
		"amd-torch-device-gfx90a":         {"amd-torch-device", "gfx90a", true, true},
		"amd_torch_device_gfx11":          {"amd-torch-device", "gfx11", false, true},
		"amd_torch_device_gfx12_0":        {"amd-torch-device", "gfx12-0", false, true},
		"amd_torch_device_gfx115x":        {"amd-torch-device", "gfx115x", false, true},
		"rocm_sdk_libraries_gfx94X_dcgpu": {"rocm-sdk-libraries", "gfx94x-dcgpu", false, true},
		"rocm_sdk_device_gfx950_dcgpu":    {"rocm-sdk-device", "gfx950-dcgpu", false, true},
		"x_gfx99x":                        {"x", "gfx99x", false, false},
	} {
		got, ok := NamedFor(distribution)
		assert.True(t, ok, distribution)
		assert.Equal(t, want, got)
	}
	for _, distribution := range []string{"torch", "cupy-rocm-7-0", "gfx942", "agfx942"} {
		_, ok := NamedFor(distribution)
		assert.False(t, ok, distribution)
	}
}

func TestNamingHolds(t *testing.T) {
	for _, c := range []struct {
		distribution, target string
		want                 bool
	}{
		{"a-gfx90a", "gfx90a", true},
		{"a-gfx90a", "gfx90a:xnack+", true},
		{"a-gfx90a", "gfx908", false},
		{"a-gfx11", "gfx1100", true},
		{"a-gfx11", "gfx11-generic", true},
		{"a-gfx11", "gfx1201", false},
		{"a-gfx115x", "gfx1151", true},
		{"a-gfx115x", "gfx1100", false},
		{"a-gfx94X-dcgpu", "gfx942:sramecc+:xnack-", true},
		{"a-gfx950-dcgpu", "gfx950", true},
		{"a-gfx950-dcgpu", "gfx942", false},
		{"a-gfx99x", "gfx990", false},
	} {
		n, ok := NamedFor(c.distribution)
		assert.True(t, ok)
		assert.Equal(t, c.want, n.Holds(c.target), "%s of %s", c.target, c.distribution)
	}
	assert.False(t, Naming{}.Holds("gfx942"))
}
