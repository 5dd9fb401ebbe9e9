package verification

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

func ref(s string) *string { return &s }

func TestDiffer(t *testing.T) {
	type contents = document.Contents
	for name, test := range map[string]struct {
		got, want contents
		differs   []string
	}{
		"equal":          {contents{Members: 1}, contents{Members: 1}, nil},
		"null and empty": {contents{Defects: []document.Defect{}}, contents{}, nil},
		"a newer field":  {contents{}, contents{Extra: document.Extra{"x": []byte("1")}}, nil},
		"a number":       {contents{Members: 1}, contents{Members: 2}, []string{"/members: 1, 2"}},
		"text":           {contents{Record: "a"}, contents{}, []string{`/record: a, ""`}},
		"an object and null": {contents{Module: &document.Module{Path: "p"}}, contents{}, []string{
			`/module: {"path":"p","version":null,"git_version":null,"hip":null,"cuda":null}, null`}},
		"text and null": {
			contents{Module: &document.Module{HIP: ref("7"), CUDA: ref("1")}}, contents{Module: &document.Module{Version: ref("2"), CUDA: ref("1")}},
			[]string{"/module/version: null, 2", "/module/hip: 7, null"},
		},
		"targets": {
			contents{DeviceCode: document.DeviceCode{ROCm: []string{"gfx942", "gfx950"}, PTX: []string{"compute_90"}}},
			contents{DeviceCode: document.DeviceCode{ROCm: []string{"gfx942", "gfx951"}}},
			[]string{`/device_code/rocm: ["gfx942","gfx950"], ["gfx942","gfx951"]`, `/device_code/ptx: ["compute_90"], []`},
		},
		"one of two objects": {
			contents{Defects: []document.Defect{{Path: "a"}, {Path: "b", Got: ref("1")}}},
			contents{Defects: []document.Defect{{Path: "a"}, {Path: "c", Got: ref("1")}}},
			[]string{"/defects/1/path: b, c"},
		},
		"more objects": {contents{Defects: []document.Defect{{Path: "a"}}}, contents{}, []string{"/defects: 1 elements, 0 elements"}},
	} {
		t.Run(name, func(t *testing.T) {
			var d differ
			d.compare("", test.got, test.want)
			var differs []string
			for _, f := range d.findings {
				differs = append(differs, f.Field+": "+f.Got+", "+f.Want)
			}
			assert.Equal(t, test.differs, differs)
		})
	}
}

func TestLabelsOfTheName(t *testing.T) {
	var d differ
	d.labels(&document.Labels{ROCmArch: document.List{"gfx942"}}, &document.Labels{
		Distribution: "d", Version: "1", BuildTag: ref("1"), PythonTag: "p", ABITag: "a", PlatformTag: "x", BuildVariant: ref("release"),
	})
	assert.Len(t, d.findings, 6, "and none of what was declared")
}
