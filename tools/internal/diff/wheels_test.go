package diff

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

func ref[T any](v T) *T { return &v }

// artifact is a wheel of the given path, built by one run.
func artifact(path string, change ...func(*document.Artifact)) document.Artifact {
	name, err := wheel.Parse(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		panic(err)
	}
	a := document.Artifact{
		RelativePath: path, SizeBytes: 1000, SHA256: strings.Repeat("a", 64),
		Labels: document.Labels{
			Framework: document.Framework, Distribution: name.Distribution, Version: name.VersionText,
			PythonTag: string(name.Python), ABITag: string(name.ABI), PlatformTag: string(name.Platform),
		},
		Metadata: document.Metadata{Name: name.Distribution, Version: name.VersionText, SHA256: strings.Repeat("b", 64)},
		Build:    &document.Build{Status: document.Rebuilt, RunID: ref("1")},
	}
	if name.Build != nil {
		a.Labels.BuildTag = &name.Build.Text
	}
	for _, do := range change {
		do(&a)
	}
	return a
}

func manifest(artifacts ...document.Artifact) *document.Manifest {
	return &document.Manifest{SchemaVersion: "1.0", Platform: "linux-x86_64", PythonVersion: "3.12", Stamped: true, Artifacts: artifacts}
}

// brief is changes as "KIND ABOUT: DETAIL".
func brief(d *Difference) []string {
	out := []string{}
	for i := range d.Changes {
		c := &d.Changes[i]
		out = append(out, string(c.Kind)+" "+c.what()+": "+strings.Join(c.details(), "; "))
	}
	return out
}

func size(n int64) func(*document.Artifact) { return func(a *document.Artifact) { a.SizeBytes = n } }
func sha(c string) func(*document.Artifact) {
	return func(a *document.Artifact) { a.SHA256 = strings.Repeat(c, 64) }
}
func run(id string) func(*document.Artifact) {
	return func(a *document.Artifact) { a.Build.RunID = &id }
}
func reused(a *document.Artifact) { a.Build.Status = document.Reused }
func code(cuda ...string) func(*document.Artifact) {
	return func(a *document.Artifact) {
		a.Contents = &document.Contents{Record: "verified", DeviceCode: document.DeviceCode{CUDA: cuda}}
	}
}

func TestWheels(t *testing.T) {
	const torch28, torch29 = "torch-2.8.0-cp312-cp312-linux_x86_64.whl", "torch-2.9.1-cp312-cp312-linux_x86_64.whl"
	type set = []document.Artifact
	for name, c := range map[string]struct {
		old, new set
		want     []string
	}{
		"other bytes": {set{artifact(torch28)}, set{artifact(torch28, sha("c"), size(1500))}, []string{
			"bytes " + torch28 + ": aaaaaaaaaaaaaaaa... -> cccccccccccccccc...", "size " + torch28 + ": 1.0 kB -> 1.5 kB, +50.0 %"}},
		"rebuilt":          {set{artifact(torch28)}, set{artifact(torch28, run("2"))}, []string{"rebuilt " + torch28 + ": run 1 -> run 2"}},
		"reused":           {set{artifact(torch28)}, set{artifact(torch28, run("2"), reused)}, nil},
		"upgrade":          {set{artifact(torch28)}, set{artifact(torch29)}, []string{"version torch: 2.8.0 -> 2.9.1, upgrade"}},
		"downgrade":        {set{artifact("a/" + torch29)}, set{artifact("a/" + torch28)}, []string{"version torch: 2.9.1 -> 2.8.0, downgrade"}},
		"release after rc": {set{artifact("torch-2.9.1rc3-cp312-cp312-linux_x86_64.whl")}, set{artifact(torch29)}, []string{"version torch: 2.9.1rc3 -> 2.9.1, upgrade"}},
		"nightlies":        {set{artifact("torch-2.9.0a0+rocm7.9.0-cp312-cp312-linux_x86_64.whl")}, set{artifact("torch-2.9.0a0+rocm7.10.0-cp312-cp312-linux_x86_64.whl")}, []string{"version torch: 2.9.0a0+rocm7.9.0 -> 2.9.0a0+rocm7.10.0, upgrade"}},
		"another spelling": {set{artifact("my.lib-1.0-py3-none-any.whl")}, set{artifact("my_lib-1.0-py3-none-any.whl", sha("c"))}, []string{"rebuilt my-lib: my.lib-1.0-py3-none-any.whl -> my_lib-1.0-py3-none-any.whl", "metadata my-lib: name: my.lib -> my_lib"}},
		"build tag":        {set{artifact(torch28)}, set{artifact("torch-2.8.0-1-cp312-cp312-linux_x86_64.whl", sha("c"))}, []string{"rebuilt torch: " + torch28 + " -> torch-2.8.0-1-cp312-cp312-linux_x86_64.whl"}},
		"another folder":   {set{artifact("a/" + torch28)}, set{artifact("b/" + torch28)}, []string{"moved torch: a/" + torch28 + " -> b/" + torch28}},
		"another name":     {set{artifact(torch28)}, set{artifact("torch-2.8.0-1-cp312-cp312-linux_x86_64.whl")}, []string{"moved torch: " + torch28 + " -> torch-2.8.0-1-cp312-cp312-linux_x86_64.whl"}},
		"moved, another label": {set{artifact("a/" + torch28)}, set{artifact("b/"+torch28, func(a *document.Artifact) { a.Labels.ROCmArch = document.List{"gfx942"} })}, []string{
			"moved torch: a/" + torch28 + " -> b/" + torch28, "declared torch: rocm_arch: none -> gfx942"}},
		"the same bytes twice": {set{artifact("a/" + torch28), artifact("b/" + torch28)}, set{artifact("c/"+torch28, size(2000))}, []string{
			"removed a/" + torch28 + ": 1.0 kB", "removed b/" + torch28 + ": 1.0 kB", "added c/" + torch28 + ": 2.0 kB"}},
		"another folder, other bytes": {set{artifact("a/" + torch28)}, set{artifact("b/"+torch28, sha("c"), size(1500))}, []string{
			"bytes a/" + torch28 + " -> b/" + torch28 + ": aaaaaaaaaaaaaaaa... -> cccccccccccccccc...", "size torch: 1.0 kB -> 1.5 kB, +50.0 %"}},
		"the same name twice": {set{artifact("a/" + torch28)}, set{artifact("b/"+torch28, sha("c")), artifact("c/"+torch28, sha("d"))}, []string{
			"removed a/" + torch28 + ": 1.0 kB", "added b/" + torch28 + ": 1.0 kB", "added c/" + torch28 + ": 1.0 kB"}},
		"two moves": {set{artifact("a/" + torch28), artifact("a/"+torch29, sha("c"))}, set{artifact("b/"+torch28, sha("c")), artifact("b/" + torch29)}, []string{
			"version torch b/cp312-cp312-linux_x86_64: 2.9.1 -> 2.8.0, downgrade", "version torch b/cp312-cp312-linux_x86_64: 2.8.0 -> 2.9.1, upgrade"}},
		"two of one name":      {set{artifact(torch28), artifact(torch29)}, set{artifact("torch-3.0-cp312-cp312-linux_x86_64.whl")}, []string{"removed " + torch28 + ": 1.0 kB", "removed " + torch29 + ": 1.0 kB", "added torch-3.0-cp312-cp312-linux_x86_64.whl: 1.0 kB"}},
		"the path comes first": {set{artifact(torch28)}, set{artifact(torch28), artifact(torch29)}, []string{"added " + torch29 + ": 1.0 kB"}},
		"Python lost":          {set{artifact(torch28), artifact("torch-2.8.0-cp311-cp311-linux_x86_64.whl")}, set{artifact(torch28)}, []string{"removed torch-2.8.0-cp311-cp311-linux_x86_64.whl: 1.0 kB", "python torch: lost cp311-cp311"}},
		"platform gained":      {set{artifact(torch28)}, set{artifact(torch28), artifact("torch-2.8.0-cp312-cp312-win_amd64.whl")}, []string{"added torch-2.8.0-cp312-cp312-win_amd64.whl: 1.0 kB", "platform torch: gained windows-amd64"}},
		"a newer manylinux":    {set{artifact("torch-2.8.0-cp312-cp312-manylinux1_x86_64.whl")}, set{artifact("torch-2.9.1-cp312-cp312-manylinux_2_28_x86_64.whl")}, []string{"version torch: 2.8.0 -> 2.9.1, upgrade", "platform torch: platform_tag: manylinux1_x86_64 -> manylinux_2_28_x86_64"}},
		"tags where there are two": {set{artifact(torch28), artifact("torch-2.8.0-cp313-cp313-linux_x86_64.whl")}, set{artifact(torch29), artifact("torch-2.9.1-cp313-cp313-linux_x86_64.whl")}, []string{
			"version torch cp312-cp312-linux_x86_64: 2.8.0 -> 2.9.1, upgrade", "version torch cp313-cp313-linux_x86_64: 2.8.0 -> 2.9.1, upgrade"}},
		"devices": {set{artifact(torch28, code("sm_75", "sm_90"))}, set{artifact(torch28, sha("c"), code("sm_90", "sm_100"))}, []string{
			"bytes " + torch28 + ": aaaaaaaaaaaaaaaa... -> cccccccccccccccc...",
			"device " + torch28 + ": lost sm_75; gained sm_100, sm_101, sm_103, sm_107", "target " + torch28 + ": cuda: lost sm_75; gained sm_100"}},
		"the same devices": {set{artifact(torch28, code("sm_90"))}, set{artifact(torch28, code("sm_90a"))}, []string{"target " + torch28 + ": cuda: lost sm_90; gained sm_90a"}},
		"not read":         {set{artifact(torch28, code("sm_90"))}, set{artifact(torch28)}, []string{"contents " + torch28 + ": contents: not read in NEW"}},
		"read now":         {set{artifact(torch28)}, set{artifact(torch28, code("sm_90"))}, []string{"contents " + torch28 + ": contents: not read in OLD"}},
	} {
		got := brief(Compare(Side{Manifest: manifest(c.old...)}, Side{Manifest: manifest(c.new...)}))
		if c.want == nil {
			c.want = []string{}
		}
		assert.Equal(t, c.want, got, name)
	}
}

func TestFeaturesOfTargets(t *testing.T) {
	of := func(targets ...string) *document.Manifest {
		return manifest(artifact("torch-2.9.1-cp312-cp312-linux_x86_64.whl", func(a *document.Artifact) {
			a.Contents = &document.Contents{Record: "verified", DeviceCode: document.DeviceCode{ROCm: targets}}
		}))
	}
	d := Compare(Side{Manifest: of("gfx90a:xnack+", "gfx90a:xnack-", "gfx942")}, Side{Manifest: of("gfx90a:xnack-", "gfx9-4-generic")})
	assert.Equal(t, map[Kind]int{Device: 1, Target: 1}, d.Counts)
	assert.Equal(t, []string{"gfx940", "gfx941", "gfx950"}, d.Changes[0].Gained)
	assert.Empty(t, d.Changes[0].Lost, "gfx90a and gfx942 are served as before")
	assert.Equal(t, []string{"gfx90a:xnack+", "gfx942"}, d.Changes[1].Lost)
}

func TestUnstamped(t *testing.T) {
	old, new := manifest(artifact("a-1-py3-none-any.whl")), manifest(artifact("a-1-py3-none-any.whl"))
	old.Stamped, old.Artifacts[0].Build = false, &document.Build{Status: document.Rebuilt}
	new.Sources = map[string]document.Source{"pytorch": {Commit: strings.Repeat("1", 40)}}
	d := Compare(Side{Manifest: old}, Side{Manifest: new})
	assert.Equal(t, map[Kind]int{Stamp: 1}, d.Counts)
	assert.Equal(t, []string{"OLD is not stamped: sources, therock and builds were not compared"}, d.NotCompared)
}

func TestWithoutDigests(t *testing.T) {
	known := map[string]bool{"artifacts.relative_path": true, "artifacts.size_bytes": true, "sources.commit": true}
	old, new := manifest(artifact("a-1-py3-none-any.whl", sha(""))), manifest(artifact("a-1-py3-none-any.whl", run("9")))
	side := Side{Manifest: old, Known: known, Limits: []string{"has no digests"}}
	d := Compare(side, Side{Manifest: new})
	assert.Empty(t, d.Changes)
	assert.Equal(t, []string{"OLD has no digests"}, d.NotCompared)
	new.Artifacts[0].SizeBytes++
	d = Compare(side, Side{Manifest: new})
	assert.Equal(t, map[Kind]int{Bytes: 1, Size: 1}, d.Counts, "another size has other bytes")
	new.Artifacts[0].RelativePath = "b/" + new.Artifacts[0].RelativePath
	assert.Equal(t, map[Kind]int{Removed: 1, Added: 1}, Compare(side, Side{Manifest: new}).Counts, "nobody knows whether it is the same")
	delete(known, "artifacts.relative_path")
	assert.Empty(t, Compare(side, Side{Manifest: new}).Changes, "not everything added")
}
