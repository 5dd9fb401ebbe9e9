package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/metadata"
)

// unreadable is the code of what unreadableFile says.
const unreadable = "unreadable"

// metadataEnd is how the name of a wheel's METADATA ends, behind the wheel's.
const metadataEnd = ".metadata"

// found is what the folders of --wheels hold of the wheels of the manifests.
type found struct {
	// places are the files by their path in a folder, and by their name.
	places map[string][]entry.Source
	// read is what was read of each, by its path on this machine.
	read   map[string]*wheelFile
	wheels int
}

// wheelFile is a wheel, or the METADATA of one.
type wheelFile struct {
	source   entry.Source
	entry    entry.Entry // of a wheel
	metadata []byte
	err      error
}

// find looks for the wheels of the documents and reads each file once.
func (g *indexing) find(ctx context.Context, documents []pages.Document) (*found, []finding.Finding, error) {
	f, findings := g.walk()
	return f, findings, f.load(ctx, g.jobs, documents)
}

// walk looks at what the folders have.
func (g *indexing) walk() (*found, []finding.Finding) {
	f := &found{places: map[string][]entry.Source{}, read: map[string]*wheelFile{}}
	var findings []finding.Finding
	for _, folder := range g.wheels {
		sources, err := entry.Walk(g.flags.env.path(folder))
		if err != nil {
			findings = append(findings, unreadableFile(folder, err))
		}
		for _, s := range sources {
			if s.Err != nil {
				findings = append(findings, unreadableFile(filepath.ToSlash(filepath.Join(folder, s.Folder, s.Filename)), s.Err))
				continue
			}
			f.add(s)
		}
	}
	return f, findings
}

// load reads the files of the documents that were not read yet.
func (f *found) load(ctx context.Context, jobs int, documents []pages.Document) error {
	names := map[string]bool{}
	var files []*wheelFile
	for _, d := range documents {
		for i := range d.Manifest.Artifacts {
			a := &d.Manifest.Artifacts[i]
			names[path.Base(a.RelativePath)] = true
			for _, s := range f.of(a) {
				if f.read[s.Path] == nil {
					f.read[s.Path] = &wheelFile{source: s}
					files = append(files, f.read[s.Path])
				}
			}
		}
	}
	f.wheels = len(names)
	return each(ctx, jobs, len(files), func(i int) { files[i].load(ctx) })
}

// add notes a file under its path, which has a slash, and under its name.
func (f *found) add(s entry.Source) {
	for _, key := range []string{"/" + path.Join(s.Folder, s.Filename), s.Filename} {
		f.places[key] = append(f.places[key], s)
	}
}

// of are the files that claim to be an artifact: the wheel at its relative path,
// else every wheel of its name, else its METADATA in the same way.
func (f *found) of(a *document.Artifact) []entry.Source {
	for _, end := range []string{"", metadataEnd} {
		for _, key := range []string{"/" + a.RelativePath, path.Base(a.RelativePath)} {
			if sources := f.places[key+end]; sources != nil {
				return sources
			}
		}
	}
	return nil
}

// load reads the file.
func (w *wheelFile) load(ctx context.Context) {
	if w.source.IsWheel() {
		w.entry, w.metadata, w.err = w.source.Read(ctx, entry.Options{})
		return
	}
	w.metadata, w.err = aside(ctx, func() ([]byte, error) { return readBounded(w.source.Path, metadata.MaxBytes) })
}

// metadata gives METADATA of an artifact to the pages, or says what is wrong with
// the files that claim to be it.
func (f *found) metadata(a *document.Artifact) ([]byte, []finding.Finding) {
	sources := f.of(a)
	if sources == nil {
		return nil, []finding.Finding{finding.Errorf(pages.WheelMissing, "no folder of --wheels has the wheel, or its METADATA").
			On(a.RelativePath).GotWant("", a.RelativePath+" or "+path.Base(a.RelativePath)+metadataEnd)}
	}
	var findings []finding.Finding
	for _, s := range sources {
		findings = append(findings, f.read[s.Path].faults(a)...)
	}
	return f.read[sources[0].Path].metadata, findings
}

// atHand is metadata, nil where no folder has the wheel.
func (f *found) atHand(a *document.Artifact) ([]byte, []finding.Finding) {
	if f.of(a) == nil {
		return nil, nil
	}
	return f.metadata(a)
}

// faults says what is wrong with a file that claims to be an artifact. METADATA
// alone is held against the manifest by who makes the pages.
func (w *wheelFile) faults(a *document.Artifact) (findings []finding.Finding) {
	name := path.Join(w.source.Folder, w.source.Filename)
	if w.err != nil {
		return []finding.Finding{unreadableFile(name, w.err)}
	}
	if !w.source.IsWheel() {
		return nil
	}
	differs := func(field, got, want string) {
		findings = append(findings, finding.Errorf(pages.WheelDiffers, "the wheel is not the one of the manifest").On(name).At(field).GotWant(got, want))
	}
	if w.entry.SizeBytes != a.SizeBytes {
		differs("size_bytes", strconv.FormatInt(w.entry.SizeBytes, 10), strconv.FormatInt(a.SizeBytes, 10))
	}
	if w.entry.SHA256 != a.SHA256 {
		differs("sha256", w.entry.SHA256, a.SHA256)
	}
	if findings != nil {
		return findings
	}
	return w.entry.Faults
}

// readBounded reads a regular file of at most limit bytes.
func readBounded(name string, limit int64) ([]byte, error) {
	data, err := readFile(name)
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("got %d bytes, want at most %d", len(data), limit)
	}
	return data, err
}

// linkKey reads --wheel-key: what a link is made of is of the wheel alone.
func linkKey(text string) (func(*document.Artifact) (string, error), error) {
	template, err := key.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("got %s: %w", finding.Quote(text), err)
	}
	for _, field := range template.Fields() {
		if field != "name" && field != "filename" && field != "relative_path" {
			return nil, fmt.Errorf("got the field %s, want name, filename or relative_path", finding.Quote(field))
		}
	}
	if !strings.HasSuffix(text, "{filename}") && !strings.HasSuffix(text, "{relative_path}") {
		return nil, fmt.Errorf("got %s, want {filename} or {relative_path} at its end: installers take a wheel's name from its URL", finding.Quote(text))
	}
	return func(a *document.Artifact) (string, error) {
		return template.Expand(key.Artifact(&document.Manifest{}, a))
	}, nil
}
