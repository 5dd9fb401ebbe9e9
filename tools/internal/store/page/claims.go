package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Claims are what a page says of a file beside its digest and size, and what
// installers act on before they see the file. Each list is sorted and has each
// text once.
type Claims struct {
	// Metadata says that METADATA is served beside the file, at the file's own
	// path with .metadata behind it (PEP 658, 714).
	Metadata bool
	// MetadataSHA256 are the digests that are claimed of it, as they are spelt
	// but in lower case. The mark has an old name and a new one, and which of
	// them counts is the installer's choice.
	MetadataSHA256 []string
	// RequiresPython is as it is spelt; empty where nothing is asked for.
	RequiresPython []string
}

// Join adds the claims of another link to the same file.
func (c *Claims) Join(other *Claims) {
	c.Metadata = c.Metadata || other.Metadata
	c.MetadataSHA256 = append(c.MetadataSHA256, other.MetadataSHA256...)
	c.RequiresPython = append(c.RequiresPython, other.RequiresPython...)
}

// Sorted puts the lists into order. It is for whoever joined as many claims as
// there are.
func (c *Claims) Sorted() Claims {
	return Claims{c.Metadata, sorted(c.MetadataSHA256), sorted(c.RequiresPython)}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// length is how long the claims are together, in bytes.
func (c *Claims) length() int {
	n := 0
	for _, list := range [][]string{c.MetadataSHA256, c.RequiresPython} {
		for _, text := range list {
			n += len(text)
		}
	}
	return n
}

// attributes reads those of a link. pip takes every mark of METADATA for a
// promise, whatever it says.
func (c *Claims) attributes(a map[string]string) error {
	for _, name := range []string{"data-core-metadata", "data-dist-info-metadata"} {
		mark, ok := a[name]
		if !ok {
			continue
		}
		c.Metadata = true
		if digest, ok := strings.CutPrefix(mark, "sha256="); ok {
			c.digest(digest)
		}
	}
	c.python(a["data-requires-python"])
	return c.bounded()
}

// members reads those of a file in JSON.
func (c *Claims) members(o object) error {
	// Of the three names the first is PEP 714's, the second PEP 691's, and the
	// third one that PyPI writes and uv reads.
	for _, name := range []string{"core-metadata", "dist-info-metadata", "data-dist-info-metadata"} {
		var hashes map[string]string
		switch raw := o[name]; string(raw) {
		case "", "null", "false":
		case "true":
			c.Metadata = true
		default:
			if err := json.Unmarshal(raw, &hashes); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			c.Metadata = true
			if digest, ok := hashes["sha256"]; ok {
				c.digest(digest)
			}
		}
	}
	if _, told := o["requires-python"]; told {
		var text *string
		if err := member(o, "requires-python", &text); err != nil {
			return err
		}
		if text != nil {
			c.python(*text)
		}
	}
	return c.bounded()
}

func (c *Claims) digest(text string) {
	c.MetadataSHA256 = append(c.MetadataSHA256, strings.ToLower(text))
}

func (c *Claims) python(text string) {
	if trim(text) != "" {
		c.RequiresPython = append(c.RequiresPython, text)
	}
}

var errLongClaim = errors.New("a link that claims more than 8192 bytes of its file")

// bounded keeps what a page claims of one file as short as a link.
func (c *Claims) bounded() error {
	if c.length() > maxLink {
		return errLongClaim
	}
	*c = c.Sorted()
	return nil
}
