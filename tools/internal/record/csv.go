package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxField is the longest field in bytes: a zip archive has no longer name.
const maxField = 64 << 10

// columns is the number of fields of a row.
const columns = 3

// rows reads CSV as RFC 4180 has it: fields separated by commas, rows ended by
// LF or CRLF, a field quoted as a whole or not at all, `""` in it a quote. Empty
// lines do not count. encoding/csv would hold a whole row, however long.
type rows struct {
	r *bufio.Reader
	// line is that of the last byte read, from 1.
	line   int
	fields [columns][]byte
}

func newRows(r io.Reader) *rows {
	return &rows{r: bufio.NewReaderSize(r, 64<<10), line: 1}
}

// errRow is wrapped by the errors of a row that cannot be read in one way.
var errRow = errors.New("malformed row")

// next returns the number of fields of the next row, and the line where it
// begins; io.EOF after the last one.
func (c *rows) next() (n, line int, err error) {
	for {
		line = c.line
		n, err = c.row()
		if n == 1 && len(c.fields[0]) == 0 && err == nil {
			continue
		}
		return n, line, err
	}
}

// row reads one row, of at least one field.
func (c *rows) row() (int, error) {
	if _, err := c.r.Peek(1); err != nil {
		return 0, err
	}
	for n := range columns {
		c.fields[n] = c.fields[n][:0]
		more, err := c.field(&c.fields[n])
		switch {
		case err != nil:
			return 0, err
		case !utf8.Valid(c.fields[n]):
			return 0, c.malformed("the text is not UTF-8")
		case !more:
			return n + 1, nil
		}
	}
	return 0, c.malformed("a row of more than %d fields", columns)
}

// field reads one field and what ends it, and says whether another follows.
func (c *rows) field(field *[]byte) (more bool, err error) {
	b, err := c.r.ReadByte()
	if err != nil {
		return false, ending(err)
	}
	if b == '"' {
		if err := c.quoted(field); err != nil {
			return false, err
		}
		if b, err = c.r.ReadByte(); err != nil {
			return false, ending(err)
		}
		if b != ',' && b != '\r' && b != '\n' {
			return false, c.malformed("text after a closing quote")
		}
	}
	for {
		switch b {
		case ',':
			return true, nil
		case '\n':
			c.line++
			return false, nil
		case '\r':
			if b, err = c.r.ReadByte(); err == nil && b != '\n' || errors.Is(err, io.EOF) {
				return false, c.malformed("a carriage return that is not before a line feed")
			}
			if err != nil {
				return false, err
			}
			continue
		case '"':
			return false, c.malformed("a quote inside a field that does not begin with one")
		}
		if *field = append(*field, b); len(*field) > maxField {
			return false, c.malformed("a field of more than %d bytes", maxField)
		}
		if b, err = c.r.ReadByte(); err != nil {
			return false, ending(err)
		}
	}
}

// quoted reads a field's text after its opening quote, up to the closing one.
func (c *rows) quoted(field *[]byte) error {
	for {
		b, err := c.r.ReadByte()
		if errors.Is(err, io.EOF) {
			return c.malformed("a quote that nothing closes")
		}
		if err != nil {
			return err
		}
		switch b {
		case '"':
			next, err := c.r.Peek(1)
			if err != nil || next[0] != '"' {
				return ending(err)
			}
			if _, err := c.r.Discard(1); err != nil {
				return err
			}
		case '\n':
			c.line++
		}
		if *field = append(*field, b); len(*field) > maxField {
			return c.malformed("a field of more than %d bytes", maxField)
		}
	}
}

// ending turns the end of the text, which also ends a row, to no error.
func ending(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (c *rows) malformed(format string, args ...any) error {
	return fmt.Errorf("line %d: %w: %s", c.line, errRow, fmt.Sprintf(format, args...))
}
