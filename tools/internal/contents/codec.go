package contents

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
)

// MaxEncodedBytes is the largest contents.json that is read.
const MaxEncodedBytes = 256 << 20

// Encode writes contents.json: the wheels by folder and file name, two-space
// indent, a final newline. Equal contents give equal bytes.
func Encode(w io.Writer, all []Contents) error {
	all = slices.SortedStableFunc(slices.Values(all), compare)
	if len(all) == 0 {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	separator := "["
	for i := range all {
		if _, err := io.WriteString(w, separator+"\n  "); err != nil {
			return err
		}
		if err := all[i].encode(w); err != nil {
			return err
		}
		separator = ","
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

// encode writes one wheel as encoding/json would, but its defects, of which
// there can be as many as members, one by one.
func (c Contents) encode(w io.Writer) error {
	defects := c.Defects
	if len(defects) > 0 {
		c.Defects = []Defect{}
	}
	whole, err := marshal(c, "  ")
	if err != nil {
		return err
	}
	if len(defects) == 0 {
		_, err := w.Write(whole)
		return err
	}
	// No text has a line break of its own, so that this is the field.
	before, after, found := bytes.Cut(whole, []byte("\n    \"defects\": []"))
	if !found {
		return errors.New("contents: no field of defects")
	}
	separator := string(before) + "\n    \"defects\": ["
	for _, d := range defects {
		one, err := marshal(d, "      ")
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s\n      %s", separator, one); err != nil {
			return err
		}
		separator = ","
	}
	_, err = fmt.Fprintf(w, "\n    ]%s", after)
	return err
}

func marshal(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func compare(x, y Contents) int {
	return cmp.Or(strings.Compare(x.Folder, y.Folder), strings.Compare(x.Filename, y.Filename))
}

// Decode reads contents.json. It takes exactly what Encode writes and nothing
// else: no unknown or doubled name, no other spacing, nothing after it.
func Decode(r io.Reader) ([]Contents, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxEncodedBytes+1))
	if err != nil {
		return nil, fmt.Errorf("contents: %w", err)
	}
	if len(data) > MaxEncodedBytes {
		return nil, fmt.Errorf("contents: more than %d bytes", MaxEncodedBytes)
	}
	var all []Contents
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("contents: %w", err)
	}
	var again bytes.Buffer
	if err := Encode(&again, all); err != nil {
		return nil, fmt.Errorf("contents: %w", err)
	}
	if !bytes.Equal(data, again.Bytes()) {
		return nil, errors.New("contents: not in the form that wheelcontents writes")
	}
	for i := range all {
		c := &all[i]
		if i > 0 && compare(all[i-1], *c) == 0 {
			return nil, fmt.Errorf("contents: two of folder %q and file %q", c.Folder, c.Filename)
		}
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("contents: file %q: %w", c.Filename, err)
		}
	}
	return all, nil
}

// check holds contents against what their fields promise.
func (c *Contents) check() error {
	bad := func(field, got, want string) error {
		return fmt.Errorf("%s is %s, want %s", field, finding.Quote(got), want)
	}
	defective := slices.ContainsFunc(c.Defects, func(d Defect) bool { return record.IsClass(d.Class) })
	code := &c.DeviceCode
	switch {
	case c.Filename == "":
		return bad("filename", "", "a name")
	case c.Reader < 1:
		return bad("reader", fmt.Sprint(c.Reader), "a version")
	case c.Members < 0:
		return bad("members", fmt.Sprint(c.Members), "a number")
	case c.Faults == nil || c.Defects == nil || code.ROCm == nil || code.CUDA == nil || code.PTX == nil || code.Named == nil || code.Kpack == nil || code.Files == nil:
		return bad("a list", "null", "a list")
	case !slices.IsSortedFunc(c.Defects, compareDefects):
		return bad("defects", "unsorted", "them sorted")
	case c.Record == "" && !finding.HasErrors(c.Faults):
		return bad("faults", "[]", "the fault that left record empty")
	case c.Record != "" && (c.Record == Defective) != defective, c.Record != "" && c.Record != Defective && c.Record != Verified:
		return bad("record", c.Record, "verified without a defect of RECORD, else defective")
	}
	for _, f := range code.Files {
		if f.ROCm == nil || f.CUDA == nil || f.PTX == nil || f.Unknown == nil {
			return bad("device_code.files", "null", "lists")
		}
	}
	for _, k := range code.Kpack {
		if k.SearchPaths == nil {
			return bad("device_code.kpack", "null", "lists")
		}
	}
	return nil
}
