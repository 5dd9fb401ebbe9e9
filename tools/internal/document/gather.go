package document

import (
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// gather finds the path of every wheel and its faults.
func (a *assembly) gather(entries [][]entry.Entry, held [][]contents.Contents) {
	if len(entries) != len(a.config.Wheels) {
		a.configFault("config_wheels", "wheels", "", "one list of entries for each input", "%d inputs and %d lists of entries", len(a.config.Wheels), len(entries))
		return
	}
	if !a.config.Contents {
		held = make([][]contents.Contents, len(entries))
	} else if len(held) != len(entries) {
		a.configFault("config_wheels", "wheels", "", "one list of contents for each input", "%d inputs and %d lists of contents", len(entries), len(held))
		return
	}
	if len(entries) == 0 {
		a.fault("no_wheels", nil, "", "at least one wheel", "there are no wheels")
	}
	prefix := a.config.Prefix
	if prefix != "/" {
		// `gfx94X-dcgpu/` is a folder as people write one.
		prefix = strings.TrimSuffix(prefix, "/")
	}
	prefix = a.folder("prefix", prefix)
	seen := map[string]located{}
	for i, list := range entries {
		from := a.config.Wheels[i]
		folder := a.folder("wheels", from.Folder)
		if len(list) == 0 {
			a.add(finding.Errorf("no_wheels", "there are no wheels in it").On(from.String()).GotWant("", "at least one file that ends in .whl"))
		}
		of := contentsOf(held[i])
		for j := range list {
			e := &list[j]
			c := of[placed{e.Folder, e.Filename}]
			path := joined(prefix, folder, e.Folder, e.Filename)
			a.wheel(e, c, path, from.find(e, path))
			here := located{path, from.String()}
			if other, twice := seen[PathKey(path)]; twice {
				a.add(finding.Errorf("duplicate_path", "two wheels have one relative path, also after normalisation and case folding: %s and %s", other, here).
					On(path).At("relative_path").GotWant("", "a folder or prefix of its own for each, or one of them left out"))
				continue
			}
			seen[PathKey(path)] = here
		}
	}
}

// located is a wheel's path and where it came from.
type located struct{ path, from string }

func (l located) String() string { return finding.Quote(l.path) + " of " + finding.Escape(l.from) }

// folder returns a folder that stands before relative paths, or "" where it is
// a fault.
func (a *assembly) folder(attribute, folder string) string {
	if folder == "" {
		return ""
	}
	if fault := PathFault(folder); fault != "" {
		a.configFault("config_path", attribute, folder, wantPath, "%s", fault)
		return ""
	}
	return folder
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "/")
}

// wheel notes a wheel's faults by the place where people find it, and the
// wheel where its name can be read.
func (a *assembly) wheel(e *entry.Entry, c *contents.Contents, path, place string) {
	if !a.config.Contents {
		c = nil
	}
	faults := Faults(e, c)
	for _, f := range faults {
		a.add(f.On(place))
	}
	a.held(e, c, place)
	name, err := wheel.Parse(e.Filename)
	if fault := PathFault(path); fault != "" && err == nil {
		a.add(finding.Errorf("invalid_path", "%s", fault).On(place).At("relative_path").GotWant(path, wantPath))
	}
	if finding.HasErrors(faults) {
		if err == nil {
			a.wheels = append(a.wheels, input{e, name, c, path})
		}
		return
	}
	// An entry without faults has a name and metadata, unless something other
	// than wheelentry wrote it.
	if err != nil || e.Name == nil || e.Metadata == nil {
		a.add(finding.Errorf("entry_incomplete", "the entry has neither a fault nor all its facts").On(place))
		return
	}
	a.wheels = append(a.wheels, input{e, name, c, path})
}

// artifact is the artifact of one wheel.
func (a *assembly) artifact(w *input) Artifact {
	m, name := a.manifest, w.name
	artifact := describe(w.entry, w.path)
	artifact.Labels.BuildVariant, artifact.Labels.AMDGPUFamily = m.BuildVariant, m.AMDGPUFamily
	if m.Accelerator != nil && *m.Accelerator == "rocm" {
		list, unknown := ROCmArch(name.Distribution, artifact.Metadata.RootIsPurelib, a.archs)
		artifact.Labels.ROCmArch = list
		if unknown != "" {
			a.add(finding.Warningf("family_unknown", "the distribution is named for a GPU family that is not known; it counts as built for all of pytorch_rocm_arch").
				On(w.path).At("rocm_arch").GotWant(unknown, ""))
		}
	}
	artifact.Contents = newContents(w.contents)
	artifact.Build = &Build{Status: Rebuilt}
	if m.Stamped {
		artifact.Build = &Build{
			Status: Rebuilt, Timestamp: a.facts.BuildStartedAt,
			RunID: m.RunID, RunAttempt: m.RunAttempt, JobID: m.JobID, RunURL: m.RunURL, Commit: a.commit(name.Normalized()),
		}
	}
	return artifact
}

// Inspect is the artifact of a wheel that is looked at alone: what a build
// declares, and which build it was, is null; so are contents where nobody read
// the members. Entry and contents must be without faults.
func Inspect(e *entry.Entry, c *contents.Contents) Artifact {
	artifact := describe(e, e.Filename)
	artifact.Contents = newContents(c)
	return artifact
}

// describe is what the entry itself says.
func describe(e *entry.Entry, path string) Artifact {
	artifact := Artifact{RelativePath: path, SizeBytes: e.SizeBytes, SHA256: e.SHA256, Labels: Labels{Framework: Framework}}
	if n := e.Name; n != nil {
		l := &artifact.Labels
		l.Distribution, l.Version, l.BuildTag = n.Distribution, n.Version, n.BuildTag
		l.PythonTag, l.ABITag, l.PlatformTag = n.PythonTag, n.ABITag, n.PlatformTag
	}
	if d := e.Metadata; d != nil {
		artifact.Metadata = Metadata{
			Name: d.Name, Version: d.Version, RequiresPython: d.RequiresPython, RequiresDist: d.RequiresDist,
			Tags: d.Tags, RootIsPurelib: d.RootIsPurelib, SHA256: d.SHA256,
		}
	}
	return artifact
}

// SourceOf is the default of Config.SourceOf: which source a distribution of a
// PyTorch build is made from.
func SourceOf() map[string]string { return maps.Clone(madeOf) }

var madeOf = map[string]string{
	"torch":             "pytorch",
	"amd-torch-*":       "pytorch",
	"torchvision":       "pytorch_vision",
	"amd-torchvision-*": "pytorch_vision",
	"torchaudio":        "pytorch_audio",
	"amd-torchaudio-*":  "pytorch_audio",
	"triton":            "triton",
	"apex":              "apex",
}

// sourceOf reads the configuration's map.
func (a *assembly) sourceOf() {
	a.sources = map[string]string{}
	for distribution, source := range sorted(a.config.SourceOf) {
		if !wheel.ValidProject(strings.TrimRight(strings.TrimSuffix(distribution, "*"), "-_.")) {
			a.configFault("config_distribution", "source_of", distribution, "a distribution's name, or its beginning and *", "a malformed name of a distribution")
		}
		if source != "" {
			a.sourceName(source, "source_of")
		}
		a.sources[wheel.Normalize(distribution)] = source
	}
}

// commit is that of the distribution's source: by its own name, else by the
// longest beginning.
func (a *assembly) commit(distribution string) *string {
	source, ok := a.sources[distribution]
	for i := len(distribution); i >= 0 && !ok; i-- {
		source, ok = a.sources[distribution[:i]+"*"]
	}
	s, stamped := a.facts.Sources[source]
	if !ok || !stamped {
		return nil
	}
	return &s.Commit
}

// sort puts the artifacts in the order of the document.
func (a *assembly) sort() {
	slices.SortFunc(a.manifest.Artifacts, func(x, y Artifact) int { return strings.Compare(x.RelativePath, y.RelativePath) })
}
