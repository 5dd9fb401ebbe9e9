package diff

// Kind says what sort of difference a change is. The words are stable: gates
// are made of them.
type Kind string

// The kinds, in the order in which they are shown: what is most alarming first.
const (
	Bytes      Kind = "bytes"
	Removed    Kind = "removed"
	Added      Kind = "added"
	Version    Kind = "version"
	Rebuilt    Kind = "rebuilt"
	Moved      Kind = "moved"
	Size       Kind = "size"
	Device     Kind = "device"
	Target     Kind = "target"
	Python     Kind = "python"
	Platform   Kind = "platform"
	ROCm       Kind = "rocm"
	CUDA       Kind = "cuda"
	Declared   Kind = "declared"
	Source     Kind = "source"
	Repository Kind = "repository"
	Dirty      Kind = "dirty"
	Metadata   Kind = "metadata"
	Module     Kind = "module"
	Record     Kind = "record"
	Contents   Kind = "contents"
	Stamp      Kind = "stamp"
	Format     Kind = "format"
)

// kinds says of each kind what it means, and how its list is headed.
var kinds = []struct {
	kind           Kind
	heading, means string
}{
	{Bytes, "ALARM: SAME NAME, OTHER BYTES", "the same file name with other bytes: the alarm"},
	{Removed, "wheels removed", "a wheel that NEW does not have"},
	{Added, "wheels added", "a wheel that OLD does not have"},
	{Version, "versions", "another version of a wheel, by PEP 440; of a source, in the older shapes"},
	{Rebuilt, "wheels rebuilt", "built again: the same bytes, or the same version under another name"},
	{Moved, "wheels moved", "the same bytes under another path"},
	{Size, "sizes", "the size of a wheel"},
	{Device, "devices served", "devices that a wheel's code came or ceased to serve"},
	{Target, "targets of GPU code", "the targets of a wheel's GPU code, as they are spelt"},
	{Python, "Python", "the Pythons of the set, or of a distribution"},
	{Platform, "platforms", "the platforms of the set, or of a distribution or wheel"},
	{ROCm, "ROCm", "rocm_sdk_version, by PEP 440"},
	{CUDA, "CUDA", "cuda_version"},
	{Declared, "declared", "any other declared value or label"},
	{Source, "sources", "a source, or therock, that moved, came or went"},
	{Repository, "repositories", "the repository of a source or of therock"},
	{Dirty, "dirty", "uncommitted changes in a checkout"},
	{Metadata, "metadata", "what METADATA and WHEEL say"},
	{Module, "version modules", "what a wheel's version.py says"},
	{Record, "RECORD", "RECORD's state and defects"},
	{Contents, "contents", "which members hold GPU code, how many members there are, who read them"},
	{Stamp, "stamp", "stamped or not"},
	{Format, "format", "schema_version, and fields of a newer version"},
}

// rank is the place of a kind in the order.
func rank(k Kind) int {
	for i := range kinds {
		if kinds[i].kind == k {
			return i
		}
	}
	return len(kinds)
}
