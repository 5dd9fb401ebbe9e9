// Package wheel reads the file names of wheels:
//
//	{distribution}-{version}(-{build tag})?-{python tag}-{abi tag}-{platform tag}.whl
//
// by the PyPA specification "Binary distribution format" (PEP 427), with
// versions by PEP 440, tags by PEP 425 and project names by PEP 503. It knows
// nothing of archives.
package wheel

import (
	"cmp"
	"math/big"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// extension is how every wheel's name ends, in these letters.
const extension = ".whl"

// Name is a wheel's file name taken apart. Each part is there as the name
// spells it; the methods give what it means.
type Name struct {
	// Distribution is the project as spelt, escaped: `-` is `_` there.
	Distribution string
	// VersionText is the version as spelt, Version what it means.
	VersionText string
	Version     version.Version
	// Build is nil where the name has no build tag.
	Build *Build
	// Python, ABI and Platform are the compatibility tags.
	Python, ABI, Platform TagSet
}

// Build is a build tag: digits, and what follows them. It breaks ties between
// wheels that are alike in all else.
type Build struct {
	// Text is the tag as spelt.
	Text string
	// Number is the value of the leading digits, of any size.
	Number *big.Int
	// Rest is what follows them, as spelt; it begins with no digit.
	Rest string
}

// String is the tag without leading zeros.
func (b Build) String() string { return b.Number.String() + b.Rest }

// Compare orders build tags as the specification does: by number, then by the
// bytes of the rest. A wheel without a build tag, nil, comes before all.
func (b *Build) Compare(c *Build) int {
	switch {
	case b == nil && c == nil:
		return 0
	case b == nil:
		return -1
	case c == nil:
		return 1
	default:
		return cmp.Or(b.Number.Cmp(c.Number), strings.Compare(b.Rest, c.Rest))
	}
}

// Normalized is the project's name by PEP 503.
func (n Name) Normalized() string { return Normalize(n.Distribution) }

// String is the name in its canonical spelling: the distribution as spelt, the
// version normalised, the build tag without leading zeros, the tags in lower
// case and in their order. It parses to a Name that means the same.
func (n Name) String() string {
	parts := []string{n.Distribution, n.Version.String()}
	if n.Build != nil {
		parts = append(parts, n.Build.String())
	}
	for _, set := range []TagSet{n.Python, n.ABI, n.Platform} {
		parts = append(parts, strings.ToLower(string(set)))
	}
	return strings.Join(parts, "-") + extension
}
