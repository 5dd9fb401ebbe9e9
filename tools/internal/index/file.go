package index

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// file is one wheel of the index.
type file struct {
	*document.Artifact
	filename string
	name     wheel.Name
	// key is where it lies below the base.
	key string
	// document names the manifest that it is taken from.
	document string
	// bare says that no METADATA lies beside it.
	bare bool
}

// set is the files of all documents, by file name in lower case: a name that
// differs in case only is the same file on some file systems.
type set struct {
	files  map[string]*file
	report report
}

// gather takes the files of all documents. Of several that are the same, the one
// with the least key is taken, whatever the order of the documents.
func gather(documents []Document, o Options) *set {
	s := &set{files: map[string]*file{}}
	var all []*file
	for _, d := range slices.SortedStableFunc(slices.Values(documents), func(d, e Document) int { return cmp.Compare(d.Name, e.Name) }) {
		for i := range d.Manifest.Artifacts {
			if f := s.file(d, i, o.Key); f != nil {
				all = append(all, f)
			}
		}
	}
	slices.SortStableFunc(all, func(f, g *file) int {
		return cmp.Or(cmp.Compare(f.key, g.key), cmp.Compare(f.document, g.document), cmp.Compare(f.SHA256, g.SHA256))
	})
	for _, f := range all {
		s.report.add(f.faults()...)
		s.take(f)
	}
	return s
}

// file reads one artifact of a document; nil where it has no place in an index.
func (s *set) file(d Document, i int, key func(*document.Artifact) (string, error)) *file {
	a := &d.Manifest.Artifacts[i]
	f := &file{Artifact: a, filename: path.Base(a.RelativePath), key: a.RelativePath, document: d.Name}
	var err error
	if f.name, err = wheel.Parse(f.filename); err != nil {
		s.report.add(finding.Errorf(Place, "%v", err).On(d.Name).At("relative_path"))
		return nil
	}
	if key != nil {
		f.key, err = key(a)
	}
	if err != nil {
		s.report.add(finding.Errorf(Place, "%v", err).On(a.RelativePath).At("key"))
		return nil
	}
	return f
}

// take puts a file into the set, if there is none of its name yet.
func (s *set) take(f *file) {
	name := strings.ToLower(f.filename)
	first, there := s.files[name]
	switch {
	case !there:
		s.files[name] = f
	case first.SHA256 != f.SHA256:
		s.report.add(finding.Errorf(NameTaken, "the manifests %s and %s have files of one name with two digests: an index has room for one",
			finding.Quote(first.document), finding.Quote(f.document)).On(f.filename).At("sha256").GotWant(f.SHA256, first.SHA256))
	default:
		s.report.add(first.differences(f)...)
	}
}

// differences are those of two manifests that have the same file.
func (f *file) differences(other *file) (findings []finding.Finding) {
	for _, fact := range [][3]string{
		{"size_bytes", strconv.FormatInt(f.SizeBytes, 10), strconv.FormatInt(other.SizeBytes, 10)},
		{"metadata.sha256", f.Metadata.SHA256, other.Metadata.SHA256},
		{"metadata.requires_python", text(f.Metadata.RequiresPython), text(other.Metadata.RequiresPython)},
	} {
		if fact[1] != fact[2] {
			findings = append(findings, finding.Errorf(FactsDiffer, "the manifests %s and %s say different things of one file",
				finding.Quote(f.document), finding.Quote(other.document)).On(f.filename).At(fact[0]).GotWant(fact[2], fact[1]))
		}
	}
	return findings
}

// faults are what no page of an index may show.
func (f *file) faults() []finding.Finding {
	var r report
	r.harmless(f.filename, "key", f.key)
	r.harmless(f.filename, "metadata.requires_python", text(f.Metadata.RequiresPython))
	if !fs.ValidPath(f.key) || f.key == "." || strings.Contains(f.key, `\`) {
		r.add(finding.Errorf(Place, "the wheel has no place below the base").On(f.filename).At("key").
			GotWant(f.key, "a relative path with / and no empty, . or .. element"))
	}
	if path.Base(f.key) != f.filename {
		r.add(finding.Errorf(Place, "installers take the end of a wheel's URL for its name").On(f.filename).At("key").
			GotWant(path.Base(f.key), f.filename))
	}
	if err := specifiers(f.Metadata.RequiresPython); err != nil {
		r.add(finding.Warningf(RequiresPython, "installers pass over it, or over the file: %v", err).On(f.filename).At("metadata.requires_python"))
	}
	return r.findings
}

// metadata is METADATA of the wheel, proved to be what the manifest means; nil
// where the source has none.
func (f *file) metadata(source Source, r *report) (data []byte, ok bool) {
	data, findings := source(f.Artifact)
	if r.add(findings...); finding.HasErrors(findings) {
		return nil, false
	}
	if data == nil {
		return nil, true
	}
	sum := sha256.Sum256(data)
	if digest := hex.EncodeToString(sum[:]); digest != f.Metadata.SHA256 {
		r.add(finding.Errorf(MetadataDiffers, "METADATA has another digest than in the manifest %s", finding.Quote(f.document)).
			On(f.RelativePath).At("metadata.sha256").GotWant(digest, f.Metadata.SHA256))
		return nil, false
	}
	disagreements := f.disagreements(data)
	r.add(disagreements...)
	return data, len(disagreements) == 0
}

// text is a string that may be null, which is printed as such.
func text(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}
