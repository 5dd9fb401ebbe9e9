package diff

import (
	"maps"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// covered is what the wheels of one distribution can be installed on.
type covered struct{ pythons, platforms map[string]bool }

// coverage compares the Pythons and platforms of each distribution that has
// wheels in both documents. That one came or went is told already.
func (c *comparison) coverage(pairs []pair) {
	if !slices.ContainsFunc(pairs, func(p pair) bool { return p.old == nil || p.new == nil || p.old.RelativePath != p.new.RelativePath }) {
		return // the paths are the same, and so are the tags
	}
	old, new := coverageOf(c.old.Manifest), coverageOf(c.new.Manifest)
	for _, project := range slices.Sorted(maps.Keys(old)) {
		a, b := old[project], new[project]
		if b == nil {
			continue
		}
		c.covers(Change{Kind: Python, Distribution: project, Field: "artifacts.labels.python_tag"}, a.pythons, b.pythons)
		c.covers(Change{Kind: Platform, Distribution: project, Field: "artifacts.labels.platform_tag"}, a.platforms, b.platforms)
	}
}

func (c *comparison) covers(about Change, old, new map[string]bool) {
	a, b := slices.Sorted(maps.Keys(old)), slices.Sorted(maps.Keys(new))
	if slices.Equal(a, b) {
		return
	}
	about.Old, about.New = a, b
	about.Gained, about.Lost = listChange(a, b)
	c.add(about)
}

func coverageOf(m *document.Manifest) map[string]*covered {
	all := map[string]*covered{}
	for i := range m.Artifacts {
		a := &m.Artifacts[i]
		project := wheel.Normalize(a.Labels.Distribution)
		if all[project] == nil {
			all[project] = &covered{map[string]bool{}, map[string]bool{}}
		}
		// The ABI says whether a Python is one without the global lock.
		all[project].pythons[a.Labels.PythonTag+"-"+a.Labels.ABITag] = true
		for _, platform := range nameOf(a).Platforms() {
			all[project].platforms[platform] = true
		}
	}
	return all
}
