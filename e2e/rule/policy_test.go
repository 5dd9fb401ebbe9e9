package rule

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// TestPolicy builds a wheel whose name says another ROCm than was declared: the
// judge alone refuses it, and runs alone again when its policy changes.
func TestPolicy(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write(torch, string(wheel.Make(t, torch, "torch"+rand.Text())))
	policy := func(dict string) {
		w.Write("BUILD.bazel", `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")
pytorch_manifest(
    name = "m",
    policy = `+dict+`,
    pytorch_rocm_arch = "gfx942",
    rocm_sdk_version = "7.12.0",
    wheels = ["`+torch+`"],
)
`)
	}
	alone := map[string]int{"ValidateWheelManifest": 1}

	policy("{}")
	w.Refuse([]string{torch, "[rocm_version_differs]", "+rocm7.11.0", "rocm_sdk_version 7.12.0"}, "//:m")
	assert.True(t, w.Has("bazel-bin/m.json"), "the document is right about the wheels")
	w.Build("//:m", "--norun_validations")

	policy(`{"rocm_version_differs": "warn"}`)
	assert.Equal(t, alone, w.Build("//:m").Ran)
	verdict := w.Read("bazel-bin/m.validation.json")
	assert.Contains(t, verdict, `"verdict": "pass"`)
	assert.Contains(t, verdict, `"rocm_version_differs"`)
	policy(`{"rocm_version_differs": "off"}`)
	assert.Equal(t, alone, w.Build("//:m").Ran)
	assert.NotContains(t, w.Read("bazel-bin/m.validation.json"), "rocm_version_differs")

	policy(`{"rocm_version_differ": "off"}`)
	w.Refuse([]string{`unknown code "rocm_version_differ"; the nearest is rocm_version_differs`}, "//:m")
	policy(`{"rocm_version_differs": "never"}`)
	w.Refuse([]string{"want 'error', 'warn' or 'off'"}, "//:m")
}
