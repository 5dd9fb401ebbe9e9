package wheel

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Line is one line of `wheelmanifest parse-name`: what became of one name.
type Line struct {
	Filename string
	// Name is what was read, the zero Name where Err is not nil.
	Name Name
	// Err is a *NameError, or nil.
	Err error
}

// Describe parses one name.
func Describe(filename string) Line {
	n, err := Parse(filename)
	return Line{filename, n, err}
}

// accepted and refused are the two shapes of a line, keys in this order.
type (
	accepted struct {
		Filename     string   `json:"filename"`
		OK           bool     `json:"ok"`
		Name         string   `json:"name"`
		Distribution string   `json:"distribution"`
		Version      string   `json:"version"`
		Build        []any    `json:"build"`
		Python       []string `json:"python"`
		ABI          []string `json:"abi"`
		Platform     []string `json:"platform"`
	}
	refused struct {
		Filename string `json:"filename"`
		OK       bool   `json:"ok"`
		Error    string `json:"error"`
	}
)

// JSON is the line as one JSON object without a line break, HTML characters as
// they are. The build tag is [number, rest] with the number as an integer of
// any size, or null. Tags are in lower case, in the name's order, repeated
// where the name repeats them. Bytes of the name that are no UTF-8 are U+FFFD.
func (l Line) JSON() ([]byte, error) {
	var shape any
	if n := l.Name; l.Err != nil {
		shape = refused{l.Filename, false, l.Err.Error()}
	} else {
		line := accepted{
			l.Filename, true, n.Normalized(), n.Distribution, n.Version.String(), nil,
			n.Python.Members(), n.ABI.Members(), n.Platform.Members(),
		}
		if n.Build != nil {
			line.Build = []any{json.RawMessage(n.Build.Number.String()), n.Build.Rest}
		}
		shape = line
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(shape); err != nil {
		return nil, fmt.Errorf("wheel name as JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
