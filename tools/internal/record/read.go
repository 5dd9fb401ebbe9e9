package record

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Record is a RECORD that was read, and what was found of it so far.
type Record struct {
	path string
	// rows are those of each file, by its number; most have one.
	rows [][]row
	// Defects are those of the text alone. Sorted by Close.
	Defects []Defect
	bytes   int
	dropped int
}

// row is what one row says about a file that the wheel has.
type row struct {
	text string
	digest
	size string
}

// Malformed is the error of a text that cannot be read in one way only, or
// that is above a bound.
type Malformed struct{ err error }

func (m *Malformed) Error() string { return m.err.Error() }
func (m *Malformed) Unwrap() error { return m.err }

// Read reads the RECORD that lies at path in a wheel. find gives the number,
// below n, of the file with that path. An error is a *Malformed, or r's own.
func Read(path string, r io.Reader, n int, find func(path string) (int, bool)) (*Record, error) {
	c := newRows(r)
	record := &Record{path: path, rows: make([][]row, n)}
	for count := 0; ; count++ {
		fields, line, err := c.next()
		switch {
		case errors.Is(err, io.EOF):
			return record, nil
		case errors.Is(err, errRow):
			return nil, &Malformed{err}
		case err != nil:
			return nil, err
		case count == MaxRows:
			return nil, &Malformed{fmt.Errorf("line %d: more than %d rows", line, MaxRows)}
		}
		var text [columns]string
		for i := range fields {
			text[i] = string(c.fields[i])
		}
		record.add(line, text[0], text[1], text[2], find)
	}
}

// add notes one row.
func (r *Record) add(line int, path, hash, size string, find func(string) (int, bool)) {
	fault := pathFault(path)
	i, ok := find(path)
	if fault != "" {
		at := path
		if at == "" {
			at = r.path
		}
		r.defect(Defect{at, BadPath, fmt.Sprintf("line %d: %s", line, fault), ""})
	} else if !ok {
		r.defect(Defect{path, Missing, "", "a file of the wheel"})
	}
	if !ok {
		return
	}
	if first := r.rows[i]; len(first) > 0 {
		r.defect(Defect{path, Duplicate, fmt.Sprintf("line %d: %s,%s", line, hash, size), "one row: " + first[0].text + "," + first[0].size})
		if slices.ContainsFunc(first, func(other row) bool { return other.text == hash && other.size == size }) {
			return
		}
	}
	d := digest{}
	if hash != "" || path != r.path && !IsSignature(r.path, path) {
		d = parseDigest(hash, func(class Class, got, want string) { r.defect(Defect{path, class, got, want}) })
	}
	r.rows[i] = append(r.rows[i], row{hash, d, size})
}

// defect keeps a defect, within bounds.
func (r *Record) defect(d Defect) {
	size := len(d.Path) + len(d.Class) + len(d.Got) + len(d.Want)
	if len(r.Defects) == MaxDefects || r.bytes+size > maxDefectBytes {
		r.dropped++
		return
	}
	r.bytes += size
	r.Defects = append(r.Defects, d)
}

// Algorithms are those in which the file's digest has to be made.
func (r *Record) Algorithms(i int) []*Algorithm {
	var list []*Algorithm
	for _, row := range r.rows[i] {
		if row.algorithm != nil && !slices.Contains(list, row.algorithm) {
			list = append(list, row.algorithm)
		}
	}
	return list
}

// Check holds a file against its rows: its path, its size in bytes, and its
// digests in the order of Algorithms.
func (r *Record) Check(i int, path string, size int64, sums [][]byte) []Defect {
	var defects []Defect
	if len(r.rows[i]) == 0 && path != r.path && !IsSignature(r.path, path) {
		return []Defect{{path, Unlisted, "", "a row"}}
	}
	used := r.Algorithms(i)
	for _, row := range r.rows[i] {
		if row.size != "" && row.size != strconv.FormatInt(size, 10) {
			defects = append(defects, Defect{path, SizeMismatch, strconv.FormatInt(size, 10), row.size})
		}
		if row.algorithm == nil {
			continue
		}
		if sum := sums[slices.Index(used, row.algorithm)]; string(sum) != row.sum {
			defects = append(defects, Defect{path, HashMismatch, row.algorithm.spell(sum), row.text})
		}
	}
	return defects
}

// Close adds the defects that Check found and returns all, sorted, and how many
// more there were than are listed.
func (r *Record) Close(found []Defect) (defects []Defect, dropped int) {
	slices.SortFunc(found, Compare)
	for _, d := range found {
		r.defect(d)
	}
	slices.SortFunc(r.Defects, Compare)
	return r.Defects, r.dropped
}

// pathFault returns what is wrong with a row's path by itself, or "".
func pathFault(path string) string {
	switch {
	case path == "":
		return "the path is empty"
	case strings.IndexFunc(path, unicode.IsControl) >= 0:
		return "the path has a control character"
	case strings.Contains(path, `\`):
		return "the path has a backslash"
	case strings.HasPrefix(path, "/"):
		return "the path is absolute"
	case strings.Contains(path, ":"):
		return "the path has a colon, which Windows forbids"
	case strings.HasSuffix(path, "/"):
		return "the path is that of a folder"
	}
	for element := range strings.SplitSeq(path, "/") {
		if element == "" || element == "." || element == ".." {
			return fmt.Sprintf("the path has the element %q", element)
		}
	}
	return ""
}
