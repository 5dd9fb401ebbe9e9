package document

// Contents is what the members of a wheel were found to hold. It is null
// where nobody read them.
type Contents struct {
	// Reader is the version of the code that read; it is raised when the facts
	// of one and the same file change.
	Reader  int64 `json:"reader"`
	Members int64 `json:"members"`
	// Record is "verified" or "defective".
	Record string `json:"record"`
	// Defects are sorted by path, class, got and want, all other lists by their
	// path or text.
	Defects    []Defect   `json:"defects"`
	Module     *Module    `json:"module"`
	DeviceCode DeviceCode `json:"device_code"`
	Extra      Extra      `json:"-"`
}

// Defect is one disagreement between RECORD and the members, or, where its
// class begins with device_, between a member's device code and itself.
type Defect struct {
	Path  string  `json:"path"`
	Class string  `json:"class"`
	Got   *string `json:"got"`
	Want  *string `json:"want"`
	Extra Extra   `json:"-"`
}

// Module is what the package's own version.py says.
type Module struct {
	Path       string  `json:"path"`
	Version    *string `json:"version"`
	GitVersion *string `json:"git_version"`
	HIP        *string `json:"hip"`
	CUDA       *string `json:"cuda"`
	Extra      Extra   `json:"-"`
}

// DeviceCode is the GPU code in the wheel, by target.
type DeviceCode struct {
	ROCm []string `json:"rocm"`
	CUDA []string `json:"cuda"`
	PTX  []string `json:"ptx"`
	// Named are targets that only file names claim.
	Named []string     `json:"named"`
	Kpack []Kpack      `json:"kpack"`
	Files []DeviceFile `json:"files"`
	Extra Extra        `json:"-"`
}

// Kpack is a library's reference to code in another wheel.
type Kpack struct {
	Path        string   `json:"path"`
	KernelName  string   `json:"kernel_name"`
	SearchPaths []string `json:"search_paths"`
	Extra       Extra    `json:"-"`
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
	Extra   Extra    `json:"-"`
}
