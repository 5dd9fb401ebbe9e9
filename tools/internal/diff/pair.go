package diff

import (
	"path"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// pair is a wheel of both documents; old or new is nil where one does not have
// it.
type pair struct{ old, new *document.Artifact }

// pairs finds for each wheel its counterpart: that of the same path; of the
// rest, that of the same distribution, tags and folder where there is one such
// wheel on each side; then likewise with the platforms that the tags fold to,
// so that manylinux_2_28 is found for manylinux1. Where both documents have
// digests, a wheel of another folder is that with the same bytes, and then that
// with the same file name, if there is one on each side.
func (c *comparison) pairs() (pairs []pair) {
	byPath := make(map[string]*document.Artifact, len(c.old.Manifest.Artifacts))
	for i := range c.old.Manifest.Artifacts {
		a := &c.old.Manifest.Artifacts[i]
		byPath[a.RelativePath] = a
	}
	var old, new []*document.Artifact
	for i := range c.new.Manifest.Artifacts {
		a := &c.new.Manifest.Artifacts[i]
		if counterpart := byPath[a.RelativePath]; counterpart != nil {
			pairs = append(pairs, pair{counterpart, a})
			delete(byPath, a.RelativePath)
			continue
		}
		new = append(new, a)
	}
	for i := range c.old.Manifest.Artifacts {
		if a := byPath[c.old.Manifest.Artifacts[i].RelativePath]; a != nil {
			old = append(old, a)
		}
	}
	named := func(a *document.Artifact, platform string) string {
		l := &a.Labels
		return strings.Join([]string{wheel.Normalize(l.Distribution), l.PythonTag, l.ABITag, platform, path.Dir(a.RelativePath)}, "\n")
	}
	keys := []func(*document.Artifact) string{
		func(a *document.Artifact) string { return named(a, a.Labels.PlatformTag) },
		func(a *document.Artifact) string { return named(a, strings.Join(nameOf(a).Platforms(), ".")) },
	}
	if c.both("artifacts.sha256") {
		keys = append(keys, func(a *document.Artifact) string { return a.SHA256 }, func(a *document.Artifact) string { return path.Base(a.RelativePath) })
	}
	for _, key := range keys {
		var found []pair
		found, old, new = only(old, new, key)
		pairs = append(pairs, found...)
	}
	for _, a := range old {
		pairs = append(pairs, pair{old: a})
	}
	for _, a := range new {
		pairs = append(pairs, pair{new: a})
	}
	return pairs
}

// only pairs the wheels whose key no other wheel of their side has, and
// returns the others.
func only(old, new []*document.Artifact, key func(*document.Artifact) string) (pairs []pair, restOld, restNew []*document.Artifact) {
	sides := map[string]*[2][]*document.Artifact{}
	for i, side := range [][]*document.Artifact{old, new} {
		for _, a := range side {
			k := key(a)
			if sides[k] == nil {
				sides[k] = &[2][]*document.Artifact{}
			}
			sides[k][i] = append(sides[k][i], a)
		}
	}
	paired := map[*document.Artifact]bool{}
	for _, a := range new {
		if both := sides[key(a)]; len(both[0]) == 1 && len(both[1]) == 1 {
			pairs = append(pairs, pair{both[0][0], a})
			paired[a], paired[both[0][0]] = true, true
		}
	}
	is := func(a *document.Artifact) bool { return paired[a] }
	return pairs, slices.DeleteFunc(slices.Clone(old), is), slices.DeleteFunc(slices.Clone(new), is)
}

// nameOf is the wheel's name as far as its tags are concerned.
func nameOf(a *document.Artifact) wheel.Name {
	l := &a.Labels
	return wheel.Name{
		Distribution: l.Distribution, Python: wheel.TagSet(l.PythonTag), ABI: wheel.TagSet(l.ABITag), Platform: wheel.TagSet(l.PlatformTag),
	}
}
