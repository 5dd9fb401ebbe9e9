package entry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// MaxEncodedBytes is the largest entry.json that is read.
const MaxEncodedBytes = 256 << 20

var hexDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Encode writes entry.json: the entries by folder and file name, two-space
// indent, a final newline. Equal entries give equal bytes.
func Encode(w io.Writer, entries []Entry) error {
	entries = slices.SortedStableFunc(slices.Values(entries), compare)
	if entries == nil {
		entries = []Entry{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(entries)
}

func compare(x, y Entry) int { return order(x.Folder, x.Filename, y.Folder, y.Filename) }

// Decode reads entry.json. It takes exactly what Encode writes and nothing
// else: no unknown or doubled name, no other spacing, nothing after it.
func Decode(r io.Reader) ([]Entry, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxEncodedBytes+1))
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	if len(data) > MaxEncodedBytes {
		return nil, fmt.Errorf("entries: more than %d bytes", MaxEncodedBytes)
	}
	var entries []Entry
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&entries); err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	var again bytes.Buffer
	if err := Encode(&again, entries); err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	if !bytes.Equal(data, again.Bytes()) {
		return nil, errors.New("entries: not in the form that wheelentry writes")
	}
	for i, e := range entries {
		if i > 0 && compare(entries[i-1], e) == 0 {
			return nil, fmt.Errorf("entries: two of folder %q and file %q", e.Folder, e.Filename)
		}
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("entries: file %q: %w", e.Filename, err)
		}
	}
	return entries, nil
}

// check holds an entry against what its fields promise.
func (e Entry) check() error {
	bad := func(field, got, want string) error {
		return fmt.Errorf("%s is %s, want %s", field, finding.Quote(got), want)
	}
	faulty := finding.HasErrors(e.Faults)
	switch {
	case e.Filename == "":
		return bad("filename", "", "a name")
	case e.SizeBytes < 0:
		return bad("size_bytes", fmt.Sprint(e.SizeBytes), "a number of bytes")
	case !hexDigest.MatchString(e.SHA256) && (e.SHA256 != "" || !faulty):
		return bad("sha256", e.SHA256, "64 lower-case hex digits")
	case e.Faults == nil:
		return bad("faults", "null", "a list")
	case (e.Name == nil || e.Metadata == nil) && !faulty:
		return bad("faults", "[]", "the fault that left name or metadata null")
	case e.Metadata == nil:
		return nil
	case !hexDigest.MatchString(e.Metadata.SHA256):
		return bad("metadata.sha256", e.Metadata.SHA256, "64 lower-case hex digits")
	case e.Metadata.RequiresDist == nil || e.Metadata.Tags == nil:
		return bad("metadata", "null", "lists of requires_dist and tags")
	}
	return nil
}
