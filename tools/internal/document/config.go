package document

import (
	"path"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Config is what a build says of itself beside its wheels and its status: the
// attributes of the rule, or the flags of the command line. The rule writes it
// as config.json.
type Config struct {
	// Prefix is a folder that is put before every relative path.
	Prefix string `json:"prefix"`
	// Stamped says that a status was given.
	Stamped  bool     `json:"stamped"`
	Declared Declared `json:"declared"`
	// Sources are the names of the sources to list; empty for all that the
	// status has.
	Sources []string `json:"sources"`
	// Expected are the distributions that must be there.
	Expected []string `json:"expected"`
	// SourceOf says which source a distribution is made from, whatever the
	// spelling of its name (PEP 503). A name that ends in * stands for all that
	// begin so, the longest first; an empty source is none.
	SourceOf map[string]string `json:"source_of"`
	// Contents says that the members of the wheels were read.
	Contents bool `json:"contents"`
	// AllowRecordDefects are the classes of defects of RECORD that a wheel may
	// have; see package record.
	AllowRecordDefects []string `json:"allow_record_defects"`
	// Wheels are the inputs, in the order of the lists of entries.
	Wheels []Input `json:"wheels"`
}

// Input is a wheel or a folder of wheels.
type Input struct {
	// Label is the target that holds it; empty without Bazel.
	Label string `json:"label"`
	// Path is where it lies, for people.
	Path string `json:"path"`
	// Folder is put before the relative paths of its wheels, after the prefix.
	Folder string `json:"folder"`
}

// String is the input as messages name it.
func (i Input) String() string {
	switch {
	case i.Label == "":
		return i.Path
	case i.Path == "":
		return i.Label
	}
	return i.Label + " (" + i.Path + ")"
}

// find is where people find a wheel that has a fault: in a Bazel workspace the
// wheel itself, or its place in a folder that a rule made, and not the path that
// a prefix and an imported folder give it; below the folder that was named
// otherwise. A file of another name than the wheel's shows both.
func (i Input) find(e *entry.Entry, relative string) string {
	switch {
	case i.Label == "":
		return relative
	case strings.HasSuffix(i.Path, ".whl") && path.Base(i.Path) != e.Filename:
		return i.Path + " (" + e.Filename + ")"
	case strings.HasSuffix(i.Path, ".whl"):
		return i.Path
	}
	return joined(i.Path, e.Folder, e.Filename)
}

// DecodeConfig reads config.json strictly: every field must be there, and no
// other.
func DecodeConfig(data []byte) (*Config, []finding.Finding) {
	c := &Config{}
	r, whole := decode(data, c)
	if !whole {
		return nil, r.report.all()
	}
	r.pending(finding.Error)
	return c, r.report.all()
}
