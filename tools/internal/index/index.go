// Package index makes the pages of a package index from manifests: what pip, uv
// and other installers read to find the wheels, and files that name the same
// wheels by digest.
//
//	simple/index.html, simple/index.json                      every project
//	simple/{project}/index.html, simple/{project}/index.json  its files
//	requirements.txt                                          pip install --require-hashes -r
//	SHA256SUMS                                                sha256sum -c, where the wheels lie
//	{key}.metadata                                            a wheel's METADATA, byte for byte
//
// HTML is by PEP 503, JSON by PEP 691, both of API version 1.1 (PEP 700: sizes
// and versions, JSON only), with core metadata (PEP 658, PEP 714) and yanked
// versions (PEP 592). Every file has its SHA-256: uv wants digests for all files
// of a project or for none.
//
// The package reads and writes nothing itself. Equal manifests, in any order,
// give equal bytes.
package index

import (
	"maps"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Document is a valid manifest, and the name that findings have for it.
type Document struct {
	Name     string
	Manifest *document.Manifest
}

// Source gives METADATA of a wheel byte for byte, or says what is wrong with the
// place that it was looked for in. Build holds the bytes against the manifest. Nil
// without a finding is METADATA that nobody has: the pages do not promise it then,
// and installers read the wheel instead.
type Source func(*document.Artifact) ([]byte, []finding.Finding)

// Options are what the manifests do not tell.
type Options struct {
	// Base is where the wheels lie: an http or https URL (see CheckBase). Where
	// it is empty, links are relative, and wheels and pages lie under one root.
	Base string
	// Key is where a wheel lies below the base, a relative path with `/`; by
	// default its relative_path.
	Key func(*document.Artifact) (string, error)
	// Yanks are the versions that installers must not choose by themselves, each
	// once.
	Yanks []Yank
}

// Tree is a folder: the bytes of each file by its path with `/`.
type Tree map[string][]byte

// The files that are in every index, beside those of its projects.
const (
	simple       = "simple/"
	pageHTML     = "index.html"
	pageJSON     = "index.json"
	requirements = "requirements.txt"
	sums         = "SHA256SUMS"
	metadataEnd  = ".metadata"
)

// Build makes the index of all wheels of the documents. A file that several
// documents have is there once; the tree is nil where any finding is an error.
// Without a source the tree has no {key}.metadata, and the pages, which name
// their digests all the same, are for wheels whose metadata lies there already.
func Build(documents []Document, source Source, o Options) (Tree, []finding.Finding) {
	s := gather(documents, o)
	files := slices.SortedFunc(maps.Values(s.files), compareFiles)
	projects := group(files, o.Yanks, &s.report)
	tree := Tree{}
	for _, f := range files {
		if source == nil {
			break
		}
		data, ok := f.metadata(source, &s.report)
		if f.bare = ok && data == nil; ok && !f.bare {
			tree[f.key+metadataEnd] = data
		}
	}
	pages(tree, projects, o.Base)
	tree[requirements] = requirementsFile(projects)
	tree[sums] = sumsFile(files)
	tree.check(&s.report)
	findings := s.report.all()
	if finding.HasErrors(findings) {
		return nil, findings
	}
	return tree, findings
}
