// Package contents holds what the members of one wheel were found to hold:
// whether RECORD is right about each of them, what the package says of its own
// version, and the GPU code in its libraries, proved from their bytes.
//
// The program wheelcontents writes it as contents.json, one cached action a
// wheel; wheelmanifest reads it. Nothing in it depends on where the wheel lies,
// when it was read, by how many workers, or which commit is being built.
//
// A wheel that cannot be read safely has faults. A wheel whose RECORD is wrong
// has defects, which are facts: whoever gathers wheels decides about them.
package contents

import (
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Reader is the version of this package: it is raised whenever the facts of
// one and the same file change.
const Reader = 1

// The values of Contents.Record.
const (
	Verified  = "verified"
	Defective = "defective"
)

// Contents is one wheel. contents.json is a list of them: one element for a
// wheel that is a file, one a wheel for a folder of wheels.
type Contents struct {
	// Filename and Folder are those of the wheel's entry.
	Filename string `json:"filename"`
	Folder   string `json:"folder"`
	Reader   int64  `json:"reader"`
	// Members counts the members of the archive, its folders among them.
	Members int64 `json:"members"`
	// Record is Verified, Defective, or empty where a fault kept RECORD from
	// being held against the members.
	Record string `json:"record"`
	// Defects are sorted by path, class and the rest.
	Defects    []Defect   `json:"defects"`
	Module     *Module    `json:"module"`
	DeviceCode DeviceCode `json:"device_code"`
	// Faults is everything that cannot be read safely; never null in JSON.
	Faults []finding.Finding `json:"faults"`
}

// Defect is one disagreement: between RECORD and a member, with a class of
// package record, or between a member's device code and itself, with one of
// package gpu.
type Defect struct {
	Path  string  `json:"path"`
	Class string  `json:"class"`
	Got   *string `json:"got"`
	Want  *string `json:"want"`
}

// Module is what the package says of its own version, as package module reads
// it from the member at Path.
type Module struct {
	Path       string  `json:"path"`
	Version    *string `json:"version"`
	GitVersion *string `json:"git_version"`
	HIP        *string `json:"hip"`
	CUDA       *string `json:"cuda"`
}

// DeviceCode is the GPU code in the wheel. Lists of targets are sorted, each
// target once; the others are sorted by path.
type DeviceCode struct {
	ROCm []string `json:"rocm"`
	CUDA []string `json:"cuda"`
	PTX  []string `json:"ptx"`
	// Named are targets that only names of members claim.
	Named []string     `json:"named"`
	Kpack []Kpack      `json:"kpack"`
	Files []DeviceFile `json:"files"`
}

// Kpack is a library's reference to code in another wheel.
type Kpack struct {
	Path        string   `json:"path"`
	KernelName  string   `json:"kernel_name"`
	SearchPaths []string `json:"search_paths"`
}

// DeviceFile is one member that holds device code.
type DeviceFile struct {
	Path    string   `json:"path"`
	ROCm    []string `json:"rocm"`
	CUDA    []string `json:"cuda"`
	PTX     []string `json:"ptx"`
	Objects int64    `json:"objects"`
	// Outside counts objects outside a device section.
	Outside int64 `json:"outside"`
	// Unknown are the kinds of entry that the reader does not know.
	Unknown []string `json:"unknown"`
}

// empty is what is written of a wheel before anything of it was read.
func empty(filename, folder string) Contents {
	return Contents{
		Filename: finding.Plain(filename), Folder: finding.Plain(folder), Reader: Reader, Defects: []Defect{},
		DeviceCode: DeviceCode{ROCm: []string{}, CUDA: []string{}, PTX: []string{}, Named: []string{}, Kpack: []Kpack{}, Files: []DeviceFile{}},
		Faults:     []finding.Finding{},
	}
}
