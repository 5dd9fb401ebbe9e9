package merge

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// located is an artifact of one document, and the path that it gets.
type located struct {
	document string
	path     string
	artifact *document.Artifact
}

// artifacts joins the artifacts of all documents by their paths.
func (j *joining) artifacts(documents []Named, prefix key.Template) []document.Artifact {
	n := 0
	for _, d := range documents {
		n += len(d.Manifest.Artifacts)
	}
	all := make([]located, 0, n)
	for _, d := range documents {
		for i := range d.Manifest.Artifacts {
			a := &d.Manifest.Artifacts[i]
			if path, ok := j.below(prefix, a, d.Name); ok {
				all = append(all, located{d.Name, path, a})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b located) int { return strings.Compare(a.path, b.path) })
	joined := make([]document.Artifact, 0, n)
	folded := make(map[string]located, n)
	for begin := 0; begin < len(all); {
		first, end := all[begin], begin+1
		for end < len(all) && all[end].path == first.path {
			end++
		}
		fold := document.PathKey(first.path)
		if other, twice := folded[fold]; twice {
			j.add(finding.Errorf(codePath, "two wheels have paths that a file system may hold for one: %s in %s, %s in %s",
				finding.Quote(other.path), finding.Escape(other.document), finding.Quote(first.path), finding.Escape(first.document)).
				On(first.path).At("/relative_path").GotWant("", "a folder of its own for each, or one of them left out"))
		}
		folded[fold] = first
		joined = append(joined, j.artifact(all[begin:end]))
		begin = end
	}
	return joined
}

// artifact joins what documents say of the wheel at one path.
func (j *joining) artifact(all []located) document.Artifact {
	first := *all[0].artifact
	first.RelativePath = all[0].path
	if len(all) == 1 {
		return first
	}
	at, sides := place{on: first.RelativePath}, make([]side, len(all))
	for i, l := range all {
		if l.artifact.SHA256 != first.SHA256 || l.artifact.SizeBytes != first.SizeBytes {
			j.otherBytes(at, all)
			return first
		}
		a := *l.artifact
		a.RelativePath = l.path
		sides[i] = side{l.document, reflect.ValueOf(a)}
	}
	joined := j.object(at, sides).Interface().(document.Artifact)
	joined.Metadata, joined.Contents = j.newest(at, all)
	joined.Build = j.build(at, all)
	return joined
}

// otherBytes says that a path stands for different files.
func (j *joining) otherBytes(at place, all []located) {
	for _, name := range []string{"sha256", "size_bytes"} {
		sides := make([]side, len(all))
		differ := false
		for i, l := range all {
			v := reflect.ValueOf(l.artifact).Elem()
			for _, f := range fields[v.Type()] {
				if f.name == name {
					sides[i] = side{l.document, v.Field(f.index)}
				}
			}
			differ = differ || !equal(sides[0].value, sides[i].value)
		}
		if differ {
			j.disagree(codeBytes, at.at(name), sides, "the same bytes, or a path of its own for each: --prefix", "one path stands for different wheels")
		}
	}
}

// build is the least build record.
func (j *joining) build(at place, all []located) *document.Build {
	sides := make([]side, len(all))
	joined := all[0].artifact.Build
	for i, l := range all {
		sides[i] = side{l.document, reflect.ValueOf(l.artifact.Build).Elem()}
		if compareBuilds(l.artifact.Build, joined) < 0 {
			joined = l.artifact.Build
		}
	}
	j.extra(at.at("build"), sides)
	return joined
}

// compareBuilds orders build records by time, then by bytes; null comes first.
func compareBuilds(a, b *document.Build) int {
	return cmp.Or(
		compareTimes(a.Timestamp, b.Timestamp), compareTexts(a.RunID, b.RunID), compareTexts(a.RunAttempt, b.RunAttempt),
		compareTexts(a.JobID, b.JobID), compareTexts(a.RunURL, b.RunURL), compareTexts(a.Commit, b.Commit), strings.Compare(a.Status, b.Status),
	)
}

func compareTexts(a, b *string) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return strings.Compare(*a, *b)
}

// compareTimes orders times of RFC 3339 in UTC. Without the Z, which comes after
// a fraction of a second, they order as their bytes do.
func compareTimes(a, b *string) int {
	if a == nil || b == nil {
		return compareTexts(a, b)
	}
	return strings.Compare(strings.TrimSuffix(*a, "Z"), strings.TrimSuffix(*b, "Z"))
}
