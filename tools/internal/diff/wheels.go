package diff

import (
	"path"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// wheels compares the artifacts.
func (c *comparison) wheels() {
	if !c.both("artifacts.relative_path") {
		return
	}
	pairs := c.pairs()
	count := map[string]int{}
	for _, p := range pairs {
		if p.new != nil {
			count[wheel.Normalize(p.new.Labels.Distribution)]++
		}
	}
	for _, p := range pairs {
		switch {
		case p.new == nil:
			c.add(Change{Kind: Removed, Artifact: p.old.RelativePath, Field: "artifacts", Old: told(p.old)})
		case p.old == nil:
			c.add(Change{Kind: Added, Artifact: p.new.RelativePath, Field: "artifacts", New: told(p.new)})
		default:
			c.wheel(p, count)
		}
	}
	c.coverage(pairs)
}

func told(a *document.Artifact) Wheel {
	return Wheel{Version: a.Labels.Version, SizeBytes: a.SizeBytes, SHA256: a.SHA256}
}

// wheel compares two wheels that stand for each other. count is how many wheels
// a distribution has in NEW.
func (c *comparison) wheel(p pair, count map[string]int) {
	about := Change{Artifact: p.new.RelativePath}
	if p.old.RelativePath != p.new.RelativePath {
		about.Was = p.old.RelativePath
		l := &p.new.Labels
		about.Distribution = wheel.Normalize(l.Distribution)
		about.Label = about.Distribution
		if count[about.Distribution] > 1 {
			about.Label += " " + path.Join(path.Dir(p.new.RelativePath), l.PythonTag+"-"+l.ABITag+"-"+l.PlatformTag)
		}
		c.renamed(about, p)
	} else {
		c.bytes(about, p)
	}
	if p.old.SizeBytes != p.new.SizeBytes {
		size := about
		size.Kind, size.Field, size.Old, size.New = Size, "artifacts.size_bytes", p.old.SizeBytes, p.new.SizeBytes
		percent := 100 * (float64(p.new.SizeBytes) - float64(p.old.SizeBytes)) / float64(max(p.old.SizeBytes, 1))
		size.Percent = &percent
		c.add(size)
	}
	if about.Was == "" {
		compareAll(c, about, "artifacts.labels.", nameFields, &p.old.Labels, &p.new.Labels)
	} else {
		compareAll(c, about, "artifacts.labels.", platformField, &p.old.Labels, &p.new.Labels)
	}
	compareAll(c, about, "artifacts.labels.", labelFields, &p.old.Labels, &p.new.Labels)
	c.extras(about, "artifacts.labels.", p.old.Labels.Extra, p.new.Labels.Extra)
	c.extras(about, "artifacts.", p.old.Extra, p.new.Extra)
	c.metadata(about, p)
	c.contents(about, p.old.Contents, p.new.Contents)
	c.rebuilt(about, p)
}

// renamed compares what the names of wheels with other paths say. Another file
// of one name is the alarm also where it lies in another folder.
func (c *comparison) renamed(about Change, p pair) {
	old, new, digests := p.old.Labels.Version, p.new.Labels.Version, c.both("artifacts.sha256")
	about.Kind, about.Field, about.Old, about.New = Version, "artifacts.labels.version", old, new
	if about.Direction = direction(old, new); about.Direction == "" {
		about.Kind, about.Field, about.Old, about.New = Rebuilt, "artifacts.relative_path", p.old.RelativePath, p.new.RelativePath
		switch {
		case digests && p.old.SHA256 == p.new.SHA256:
			about.Kind = Moved
		case path.Base(p.old.RelativePath) == path.Base(p.new.RelativePath):
			about.Label = p.old.RelativePath + " -> " + p.new.RelativePath
			c.bytes(about, p)
			return
		}
	}
	c.add(about)
}

// bytes compares what two wheels of one path are. Also without digests, another
// size says that the bytes are others.
func (c *comparison) bytes(about Change, p pair) {
	about.Kind = Bytes
	switch {
	case c.both("artifacts.sha256") && p.old.SHA256 != p.new.SHA256:
		about.Field, about.Old, about.New = "artifacts.sha256", p.old.SHA256, p.new.SHA256
	case p.old.SizeBytes != p.new.SizeBytes:
		about.Field, about.Old, about.New = "artifacts.size_bytes", p.old.SizeBytes, p.new.SizeBytes
	default:
		return
	}
	c.add(about)
}

// metadata compares what METADATA and WHEEL say. That another version makes
// another METADATA is told already; its digest is, where nothing else does.
func (c *comparison) metadata(about Change, p pair) {
	if !c.both("artifacts.metadata") {
		return
	}
	old, new := &p.old.Metadata, &p.new.Metadata
	before := len(c.changes)
	compareAll(c, about, "artifacts.metadata.", metadataFields, old, new)
	c.extras(about, "artifacts.metadata.", old.Extra, new.Extra)
	if sameName := p.old.Labels.Version == p.new.Labels.Version; !sameName {
		return
	}
	about.Kind = Metadata
	if old.Version != new.Version {
		about.Field, about.Old, about.New = "artifacts.metadata.version", old.Version, new.Version
		c.add(about)
	}
	if len(c.changes) == before && old.SHA256 != new.SHA256 {
		about.Field, about.Old, about.New = "artifacts.metadata.sha256", old.SHA256, new.SHA256
		c.add(about)
	}
}
