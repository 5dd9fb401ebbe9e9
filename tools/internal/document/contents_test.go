package document

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
)

// heldOf is what an honest wheel holds.
func heldOf(filename string) contents.Contents {
	return contents.Contents{
		Filename: filename, Reader: 1, Members: 3, Record: contents.Verified, Defects: []contents.Defect{}, Faults: []finding.Finding{},
		Module: &contents.Module{Path: "torch/version.py", Version: ref("2.9.1")},
		DeviceCode: contents.DeviceCode{
			ROCm: []string{"gfx942"}, CUDA: []string{}, PTX: []string{}, Named: []string{},
			Kpack: []contents.Kpack{{Path: "a.so", KernelName: "a", SearchPaths: []string{"../b"}}},
			Files: []contents.DeviceFile{{Path: "a.so", ROCm: []string{"gfx942"}, CUDA: []string{}, PTX: []string{}, Objects: 2, Outside: 1, Unknown: []string{}}},
		},
	}
}

func TestAssembleContents(t *testing.T) {
	config, entries := folderOf(torch)
	config.Contents = true
	m, findings := Assemble(config, nil, entries, [][]contents.Contents{{heldOf(torch)}})
	require.Empty(t, findings)
	c := m.Artifacts[0].Contents
	assert.Equal(t, "verified", c.Record)
	assert.Equal(t, "2.9.1", *c.Module.Version)
	assert.Equal(t, []DeviceFile{{Path: "a.so", ROCm: []string{"gfx942"}, CUDA: []string{}, PTX: []string{}, Objects: 2, Outside: 1, Unknown: []string{}}}, c.DeviceCode.Files)
	assert.Equal(t, "a", c.DeviceCode.Kpack[0].KernelName)

	config.Contents = false
	m, findings = Assemble(config, nil, entries, nil)
	require.Empty(t, findings)
	assert.Nil(t, m.Artifacts[0].Contents)
}

// defective is a wheel with a defect of every class.
func defective() contents.Contents {
	c := heldOf(torch)
	c.Record = contents.Defective
	for _, class := range record.Classes() {
		c.Defects = append(c.Defects, contents.Defect{Path: "a/" + class, Class: class, Got: ref("1"), Want: ref("2")})
	}
	c.Defects = append(c.Defects, contents.Defect{Path: "b", Class: "device_target_mismatch", Got: ref("gfx942"), Want: ref("gfx950")})
	return c
}

func TestAssembleDefects(t *testing.T) {
	config, entries := folderOf(torch)
	config.Contents = true
	held := [][]contents.Contents{{defective()}}
	_, findings := Assemble(config, nil, entries, held)
	require.Len(t, findings, len(record.Classes()))
	for i, class := range record.Classes() {
		f := findings[i]
		assert.Equal(t, "record_"+class, f.Code)
		assert.Equal(t, []string{"a/wheels/" + torch, "a/" + class, "1", "2"}, []string{f.Artifact, f.Member, f.Got, f.Want})
	}
	config.AllowRecordDefects = record.Classes()[1:]
	_, findings = Assemble(config, nil, entries, held)
	assert.Equal(t, []string{"record_bad_path "}, brief(findings))

	config.AllowRecordDefects = record.Classes()
	m, findings := Assemble(config, nil, entries, held)
	require.Empty(t, findings)
	assert.Equal(t, contents.Defective, m.Artifacts[0].Contents.Record)
	assert.Len(t, m.Artifacts[0].Contents.Defects, len(record.Classes())+1)
}

func TestAssembleManyDefects(t *testing.T) {
	config, entries := folderOf(torch)
	config.Contents = true
	c := heldOf(torch)
	c.Record = contents.Defective
	for range maxListed + 5 {
		c.Defects = append(c.Defects, contents.Defect{Path: "a", Class: record.NoHash})
	}
	_, findings := Assemble(config, nil, entries, [][]contents.Contents{{c}})
	require.Len(t, findings, maxListed+1)
	assert.Contains(t, findings[maxListed].Message, "5 more")
}

// TestAssembleFaultsOnce: what both readers of one wheel tell is told once.
func TestAssembleFaultsOnce(t *testing.T) {
	config, entries := folderOf(torch)
	config.Contents = true
	both := finding.Errorf("member_out_of_range", "x").In("m")
	e, c := &entries[0][0], heldOf(torch)
	e.Faults = []finding.Finding{both.On("x"), finding.Errorf(entry.NoDistInfo, "y")}
	c.Record, c.Faults = "", []finding.Finding{both.On("y"), finding.Errorf(entry.NoRecordFile, "z"), finding.Errorf("member_checksum", "w").In("n")}
	_, findings := Assemble(config, nil, entries, [][]contents.Contents{{c}})
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
		assert.Equal(t, "a/wheels/"+torch, f.Artifact)
	}
	slices.Sort(codes)
	assert.Equal(t, []string{"member_checksum", "member_out_of_range", "no_dist_info"}, codes)
}

func TestAssembleContentsOfOthers(t *testing.T) {
	config, entries := folderOf(torch)
	config.Contents = true
	for name, held := range map[string][][]contents.Contents{
		"config_wheels": nil, "contents_incomplete": {{}}, "contents_incomplete ": {{heldOf("other.whl")}},
	} {
		_, findings := Assemble(config, nil, entries, held)
		require.NotEmpty(t, findings)
		assert.Contains(t, name, findings[0].Code)
	}
	config.AllowRecordDefects = []string{"hash"}
	_, findings := Assemble(config, nil, entries, [][]contents.Contents{{heldOf(torch)}})
	require.Len(t, findings, 1)
	assert.Equal(t, "config_defect_class", findings[0].Code)
	assert.True(t, IsConfig(findings[0]))
}
