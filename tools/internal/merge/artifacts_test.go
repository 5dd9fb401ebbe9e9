package merge

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

func TestOtherBytes(t *testing.T) {
	a, b, c := documentOf(torch, pure), documentOf(torch), documentOf(torch)
	b.Artifacts[0].SHA256, b.Artifacts[0].SizeBytes = digest("b"), 1
	c.Artifacts[0].SizeBytes = 2
	assert.Equal(t, []string{
		"error: " + torch + `: /sha256: one path stands for different wheels: "` + digest(torch) + `" in a.json, "` + digest("b") + `" in b.json: want the same bytes, or a path of its own for each: --prefix [artifact_bytes_differ]`,
		"error: " + torch + `: /size_bytes: one path stands for different wheels: 40 in a.json, 1 in b.json, 2 in c.json: want the same bytes, or a path of its own for each: --prefix [artifact_bytes_differ]`,
	}, refused(t, Options{}, a, b, c))
}

func TestSameBytes(t *testing.T) {
	a, b := documentOf(torch), documentOf(torch, pure)
	x, y := &a.Artifacts[0], &b.Artifacts[1]
	x.Labels.AMDGPUFamily, y.Labels.AMDGPUFamily = ref("gfx94X"), nil
	x.Labels.BuildVariant, y.Labels.BuildVariant = ref("release"), ref("debug")
	x.Labels.ROCmArch, y.Labels.ROCmArch = document.List{"gfx950"}, document.List{"gfx942"}
	y.Metadata.RequiresPython = ref(">=3.10")
	read(y, 3)
	for _, m := range []*document.Manifest{merged(t, Options{}, a, b), merged(t, Options{}, b, a)} {
		require.Len(t, m.Artifacts, 2)
		want := wheelAt(torch)
		want.Labels.AMDGPUFamily, want.Labels.BuildVariant, want.Labels.ROCmArch = ref("multiple"), ref("multiple"), document.List{"gfx942", "gfx950"}
		want.Metadata, want.Contents = y.Metadata, y.Contents
		assert.Equal(t, want, m.Artifacts[1])
	}
	// Inputs are left as they were.
	assert.Equal(t, "gfx94X", *x.Labels.AMDGPUFamily)
	assert.Nil(t, x.Contents)
}

func TestReaders(t *testing.T) {
	of := func(reader int64) *document.Manifest {
		m := documentOf(torch)
		if reader > 0 {
			read(&m.Artifacts[0], reader)
		}
		return m
	}
	for _, readers := range [][]int64{{0, 1}, {1, 2}, {2, 2, 1}, {0, 3, 1, 3, 0}} {
		var list []*document.Manifest
		greatest := int64(0)
		for _, reader := range readers {
			list = append(list, of(reader))
			greatest = max(greatest, reader)
		}
		assert.Equal(t, of(greatest).Artifacts, merged(t, Options{}, list...).Artifacts)
	}

	a, b := of(2), of(2)
	b.Artifacts[0].Contents.DeviceCode.Files[0].Objects, b.Artifacts[0].Contents.Members = 5, 7
	b.Artifacts[0].Contents.DeviceCode.ROCm = []string{"gfx942", "gfx950"}
	b.Artifacts[0].Contents.Module = nil
	b.Artifacts[0].Metadata.RequiresPython = ref(">=3")
	b.Artifacts[0].Metadata.RequiresDist = []string{"jinja2"}
	differ := func(field, x, y string) string {
		return "error: " + torch + ": " + field + ": the documents tell different facts of the same wheel: " + x + " in a.json, " + y + " in b.json: want equal facts of equal bytes [artifact_facts_differ]"
	}
	want := []string{
		differ("/metadata/requires_python", "null", `">=3"`),
		differ("/metadata/requires_dist/0", `"numpy"`, `"jinja2"`),
		differ("/contents/members", "12", "7"),
		differ("/contents/module", "an object", "null"),
		differ("/contents/device_code/rocm", `["gfx942"]`, `["gfx942","gfx950"]`),
		differ("/contents/device_code/files/0/objects", "2", "5"),
	}
	assert.Equal(t, want, refused(t, Options{}, a, b))
	// A newer reader does not hide that two equal ones differ.
	assert.Equal(t, want, refused(t, Options{}, a, b, of(3)))

	// Without contents on either side, metadata must agree.
	a, b = of(0), of(0)
	b.Artifacts[0].Metadata.SHA256 = digest("b")
	assert.Len(t, refused(t, Options{}, a, b), 1)
}

func TestLeastBuild(t *testing.T) {
	older := document.Build{Status: document.Reused, Timestamp: ref("2025-11-23T08:30:00Z"), RunID: ref("9"), Commit: ref(commit("z"))}
	newer := document.Build{Status: document.Rebuilt, Timestamp: ref("2025-11-24T08:30:00Z"), RunID: ref("1")}
	unknown := document.Build{Status: document.Rebuilt, RunID: ref("9")}
	for _, test := range []struct {
		builds []document.Build
		want   document.Build
	}{
		{[]document.Build{newer, older}, older},
		{[]document.Build{newer, unknown, older}, unknown},
		{[]document.Build{newer, newer}, newer},
	} {
		var list []*document.Manifest
		for _, build := range test.builds {
			m := documentOf(torch)
			stamp(m, "1")
			m.Artifacts[0].Build = &build
			list = append(list, m)
		}
		assert.Equal(t, &test.want, merged(t, Options{}, list...).Artifacts[0].Build)
	}
}

// TestUnknownFields adds a field of a newer version at every level.
func TestUnknownFields(t *testing.T) {
	levels := map[string]func(*document.Manifest) *document.Extra{
		"":                 func(m *document.Manifest) *document.Extra { return &m.Extra },
		"/therock":         func(m *document.Manifest) *document.Extra { return &m.TheRock.Extra },
		"/sources/pytorch": nil, // below: a map's values have no address
		"artifact":         func(m *document.Manifest) *document.Extra { return &m.Artifacts[0].Extra },
		"/labels":          func(m *document.Manifest) *document.Extra { return &m.Artifacts[0].Labels.Extra },
		"/metadata":        func(m *document.Manifest) *document.Extra { return &m.Artifacts[0].Metadata.Extra },
		"/build":           func(m *document.Manifest) *document.Extra { return &m.Artifacts[0].Build.Extra },
		"/contents":        func(m *document.Manifest) *document.Extra { return &m.Artifacts[0].Contents.Extra },
		"/contents/module": func(m *document.Manifest) *document.Extra { return &m.Artifacts[0].Contents.Module.Extra },
		"/contents/device_code": func(m *document.Manifest) *document.Extra {
			return &m.Artifacts[0].Contents.DeviceCode.Extra
		},
		"/contents/device_code/files/0": func(m *document.Manifest) *document.Extra {
			return &m.Artifacts[0].Contents.DeviceCode.Files[0].Extra
		},
	}
	for level, of := range levels {
		for _, readers := range [][2]int64{{1, 1}, {1, 2}} {
			newer := func(i int, value string) *document.Manifest {
				m := documentOf(torch)
				stamp(m, "1")
				m.SchemaVersion = "1.1"
				read(&m.Artifacts[0], readers[i])
				extra := document.Extra{}
				if value != "" {
					extra["a/b"] = json.RawMessage(value)
				}
				if of == nil {
					s := m.Sources["pytorch"]
					s.Extra = extra
					m.Sources["pytorch"] = s
				} else {
					*of(m) = extra
				}
				return m
			}
			m := merged(t, Options{}, newer(0, `{"x": [1, "A"], "y": null}`), newer(1, `{"y":null,"x":[1,"\u0041"]}`))
			assert.Contains(t, encoded(t, m), `"a/b": {`, level)
			line := refused(t, Options{}, newer(0, `[1.0]`), newer(1, ``))
			require.Len(t, line, 1, level)
			assert.Contains(t, line[0], `/a~1b: the documents disagree on a field that is not known: [1.0] in a.json, nothing in b.json: want one value`, level)
			if level != "artifact" {
				assert.Contains(t, line[0], ": "+level+"/a~1b: ")
			}
			assert.Len(t, refused(t, Options{}, newer(0, `1`), newer(1, `1.0`)), 1, level)
			assert.Len(t, refused(t, Options{}, newer(0, ``), newer(1, `null`)), 1, level)
		}
	}
	// Contents that nobody read say nothing of them.
	a, b := documentOf(torch), documentOf(torch)
	read(&a.Artifacts[0], 1)
	a.SchemaVersion, b.SchemaVersion = "1.1", "1.1"
	a.Artifacts[0].Contents.Extra = document.Extra{"new": raw("1")}
	assert.Equal(t, a.Artifacts, merged(t, Options{}, a, b).Artifacts)
}

func TestEqualIsHowItIsWritten(t *testing.T) {
	a, b := documentOf(torch), documentOf(torch)
	read(&a.Artifacts[0], 1)
	read(&b.Artifacts[0], 1)
	a.Artifacts[0].Contents.DeviceCode.Kpack, b.Artifacts[0].Contents.DeviceCode.Kpack = nil, []document.Kpack{}
	a.Extra, b.Extra = nil, document.Extra{}
	require.Equal(t, encoded(t, a), encoded(t, b))
	assert.Equal(t, encoded(t, a), encoded(t, merged(t, Options{}, a, b)))
}
