package version

import "slices"

// Public is the version without its local part.
func (v Version) Public() Version {
	v.local = nil
	return v
}

// Local are the segments of the local part, normalised: lower case, numbers
// without leading zeros. It is empty where the version has none.
func (v Version) Local() []string { return slices.Clone(v.local) }

// base is the epoch and the release alone.
func (v Version) base() Version { return Version{epoch: v.epoch, release: v.release} }

// preliminary says whether a version is a pre-release or a development release
// (of anything, a post-release too).
func (v Version) preliminary() bool { return v.pre != nil || v.dev != nil }
