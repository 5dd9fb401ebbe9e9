package key_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

func ref(s string) *string { return &s }

func TestValues(t *testing.T) {
	m := &document.Manifest{
		SchemaVersion: "1.0", Platform: "linux-x86_64", Project: ref("TheRock"),
		AMDGPUFamily: ref("multiple"), BuildVariant: ref("release"), PyTorchROCmArch: document.List{"gfx942"},
	}
	a := &document.Artifact{
		RelativePath: "a/b/Torch_Vision-1.0-py3-none-any.whl",
		Labels:       document.Labels{Distribution: "Torch_Vision", Version: "1.0", AMDGPUFamily: ref("gfx94X-dcgpu")},
	}
	type want map[string]string // "-" where there is no such field
	for name, c := range map[string]struct {
		values Values
		want   want
	}{
		"document": {Document(m), want{
			"schema_version": "1.0", "platform": "linux-x86_64", "project": "TheRock", "amdgpu_family": "multiple",
			"run_id": "none", "python_version": "", "pytorch_rocm_arch": "-", "sources": "-", "stamped": "-",
			"therock": "-", "artifacts": "-", "name": "-", "filename": "-", "distribution": "-", "": "-", "-": "-", "Platform": "-",
		}},
		"artifact": {Artifact(m, a), want{
			"name": "torch-vision", "filename": "Torch_Vision-1.0-py3-none-any.whl", "relative_path": a.RelativePath,
			"amdgpu_family": "gfx94X-dcgpu", "build_variant": "none", "run_id": "none", "project": "TheRock",
			"distribution": "-", "version": "-", "rocm_arch": "-", "size_bytes": "-",
		}},
		"labels": {Labels(a), want{
			"amdgpu_family": "gfx94X-dcgpu", "build_variant": "none", "version": "1.0", "distribution": "Torch_Vision",
			"rocm_arch": "-", "project": "-", "name": "-",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for field, want := range c.want {
				got, known := c.values(field)
				if want == "-" {
					assert.False(t, known, field)
					continue
				}
				assert.True(t, known, field)
				assert.Equal(t, want, got, field)
			}
		})
	}
}
