package judgement

import (
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/requirement"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// wheelOf is one wheel of the set with what its name means.
type wheelOf struct {
	*document.Artifact
	project string
	// version is nil where the name's is none of PEP 440; normal is its normal
	// form, or the text that is none.
	version *version.Version
	normal  string
	// pythons and platforms are what it can be installed on; no pythons are
	// all of them. tags is both as one text.
	pythons, platforms []string
	tags               string
	// kind is what wheels that can stand for each other have in common.
	kind string
	// named is nil where it is named for no GPU.
	named    *document.Naming
	requires []*asked
	code     code
}

// asked is one requirement, read once for all wheels that have it.
type asked struct {
	requirement.Requirement
	text string
	err  error
	// met remembers the answer for wheels of the same tags.
	met map[string]answer
}

// project is the wheels of one distribution.
type project struct {
	wheels []*wheelOf
	// kinds is one wheel of each kind; of has them by version, and by version
	// without its local part.
	kinds []*wheelOf
	of    map[string][]*wheelOf
}

// gather reads the names and requirements of all wheels.
func (j *judge) gather() {
	requirements := map[string]*asked{}
	for i := range j.m.Artifacts {
		w := newWheel(&j.m.Artifacts[i])
		for _, text := range w.Metadata.RequiresDist {
			a := requirements[text]
			if a == nil {
				r, err := requirement.Parse(text)
				a = &asked{Requirement: r, text: text, err: err, met: map[string]answer{}}
				requirements[text] = a
			}
			w.requires = append(w.requires, a)
		}
		j.wheels = append(j.wheels, w)
	}
	slices.SortStableFunc(j.wheels, func(a, b *wheelOf) int { return strings.Compare(a.RelativePath, b.RelativePath) })
	j.projects = map[string]*project{}
	j.archives = map[string][]*wheelOf{}
	kinds := map[string]bool{}
	for _, w := range j.wheels {
		p := j.projects[w.project]
		if p == nil {
			p = &project{of: map[string][]*wheelOf{}}
			j.projects[w.project] = p
		}
		p.wheels = append(p.wheels, w)
		if !kinds[w.kind] {
			kinds[w.kind] = true
			p.kinds = append(p.kinds, w)
			p.of[w.normal] = append(p.of[w.normal], w)
			if public := w.public(); public != w.normal {
				p.of[public] = append(p.of[public], w)
			}
		}
		j.archive(w)
	}
}

func newWheel(a *document.Artifact) *wheelOf {
	n := wheel.Name{
		Distribution: a.Labels.Distribution, Python: wheel.TagSet(a.Labels.PythonTag),
		ABI: wheel.TagSet(a.Labels.ABITag), Platform: wheel.TagSet(a.Labels.PlatformTag),
	}
	w := &wheelOf{Artifact: a, project: n.Normalized(), platforms: n.Platforms(), code: codeOf(a.Contents)}
	w.normal = a.Labels.Version
	if v, err := version.Parse(a.Labels.Version); err == nil {
		w.version, w.normal = &v, v.String()
	}
	if naming, ok := document.NamedFor(a.Labels.Distribution); ok {
		w.named = &naming
	}
	// A Python without the global lock (PEP 703) is one of its own.
	for _, python := range n.Pythons() {
		plain, free := false, false
		for _, abi := range n.ABI.Distinct() {
			threaded := strings.HasPrefix(abi, "cp3") && strings.HasSuffix(abi, "t")
			plain, free = plain || !threaded, free || threaded || abi == "none"
		}
		if plain {
			w.pythons = append(w.pythons, python)
		}
		if free {
			w.pythons = append(w.pythons, python+"t")
		}
	}
	slices.Sort(w.pythons)
	w.tags = strings.Join(w.pythons, " ") + "\n" + strings.Join(w.platforms, " ")
	w.kind = w.project + "\n" + w.normal + "\n" + w.tags
	return w
}

// public is the normal form without the local part.
func (w *wheelOf) public() string {
	public, _, _ := strings.Cut(w.normal, "+")
	return public
}

// beside says whether two wheels can be installed together.
func (w *wheelOf) beside(other *wheelOf) bool {
	if w.tags == other.tags {
		return true
	}
	return (len(w.pythons) == 0 || len(other.pythons) == 0 || meet(w.pythons, other.pythons)) &&
		(slices.Contains(w.platforms, wheel.AnyPlatform) || slices.Contains(other.platforms, wheel.AnyPlatform) || meet(w.platforms, other.platforms))
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// there says whether the set has a wheel of the project that can be installed
// beside w, and whether it has any at all.
func (j *judge) there(name string, w *wheelOf) (beside, any bool) {
	p := j.projects[name]
	if p == nil {
		return false, false
	}
	return slices.ContainsFunc(p.kinds, w.beside), true
}
