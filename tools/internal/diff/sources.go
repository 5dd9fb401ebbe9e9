package diff

import (
	"maps"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/forge"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// therock is what changes of the driving checkout are told of. Their field
// begins so too, should a source have the same name.
const therock = "therock"

// origin is where a checkout comes from.
type origin struct {
	commit           string
	upstream, remote *string
}

// public is the commit that others can find: of a checkout with a commit of its
// own on top, the one below.
func (o origin) public() string {
	if o.upstream != nil {
		return *o.upstream
	}
	return o.commit
}

// sources compares the sources and therock.
func (c *comparison) sources() {
	if !c.stamped() {
		return
	}
	if c.both("sources.commit") {
		old, new := c.old.Manifest.Sources, c.new.Manifest.Sources
		for _, name := range union(old, new) {
			a, was := old[name]
			b, is := new[name]
			about := Change{Kind: Source, Source: name, Field: "sources"}
			switch {
			case !is:
				about.Old = a.Commit
				c.add(about)
			case !was:
				about.New = b.Commit
				c.add(about)
			default:
				c.moved(about, "sources.", "remote", origin{a.Commit, a.UpstreamCommit, a.Remote}, origin{b.Commit, b.UpstreamCommit, b.Remote})
				compareAll(c, about, "sources.", sourceFields, &a, &b)
				c.extras(about, "sources.", a.Extra, b.Extra)
			}
		}
	}
	if c.both("therock.commit") {
		c.therock(c.old.Manifest.TheRock, c.new.Manifest.TheRock)
	}
	c.versions()
}

func (c *comparison) therock(old, new *document.Checkout) {
	about := Change{Kind: Source, Source: therock, Field: "therock"}
	switch {
	case old != nil && new != nil:
		c.moved(about, "therock.", "repo", origin{commit: old.Commit, remote: old.Repo}, origin{commit: new.Commit, remote: new.Repo})
		compareAll(c, about, "therock.", therockFields, old, new)
		c.extras(about, "therock.", old.Extra, new.Extra)
		return
	case old != nil:
		about.Old = old.Commit
	case new != nil:
		about.New = new.Commit
	default:
		return
	}
	c.add(about)
}

// moved compares where two states of one source come from. The link shows what
// lies between the commits that others can find.
func (c *comparison) moved(about Change, prefix, remote string, old, new origin) {
	linked := about
	if c.both(prefix+remote) && !equal(optional(old.remote), optional(new.remote)) {
		change := about
		change.Field, change.Old, change.New = prefix+remote, optional(old.remote), optional(new.remote)
		if !forge.Same(old.remote, new.remote) {
			change.Kind = Repository
		}
		c.add(change)
	}
	if old.public() != new.public() && forge.Same(old.remote, new.remote) {
		linked.Link = forge.Compare(deref(new.remote), old.public(), new.public())
	}
	if !c.both(prefix + "upstream_commit") {
		// An older shape has the one or the other.
		old, new = origin{commit: old.public()}, origin{commit: new.public()}
	}
	if old.commit != new.commit {
		change := linked
		change.Field, change.Old, change.New = prefix+"commit", old.commit, new.commit
		linked = about
		c.add(change)
	}
	if !equal(optional(old.upstream), optional(new.upstream)) {
		change := linked
		change.Field, change.Old, change.New = prefix+"upstream_commit", optional(old.upstream), optional(new.upstream)
		c.add(change)
	}
}

// versions compares the versions that older shapes give to sources.
func (c *comparison) versions() {
	switch old, new := c.old.Versions == nil, c.new.Versions == nil; {
	case old && new:
		return
	case old:
		c.notCompared = append(c.notCompared, "OLD names no versions of its sources: they were not compared")
		return
	case new:
		c.notCompared = append(c.notCompared, "NEW names no versions of its sources: they were not compared")
		return
	}
	for _, name := range union(c.old.Versions, c.new.Versions) {
		about := Change{Kind: Version, Source: name, Field: "version"}
		a, was := c.old.Versions[name]
		b, is := c.new.Versions[name]
		if was {
			about.Old = a
		}
		if is {
			about.New = b
		}
		if was && is {
			if a == b || sameVersion(a, b) {
				continue
			}
			about.Direction = direction(a, b)
		}
		c.add(about)
	}
}

// direction says which of two versions is the newer one, empty where they are
// equal or none of PEP 440.
func direction(old, new string) string {
	v, errOld := version.Parse(old)
	w, errNew := version.Parse(new)
	if errOld != nil || errNew != nil {
		return ""
	}
	return map[int]string{1: Upgrade, -1: Downgrade}[w.Compare(v)]
}

// union is the names of both maps, sorted.
func union[V any](a, b map[string]V) []string {
	all := map[string]bool{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}
