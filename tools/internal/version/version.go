// Package version reads, normalises and orders the version numbers of Python
// distributions by PEP 440, whose living text is the PyPA specification
// "Version specifiers".
//
// A version is
//
//	[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]
//
// in its normal form; the other spellings that appendix B of the PEP permits
// (1.0-alpha_2, v1.0.POST, 1.0+ubuntu-1) are read too. Its numbers may have any
// length up to MaxDigits and are kept exactly, as digits.
package version

import "strings"

// Version is one parsed version. The zero Version is none at all: it prints as
// the empty string, and Parse never returns it without an error.
type Version struct {
	epoch   number
	release []number
	// pre is nil for a release that is none of a, b and rc.
	pre *prerelease
	// post and dev are nil where the version has no such part; an implied
	// number (1.0.post) is 0.
	post, dev *number
	// local holds the segments after the plus in lower case, numeric ones
	// without leading zeros.
	local []string
}

// prerelease is a phase (a, b or rc, which is also their order) and its number.
type prerelease struct {
	phase  string
	number number
}

// String is the normal form by PEP 440: no `v`, no epoch 0, no leading zeros,
// lower case, `a`, `b` and `rc`, `.post` and `.dev` with their numbers, dots in
// the local part. Trailing zeros of the release stay: 2.0.0.
func (v Version) String() string {
	var b strings.Builder
	if v.epoch != "" && v.epoch != "0" {
		b.WriteString(string(v.epoch) + "!")
	}
	for i, n := range v.release {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(string(n))
	}
	if v.pre != nil {
		b.WriteString(v.pre.phase + string(v.pre.number))
	}
	if v.post != nil {
		b.WriteString(".post" + string(*v.post))
	}
	if v.dev != nil {
		b.WriteString(".dev" + string(*v.dev))
	}
	if len(v.local) > 0 {
		b.WriteString("+" + strings.Join(v.local, "."))
	}
	return b.String()
}
