package record

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
)

// Algorithm is one that a digest can be checked with.
type Algorithm struct {
	Name string
	New  func() hash.Hash
	// weak says that the format forbids it. Its digests are held against the
	// files all the same: to allow the algorithm is not to allow a wrong file.
	weak bool
	size int
}

// algorithms are those that RECORD may name; the first is what a digest is
// reported in where RECORD has none.
var algorithms = []*Algorithm{
	{"sha256", sha256.New, false, sha256.Size},
	{"sha384", sha512.New384, false, sha512.Size384},
	{"sha512", sha512.New, false, sha512.Size},
	{"md5", md5.New, true, md5.Size},
	{"sha1", sha1.New, true, sha1.Size},
	{"sha224", sha256.New224, true, sha256.Size224},
}

const wantDigest = "sha256= and 43 characters of URL-safe base64, without padding"

// digest is what a row says about a file's digest: nil algorithm for nothing
// that can be checked.
type digest struct {
	algorithm *Algorithm
	// sum is empty where the text is no digest of the algorithm.
	sum string
}

var encoding = base64.RawURLEncoding.Strict()

// parseDigest reads a row's second field and reports how it is misspelt.
func parseDigest(text string, report func(class Class, got, want string)) digest {
	if text == "" {
		report(NoHash, "", wantDigest)
		return digest{}
	}
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		// A bare digest.
		if name, value = "sha256", text; !isHex(value, sha256.Size) {
			report(UnknownAlgorithm, text, wantDigest)
			return digest{}
		}
	}
	for _, a := range algorithms {
		if a.Name != name {
			continue
		}
		if a.weak {
			report(WeakAlgorithm, name, "sha256, sha384 or sha512")
		}
		return digest{a, a.parse(value, text, report)}
	}
	report(UnknownAlgorithm, name, "sha256, sha384 or sha512")
	return digest{}
}

// parse returns the bytes of a digest, or "".
func (a *Algorithm) parse(value, text string, report func(class Class, got, want string)) string {
	if isHex(value, a.size) {
		sum, err := hex.DecodeString(value)
		if err == nil {
			report(HexDigest, text, a.spell(sum))
		}
		return string(sum)
	}
	if bare := strings.TrimRight(value, "="); bare != value {
		sum, err := encoding.DecodeString(bare)
		if err != nil || base64.URLEncoding.EncodeToString(sum) != value {
			return ""
		}
		report(PaddedDigest, text, a.spell(sum))
		value = bare
	}
	sum, err := encoding.DecodeString(value)
	// The decoder leaves out line breaks; the format does not.
	if err != nil || len(sum) != a.size || len(value) != encoding.EncodedLen(a.size) {
		return ""
	}
	return string(sum)
}

// spell is a digest as RECORD should have it.
func (a *Algorithm) spell(sum []byte) string {
	return a.Name + "=" + base64.RawURLEncoding.EncodeToString(sum)
}

func isHex(s string, size int) bool {
	return len(s) == 2*size && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
