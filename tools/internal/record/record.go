// Package record reads RECORD, the list of a wheel's files with their digests,
// and holds the files against it.
//
// RECORD is CSV in UTF-8, one row a file (PyPA binary distribution format; PEP
// 376 and 427): path, digest, size. The digest is `{algorithm}={digest}`, the
// digest in the URL-safe alphabet of base64 without padding; the algorithm is
// sha256 or better. The wheel's folders are in no row, and RECORD itself and
// its signatures, RECORD.jws and RECORD.p7s, need none.
//
// What disagrees is a Defect, a fact about the wheel. What cannot be read in
// one way only is a finding.
package record

import (
	"cmp"
	"slices"
	"strings"
)

// Bounds of what is read.
const (
	// MaxBytes is the largest RECORD.
	MaxBytes = 64 << 20
	// MaxRows is the largest number of rows.
	MaxRows = 400_000
	// MaxDefects is how many defects are listed. A wheel with more is refused.
	MaxDefects = 200_000
	// maxDefectBytes bounds the text of all of them.
	maxDefectBytes = 32 << 20
)

// Class is the kind of a defect.
type Class = string

// The classes of defects.
const (
	HashMismatch     Class = "hash_mismatch"     // the file has another digest
	SizeMismatch     Class = "size_mismatch"     // the file has another size, or the row no number
	NoHash           Class = "no_hash"           // a row without a digest
	HexDigest        Class = "hex_digest"        // the digest is in hexadecimal
	PaddedDigest     Class = "padded_digest"     // the digest has base64's padding
	WeakAlgorithm    Class = "weak_algorithm"    // md5, sha1, sha224
	UnknownAlgorithm Class = "unknown_algorithm" // neither of those nor sha256, sha384, sha512
	Missing          Class = "missing"           // a row whose file the wheel does not have
	Unlisted         Class = "unlisted"          // a file without a row
	Duplicate        Class = "duplicate"         // a row for a file that has one
	BadPath          Class = "bad_path"          // a path that is no file's below the wheel's root
)

// Classes lists all of them, sorted.
func Classes() []Class {
	return []Class{
		BadPath, Duplicate, HashMismatch, HexDigest, Missing, NoHash, PaddedDigest, SizeMismatch, UnknownAlgorithm,
		Unlisted, WeakAlgorithm,
	}
}

// IsClass says whether a defect of this class is one of RECORD.
func IsClass(s string) bool { return slices.Contains(Classes(), s) }

// Defect is one disagreement between RECORD and the wheel.
type Defect struct {
	// Path is as RECORD or the archive spells it; RECORD's own where the row
	// has none.
	Path  string
	Class Class
	// Got and Want are what the wheel has and what RECORD says, or, of a row
	// that is written wrongly, what it has and what it should have; empty where
	// there is nothing to tell.
	Got, Want string
}

// Compare orders defects by path, class and the rest.
func Compare(x, y Defect) int {
	return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(x.Class, y.Class),
		strings.Compare(x.Got, y.Got), strings.Compare(x.Want, y.Want))
}

// IsSignature says whether path is a signature of the RECORD at record.
func IsSignature(record, path string) bool {
	rest, ok := strings.CutPrefix(path, record)
	return ok && (rest == ".jws" || rest == ".p7s")
}
