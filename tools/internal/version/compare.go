package version

import (
	"cmp"
	"slices"
)

// Compare orders versions by PEP 440: -1 where v is older than w, 0 where both
// are the same release however spelt (1.0 and 1.0.0), 1 where v is newer.
//
//	1.0.dev1 < 1.0a1.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0 < 1.0+a < 1.0+1 < 1.0.post1.dev1 < 1.0.post1
func (v Version) Compare(w Version) int {
	return cmp.Or(
		v.epoch.compare(w.epoch),
		compareReleases(v.release, w.release),
		cmp.Compare(v.phase(), w.phase()),
		comparePre(v.pre, w.pre),
		compareOptional(v.post, w.post, -1),
		compareOptional(v.dev, w.dev, 1),
		slices.CompareFunc(v.local, w.local, compareLocal),
	)
}

// Equal says whether v and w are the same release by PEP 440. Trailing zeros of
// the release do not count, the local part does.
func (v Version) Equal(w Version) bool { return v.Compare(w) == 0 }

// phase ranks what the release number is followed by. A version with nothing
// but a dev part precedes every pre-release of its release.
func (v Version) phase() int {
	switch {
	case v.pre != nil:
		return slices.Index([]string{"a", "b", "rc"}, v.pre.phase) + 1
	case v.post == nil && v.dev != nil:
		return 0
	default:
		return 4
	}
}

// compareReleases compares number by number; missing ones are zero.
func compareReleases(a, b []number) int {
	for i := range max(len(a), len(b)) {
		n, m := number("0"), number("0")
		if i < len(a) {
			n = a[i]
		}
		if i < len(b) {
			m = b[i]
		}
		if c := n.compare(m); c != 0 {
			return c
		}
	}
	return 0
}

// comparePre is called for versions of one phase: both have the part or none.
func comparePre(a, b *prerelease) int {
	if a == nil || b == nil {
		return 0
	}
	return a.number.compare(b.number)
}

// compareOptional compares parts that may be missing; a missing one counts as
// absent: -1 puts it before every present one, 1 after.
func compareOptional(a, b *number, absent int) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return absent
	case b == nil:
		return -absent
	default:
		return a.compare(*b)
	}
}

// compareLocal orders two local segments: words before numbers, words by their
// bytes, numbers by value. That a prefix comes first, and no local part before
// any, is slices.CompareFunc's own order.
func compareLocal(a, b string) int {
	switch numeric := isNumber(a); {
	case numeric != isNumber(b):
		if numeric {
			return 1
		}
		return -1
	case numeric:
		return number(a).compare(number(b))
	default:
		return cmp.Compare(a, b)
	}
}
