package merge

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// world makes documents of several families, platforms and Pythons, as jobs of
// one release write them and as earlier merges left them. Most of them agree.
type world struct{ *rand.Rand }

func newWorld(a, b uint64) world { return world{rand.New(rand.NewPCG(a, b))} }

// seldom is once in n times.
func (w world) seldom(n int) bool { return w.IntN(n) == 0 }

// text is one of some texts, or null, or what an earlier merge wrote.
func (w world) text(list ...string) *string {
	switch i := w.IntN(len(list) + 2); {
	case i < len(list):
		return &list[i]
	case i == len(list):
		return nil
	}
	return ref(document.Multiple)
}

func (w world) archs() document.List {
	all := document.List{"gfx950", "gfx942", "gfx1100"}
	switch w.IntN(6) {
	case 0:
		return nil
	case 1:
		w.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	}
	return all[:1+w.IntN(len(all))]
}

func (w world) options() (o Options) {
	if w.seldom(3) {
		o.Allow = Allowable()
	}
	if w.seldom(4) {
		o.Prefix, _ = key.Parse([]string{"{amdgpu_family}/", "x/{build_variant}"}[w.IntN(2)])
	}
	return o
}

// documents are n of one release.
func (w world) documents(n int) []*document.Manifest {
	stamped, newer, prefixed := !w.seldom(3), w.seldom(4), w.seldom(2)
	var list []*document.Manifest
	for range n {
		list = append(list, w.document(stamped, newer, prefixed))
	}
	return list
}

func (w world) document(stamped, newer, families bool) *document.Manifest {
	m := documentOf(torch)
	m.AMDGPUFamily, m.PyTorchGitRef = w.text("gfx94X", "gfx110X"), w.text("main", "release")
	if families {
		m.AMDGPUFamily = ref([]string{"gfx94X", "gfx110X"}[w.IntN(2)])
	}
	if archs := w.archs(); archs != nil {
		m.PyTorchROCmArch = archs
	}
	if w.seldom(3) {
		m.CUDAArch = document.List{"sm_90"}
	}
	if w.seldom(20) {
		*texts(m, Allowable()[w.IntN(8)]) = ref([]string{"other", document.Multiple}[w.IntN(2)])
	}
	if stamped {
		w.stamp(m)
	}
	m.Artifacts = nil
	files := []string{torch, torch313, windows, pure, triton, stable}
	for _, i := range w.Perm(len(files))[:1+w.IntN(4)] {
		m.Artifacts = append(m.Artifacts, w.artifact(files[i], m))
	}
	derive(m)
	if newer {
		m.SchemaVersion = "1.1"
		w.unknown(m)
	}
	return m
}

func (w world) stamp(m *document.Manifest) {
	stamp(m, fmt.Sprint(w.IntN(3)))
	m.RunAttempt, m.JobID, m.RunURL = w.text("1", "2"), w.text("build"), w.text("https://ci.example/1", "https://ci.example/2")
	m.TheRock.Ref, m.TheRock.Dirty = w.text("refs/heads/main", "refs/heads/x"), w.seldom(2)
	delete(m.Sources, "pytorch")
	for _, name := range []string{"pytorch", "triton", "apex"}[:w.IntN(4)] {
		s := source(name)
		s.Describe, s.Branch, s.Dirty = w.text("v1", "v2"), w.text("main"), w.seldom(2)
		if w.seldom(3) {
			s.Dir = nil
		}
		if w.seldom(40) {
			s.UpstreamCommit = ref(commit("upstream"))
		}
		m.Sources[name] = s
	}
	if w.seldom(40) {
		m.TheRock.Commit = commit("other")
	}
}

func (w world) artifact(file string, m *document.Manifest) document.Artifact {
	folder := ""
	if w.seldom(3) {
		folder = []string{"gfx94X/", "x/release/", "DIST/", "dist/"}[min(w.IntN(20), 3)]
	}
	a := wheelAt(folder + file)
	if w.seldom(100) {
		a.SHA256 = digest("other bytes")
	}
	a.Labels.AMDGPUFamily, a.Labels.ROCmArch = m.AMDGPUFamily, w.archs()
	if w.seldom(5) {
		a.Labels.BuildVariant = w.text("release", "debug")
	}
	if reader := int64(w.IntN(4)); reader > 0 {
		read(&a, reader)
		if w.seldom(30) {
			a.Contents.Members = 99
		}
	}
	if m.Stamped {
		a.Build = w.build()
	}
	return a
}

// build is a build record; many have all but one field in common.
func (w world) build() *document.Build {
	b := document.Build{Status: document.Rebuilt, Timestamp: ref("2025-11-24T09:00:01Z"), RunID: ref("2"), Commit: ref(commit("2"))}
	for range w.IntN(3) {
		switch w.IntN(7) {
		case 0:
			b.Timestamp = []*string{nil, ref("2025-11-24T09:00:00Z"), ref("2025-11-24T09:00:00.5Z")}[w.IntN(3)]
		case 1:
			b.RunID = w.text("1", "3")
		case 2:
			b.RunAttempt = w.text("1", "2")
		case 3:
			b.JobID = w.text("build", "test")
		case 4:
			b.RunURL = []*string{nil, ref("https://ci.example/1"), ref("https://ci.example/2")}[w.IntN(3)]
		case 5:
			b.Commit = ref(commit(fmt.Sprint(w.IntN(2))))
		case 6:
			b.Status = document.Reused
		}
	}
	return &b
}

// unknown adds fields of a newer version, which seldom differ.
func (w world) unknown(m *document.Manifest) {
	extra := func() document.Extra {
		values := []string{`{"a": 1, "b": []}`, `{"b":[],"a":1}`}
		if w.seldom(30) {
			return document.Extra{"new": raw("2")}
		}
		return document.Extra{"new": raw(values[w.IntN(len(values))])}
	}
	if w.seldom(60) {
		m.Extra = extra()
	}
	for i := range m.Artifacts {
		m.Artifacts[i].Labels.Extra = extra()
		m.Artifacts[i].Metadata.Extra = extra()
		if c := m.Artifacts[i].Contents; c != nil {
			c.DeviceCode.Files[0].Extra = extra()
		}
	}
}

// shrink takes away from documents whatever is not needed for them to fail.
func shrink(t *testing.T, documents []*document.Manifest, fails func([]*document.Manifest) bool) []*document.Manifest {
	for again := true; again; {
		again = false
		for i, m := range documents {
			for _, smaller := range smallerThan(t, m) {
				try := slices.Clone(documents)
				try[i] = smaller
				if !finding.HasErrors(smaller.Validate()) && fails(try) {
					documents, again = try, true
					break
				}
			}
		}
	}
	return documents
}

// smallerThan are copies of a document, each without one thing.
func smallerThan(t *testing.T, m *document.Manifest) (list []*document.Manifest) {
	with := func(change func(*document.Manifest)) {
		smaller := clone(t, m)
		change(smaller)
		derive(smaller)
		if encoded(t, smaller) != encoded(t, m) {
			list = append(list, smaller)
		}
	}
	for i := range m.Artifacts {
		with(func(m *document.Manifest) { m.Artifacts = slices.Delete(m.Artifacts, i, i+1) })
		with(func(m *document.Manifest) { m.Artifacts[i].Contents = nil })
		with(func(m *document.Manifest) { m.Artifacts[i].Build = &document.Build{Status: document.Rebuilt} })
		for k := range reflect.TypeFor[document.Labels]().NumField() {
			with(func(m *document.Manifest) { zero(reflect.ValueOf(&m.Artifacts[i].Labels).Elem().Field(k)) })
		}
	}
	for name := range sorted(m.Sources) {
		with(func(m *document.Manifest) { delete(m.Sources, name) })
	}
	for k := range reflect.TypeFor[document.Manifest]().NumField() {
		with(func(m *document.Manifest) { zero(reflect.ValueOf(m).Elem().Field(k)) })
	}
	return list
}

// zero makes a value null that may be.
func zero(v reflect.Value) {
	if v.Kind() == reflect.Pointer || v.Type() == listType {
		v.SetZero()
	}
}
