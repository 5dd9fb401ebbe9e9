package document

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// platform derives the one platform of the set from its wheels' tags.
func (a *assembly) platform() {
	d := a.derive()
	a.manifest.Platform = d.platform()
	if len(d.platforms) < 2 {
		return
	}
	var got []string
	for _, platform := range slices.Sorted(maps.Keys(d.platforms)) {
		got = append(got, platform+" of "+d.platforms[platform])
	}
	a.add(finding.Errorf("platforms_differ", "the wheels are of more than one platform").At("platform").
		GotWant(strings.Join(got, ", "), "wheels of one platform, and a build for each"))
}

// python derives the Python of the set.
func (a *assembly) python() {
	a.manifest.PythonVersion = a.derive().python()
}

func (a *assembly) derive() derivation {
	d := newDerivation()
	for i := range a.wheels {
		d.add(a.wheels[i].name, a.wheels[i].path)
	}
	return d
}

// once is what an expected distribution may have one wheel of.
type once struct {
	python   string
	threaded bool // free-threaded: a Python of its own
	build    string
	platform string
}

// expected asks for the distributions that must be there.
func (a *assembly) expected() {
	of := map[string][]*input{}
	for i := range a.wheels {
		name := a.wheels[i].name.Normalized()
		of[name] = append(of[name], &a.wheels[i])
	}
	asked := map[string]bool{}
	for _, distribution := range a.config.Expected {
		if !wheel.ValidProject(distribution) {
			a.configFault("config_distribution", "expected", distribution, "a distribution's name", "a malformed name of a distribution")
			continue
		}
		name := wheel.Normalize(distribution)
		if asked[name] {
			continue
		}
		asked[name] = true
		if len(of[name]) == 0 {
			a.add(finding.Errorf("expected_missing", "an expected distribution has no wheel").At("expected").
				GotWant("", distribution+", among the wheels of "+cmp.Or(strings.Join(slices.Sorted(maps.Keys(of)), ", "), "nothing")))
		}
		a.doubled(of[name])
	}
}

// doubled asks that no two wheels of one distribution serve one Python, build
// tag and platform.
func (a *assembly) doubled(wheels []*input) {
	first := map[once]*input{}
	for _, w := range wheels {
		key := once{threaded: freeThreaded(w.name.ABI), platform: strings.Join(w.name.Platforms(), " ")}
		if w.name.Build != nil {
			key.build = w.name.Build.String()
		}
		for _, key.python = range w.name.Python.Distinct() {
			if other := first[key]; other != nil && other != w {
				a.add(finding.Errorf("expected_doubled", "an expected distribution has two wheels for one Python, build tag and platform").
					On(w.path).At("expected").GotWant(other.path+" too", "one of them"))
				break
			}
			first[key] = w
		}
	}
}

// freeThreaded says whether an ABI is of a Python without the global lock
// (PEP 703): cp313t, abi3t.
func freeThreaded(abi wheel.TagSet) bool {
	return slices.ContainsFunc(abi.Members(), func(member string) bool {
		return member == "abi3t" || strings.HasPrefix(member, "cp3") && strings.HasSuffix(member, "t")
	})
}

// sorted walks a map by its keys.
func sorted(m map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
