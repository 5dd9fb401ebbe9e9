// Package entry holds the facts of one wheel that its directories tell: size,
// digest, name, METADATA and WHEEL, and every fault found in them.
//
// The program wheelentry writes them as entry.json, one cached action a wheel;
// wheelmanifest reads them. Nothing in an entry depends on where the wheel
// lies, when it was read or which commit is being built.
package entry

import (
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Entry is one wheel. entry.json is a list of them: one element for a wheel
// that is a file, one a wheel for a folder of wheels.
type Entry struct {
	// Filename is the wheel's real file name: the content of py_wheel's
	// name_file where there is one, else the file's own.
	Filename string `json:"filename"`
	// Folder is where the wheel lies below the folder that was read, with `/`
	// and without a final one; empty for a wheel read as a file.
	Folder string `json:"folder"`
	// SizeBytes and SHA256 (64 lower-case hex digits) are of the whole file.
	SizeBytes int64  `json:"size_bytes"`
	SHA256    string `json:"sha256"`
	// Name is the file name taken apart; null where it is malformed.
	Name *Name `json:"name"`
	// Metadata is what METADATA and WHEEL say; null where either could not be
	// read.
	Metadata *Metadata `json:"metadata"`
	// Faults is everything that is wrong with the wheel; never null in JSON.
	Faults []finding.Finding `json:"faults"`
}

// Name holds the parts of a wheel's file name exactly as it spells them
// (PyPA binary distribution format).
type Name struct {
	Distribution string `json:"distribution"`
	Version      string `json:"version"`
	// BuildTag is null where the name has none.
	BuildTag    *string `json:"build_tag"`
	PythonTag   string  `json:"python_tag"`
	ABITag      string  `json:"abi_tag"`
	PlatformTag string  `json:"platform_tag"`
}

// Metadata is what the wheel's METADATA and WHEEL files say, as they spell it.
type Metadata struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// RequiresPython is null where METADATA has no Requires-Python.
	RequiresPython *string `json:"requires_python"`
	// RequiresDist is in METADATA's order; empty, never null.
	RequiresDist []string `json:"requires_dist"`
	// Tags are WHEEL's Tag lines in their order.
	Tags          []string `json:"tags"`
	RootIsPurelib bool     `json:"root_is_purelib"`
	// SHA256 is of METADATA's bytes.
	SHA256 string `json:"sha256"`
}
