// Package document is the manifest itself: its types, its JSON Schema, strict
// reading, canonical writing, the rules that a valid one keeps, and the one
// piece of code that puts it together from the facts of wheels, of the status
// and of the configuration.
//
// The format is described field by field in schema.json. In Go, a pointer or
// a List can be null in JSON; every other field cannot. Every field is always
// there in JSON. Reading and writing follow the json tags of these types alone,
// so a field that is added here is read, written and, through a test, asked of
// the schema.
package document

import "encoding/json"

// SchemaVersion is the version that this package writes. It reads every
// version with the same major number.
const SchemaVersion = "1.0"

// Extra holds the fields of one JSON object that this version does not know:
// a document of a newer minor version keeps them from reading to writing.
// Values are JSON as the document spells it.
type Extra map[string]json.RawMessage

// List is a list of strings that can be unknown: nil is null in JSON, an empty
// one is [].
type List []string

// Manifest is the whole document.
type Manifest struct {
	SchemaVersion string  `json:"schema_version"`
	Project       *string `json:"project"`
	Component     *string `json:"component"`
	BuildType     *string `json:"build_type"`
	ArtifactGroup *string `json:"artifact_group"`
	BuildVariant  *string `json:"build_variant"`
	// Accelerator is rocm, cuda or cpu; null only where the document is
	// unstamped and it was declared by a status key.
	Accelerator *string `json:"accelerator"`
	// Platform is derived from the wheels' platform tags; see derivation.
	Platform       string  `json:"platform"`
	ROCmSDKVersion *string `json:"rocm_sdk_version"`
	// PyTorchROCmArch and CUDAArch spell their members as device code does.
	PyTorchROCmArch List    `json:"pytorch_rocm_arch"`
	CUDAVersion     *string `json:"cuda_version"`
	CUDAArch        List    `json:"cuda_arch"`
	AMDGPUFamily    *string `json:"amdgpu_family"`
	VersionSuffix   *string `json:"version_suffix"`
	PyTorchGitRef   *string `json:"pytorch_git_ref"`
	PythonVersion   string  `json:"python_version"`
	// Stamped says whether the facts of git and CI below could be known.
	Stamped    bool              `json:"stamped"`
	RunID      *string           `json:"run_id"`
	RunAttempt *string           `json:"run_attempt"`
	JobID      *string           `json:"job_id"`
	RunURL     *string           `json:"run_url"`
	TheRock    *Checkout         `json:"therock"`
	Sources    map[string]Source `json:"sources"`
	// Artifacts are sorted by relative path.
	Artifacts []Artifact `json:"artifacts"`
	Extra     Extra      `json:"-"`
}

// Checkout is the repository that drove the build.
type Checkout struct {
	Repo       *string `json:"repo"`
	Commit     string  `json:"commit"`
	CommitTime *string `json:"commit_time"`
	Ref        *string `json:"ref"`
	Dirty      bool    `json:"dirty"`
	Extra      Extra   `json:"-"`
}

// Source is the state of one source checkout.
type Source struct {
	Dir            *string `json:"dir"`
	Commit         string  `json:"commit"`
	UpstreamCommit *string `json:"upstream_commit"`
	CommitTime     *string `json:"commit_time"`
	Describe       *string `json:"describe"`
	Remote         *string `json:"remote"`
	Branch         *string `json:"branch"`
	Dirty          bool    `json:"dirty"`
	Extra          Extra   `json:"-"`
}

// Artifact is one wheel.
type Artifact struct {
	// RelativePath uses "/" and is unique, also after normalisation.
	RelativePath string `json:"relative_path"`
	// SizeBytes and SHA256 (64 lower-case hex digits) are of the whole file.
	SizeBytes int64     `json:"size_bytes"`
	SHA256    string    `json:"sha256"`
	Labels    Labels    `json:"labels"`
	Metadata  Metadata  `json:"metadata"`
	Contents  *Contents `json:"contents"`
	// Build is null only where single wheels are inspected, never in a
	// document.
	Build *Build `json:"build" document:"required"`
	Extra Extra  `json:"-"`
}

// Labels is what the wheel is declared to be, and its file name taken apart,
// exactly as it spells them.
type Labels struct {
	Framework    string  `json:"framework"`
	BuildVariant *string `json:"build_variant"`
	AMDGPUFamily *string `json:"amdgpu_family"`
	ROCmArch     List    `json:"rocm_arch"`
	Distribution string  `json:"distribution"`
	Version      string  `json:"version"`
	BuildTag     *string `json:"build_tag"`
	PythonTag    string  `json:"python_tag"`
	ABITag       string  `json:"abi_tag"`
	PlatformTag  string  `json:"platform_tag"`
	Extra        Extra   `json:"-"`
}

// Metadata is what the wheel's METADATA and WHEEL files say.
type Metadata struct {
	Name           string   `json:"name"`
	Version        string   `json:"version"`
	RequiresPython *string  `json:"requires_python"`
	RequiresDist   []string `json:"requires_dist"`
	Tags           []string `json:"tags"`
	RootIsPurelib  bool     `json:"root_is_purelib"`
	// SHA256 is of METADATA's bytes.
	SHA256 string `json:"sha256"`
	Extra  Extra  `json:"-"`
}

// Build says which build made the wheel.
type Build struct {
	// Status is Rebuilt or Reused.
	Status     string  `json:"status"`
	Timestamp  *string `json:"timestamp"`
	RunID      *string `json:"run_id"`
	RunAttempt *string `json:"run_attempt"`
	JobID      *string `json:"job_id"`
	RunURL     *string `json:"run_url"`
	Commit     *string `json:"commit"`
	Extra      Extra   `json:"-"`
}

// The values of Build.Status.
const (
	Rebuilt = "rebuilt"
	Reused  = "reused"
)

// Multiple is the value of a field of a merged document where its parts have
// different ones.
const Multiple = "multiple"

// Framework is the only value of Labels.Framework in this version.
const Framework = "pytorch"
