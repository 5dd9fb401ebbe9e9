package judgement

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// perFamily is a merged document of two builds, for a family each: what was
// declared of one build alone stands in the labels.
func perFamily() *document.Manifest {
	var wheels []document.Artifact
	for target, suffix := range map[string]string{"gfx942": "rocm7.11.0", "gfx1100": "rocm7.12.0"} {
		for _, w := range []document.Artifact{
			linux("torch", "2.9.1+"+suffix, holdsCode("torch/a.so", target), asks("rocm[libraries]=="+suffix[4:])),
			linux("torchvision", "0.24.1+"+suffix, holdsCode("b.so", target), asks("torch==2.9.1")),
		} {
			w.RelativePath = target + "/" + w.RelativePath
			w.Labels.ROCmArch, w.Labels.AMDGPUFamily = document.List{target}, ref(target)
			wheels = append(wheels, w)
		}
	}
	m := set("", wheels...)
	m.PyTorchROCmArch = document.List{"gfx1100", "gfx942"}
	for i := range wheels {
		m.Artifacts[i].Labels.ROCmArch = document.List{*wheels[i].Labels.AMDGPUFamily}
	}
	multiply(m)
	return m
}

// multiply makes every field multiple that may be.
func multiply(m *document.Manifest) {
	m.ROCmSDKVersion, m.CUDAVersion, m.VersionSuffix = ref(document.Multiple), ref(document.Multiple), ref(document.Multiple)
	m.Project, m.Component, m.BuildType, m.ArtifactGroup, m.BuildVariant = m.CUDAVersion, m.CUDAVersion, m.CUDAVersion, m.CUDAVersion, m.CUDAVersion
	m.AMDGPUFamily, m.PyTorchGitRef, m.Platform, m.PythonVersion = m.CUDAVersion, m.CUDAVersion, document.Multiple, document.Multiple
	m.RunID, m.RunAttempt, m.JobID, m.RunURL = m.CUDAVersion, m.CUDAVersion, m.CUDAVersion, m.CUDAVersion
}

// TestMultipleIsNotJudged: each wheel is held against its own labels, and
// nothing against a value that is not one.
func TestMultipleIsNotJudged(t *testing.T) {
	expect(t, perFamily())
	m := perFamily()
	m.ROCmSDKVersion = ref("7.11.0")
	codes := []string{}
	for _, f := range Judge(m, nil) {
		codes = append(codes, f.Code+" "+f.Artifact[:7])
	}
	slices.Sort(codes)
	assert.Equal(t, []string{"rocm_version_differs gfx1100", "rocm_version_differs gfx1100", "rocm_version_differs gfx1100"}, codes)
	// A suffix that is spelt so would be a local version of PEP 440.
	_, ok := suffixVersion(document.Multiple)
	require.True(t, ok)
}

// TestMultipleIsAsNull sets every text of a document to multiple, by itself: the
// verdict is the same as with null.
func TestMultipleIsAsNull(t *testing.T) {
	typ := reflect.TypeFor[document.Manifest]()
	for i := range typ.NumField() {
		if typ.Field(i).Type != reflect.TypeFor[*string]() || typ.Field(i).Name == "Accelerator" {
			continue
		}
		m := perFamily()
		m.Artifacts[0].Contents.DeviceCode.ROCm = append(m.Artifacts[0].Contents.DeviceCode.ROCm, "gfx90a") // something to find
		field := reflect.ValueOf(m).Elem().Field(i)
		field.Set(reflect.ValueOf(ref(document.Multiple)))
		got := Judge(m, nil)
		field.SetZero()
		require.NotEmpty(t, got)
		assert.Equal(t, Judge(m, nil), got, typ.Field(i).Name)
	}
}
