// Package status reads Bazel's workspace status: the facts of git and CI that
// a status command wrote.
//
// A status file has one "KEY VALUE" a line; the value may be empty. It is
// what Bazel calls stable-status.txt, or what tools/workspace_status.sh prints.
// Out of it go, in this order:
//
//	file   --Parse-------> Values    every key
//	Values --Project-----> Status    the keys in use: status.json
//	Status --Facts-------> Facts     typed and checked
//	Status --Substitute--> string    a declared value that names keys
//
// The projection is a build action of its own, so that a key that nobody uses
// changes nothing downstream. status.json is
//
//	{"faults": [finding...], "values": {KEY: VALUE}}
//
// No finding of this package repeats the value of a remote: user names and
// tokens never reach a log.
package status

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Values maps the keys of a status file to their values.
type Values map[string]string

// Status is the part of a status file that a document uses, and every fault
// of it.
type Status struct {
	// Faults also holds warnings; a reader fails only on errors.
	Faults []finding.Finding `json:"faults"`
	Values Values            `json:"values"`
}

// Read parses a status file and projects it to the keys that every manifest
// uses (Prefixes) and to those that declared values name. The file's name
// stands in the faults of its lines.
func Read(name string, data []byte, named []string) Status {
	values, faults := Parse(name, data)
	status := values.Project(Prefixes(), named)
	status.Faults = slices.Insert(status.Faults, 0, faults...)
	return status
}

// Encode writes status.json: keys sorted by bytes, two-space indent, no HTML
// escaping, a final newline. Equal statuses give equal bytes.
func (s Status) Encode() ([]byte, error) {
	if s.Faults == nil {
		s.Faults = []finding.Finding{}
	}
	if s.Values == nil {
		s.Values = Values{}
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("status.json: %w", err)
	}
	// Through a map, which encoding/json sorts: structs keep their own order.
	var sorted any
	if err := json.Unmarshal(plain, &sorted); err != nil {
		return nil, fmt.Errorf("status.json: %w", err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(sorted); err != nil {
		return nil, fmt.Errorf("status.json: %w", err)
	}
	return out.Bytes(), nil
}

// Decode reads status.json. Fields it does not know, and anything behind the
// object, are errors.
func Decode(data []byte) (Status, error) {
	var s Status
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return Status{}, fmt.Errorf("status.json: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Status{}, fmt.Errorf("status.json: data behind the object at byte %d", dec.InputOffset())
	}
	if s.Faults == nil || s.Values == nil {
		return Status{}, fmt.Errorf(`status.json: got no "faults" or no "values", want both`)
	}
	return s, nil
}

// faulty says whether a fault of this key stands already.
func (s Status) faulty(key string) bool {
	return slices.ContainsFunc(s.Faults, func(f finding.Finding) bool {
		return f.Field == key && f.Severity == finding.Error
	})
}
