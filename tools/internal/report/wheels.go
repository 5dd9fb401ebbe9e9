package report

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/forge"
)

// wheels is the table of all wheels.
type wheels struct {
	List []wheel
	// Count is "4 wheels".
	Count string
	// Total and Bytes are the sizes together, for people and exactly.
	Total, Bytes string
	Open         bool
}

// wheel is one row of it.
type wheel struct {
	// Number is that of the wheel's anchor.
	Number                              int
	Path, Size, Bytes, SHA256           string
	Contents, Status, Commit, Time, Run string
	CommitLink, RunLink                 string
	Defective                           bool
}

// maxWheels is how many wheels stand there unfolded.
const maxWheels = 100

// numbered numbers the wheels by their paths, from 1.
func numbered(m *document.Manifest) map[string]int {
	numbers := map[string]int{}
	for i, a := range ordered(m) {
		numbers[a.RelativePath] = i + 1
	}
	return numbers
}

func ordered(m *document.Manifest) []*document.Artifact {
	var list []*document.Artifact
	for i := range m.Artifacts {
		list = append(list, &m.Artifacts[i])
	}
	slices.SortStableFunc(list, func(a, b *document.Artifact) int { return strings.Compare(a.RelativePath, b.RelativePath) })
	return list
}

func newWheels(m *document.Manifest, numbers map[string]int) wheels {
	remote := remotes(m)
	var total int64
	var list []wheel
	for _, a := range ordered(m) {
		total += a.SizeBytes
		w := wheel{Number: numbers[a.RelativePath], Path: plain(a.RelativePath), Size: size(a.SizeBytes), Bytes: grouped(a.SizeBytes) + " bytes", SHA256: plain(a.SHA256)}
		switch c := a.Contents; {
		case c == nil:
			w.Contents = "not read"
		case len(c.Defects) > 0:
			w.Contents, w.Defective = count(len(c.Defects), "defect"), true
		default:
			w.Contents, w.Defective = "RECORD "+plain(c.Record), c.Record != "verified"
		}
		if b := a.Build; b != nil {
			w.Status, w.Time, w.Run, w.RunLink = plain(b.Status), plain(deref(b.Timestamp)), plain(deref(b.RunID)), link(deref(b.RunURL))
			commit := deref(b.Commit)
			w.Commit, w.CommitLink = plain(commit), forge.Commit(remote[commit], commit)
		}
		list = append(list, w)
	}
	return wheels{list, count(len(list), "wheel"), size(total), grouped(total) + " bytes", len(list) <= maxWheels}
}

// remotes are where the sources come from, by their commits.
func remotes(m *document.Manifest) map[string]string {
	of := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		of[m.Sources[name].Commit] = deref(m.Sources[name].Remote)
	}
	return of
}

// label is a wheel in few words: its distribution and version, and what tells
// it from others of these.
func label(a *document.Artifact) (name, note string) {
	name = a.Labels.Distribution + " " + a.Labels.Version
	note = a.Labels.PythonTag + "-" + a.Labels.ABITag + "-" + a.Labels.PlatformTag
	if a.Labels.BuildTag != nil {
		note = *a.Labels.BuildTag + "-" + note
	}
	if folder := path.Dir(a.RelativePath); folder != "." {
		note = folder + "/ " + note
	}
	return plain(name), plain(note)
}
