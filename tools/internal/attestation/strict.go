package attestation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Bounds of reading. A statement of MaxSubjects files is far below them.
const (
	// MaxBytes is the size of the largest bundle that is read.
	MaxBytes  = 16 << 20
	maxDepth  = 32
	maxValues = 1 << 17
)

// read takes JSON apart into maps, slices, strings and the like. It refuses
// what two readers could take for two things: names that stand twice in one
// object or differ only in case, data after the value, text that is no UTF-8.
func read(data []byte) (any, error) {
	switch {
	case len(data) > MaxBytes:
		return nil, fmt.Errorf("%d bytes, want at most %d", len(data), MaxBytes)
	case len(data) == 0:
		return nil, fmt.Errorf("no bytes, want JSON")
	case !utf8.Valid(data):
		return nil, fmt.Errorf("invalid UTF-8, want JSON in UTF-8")
	case !json.Valid(data):
		// Also where anything follows the value.
		var v json.RawMessage
		return nil, fmt.Errorf("not one JSON value: %w", json.Unmarshal(data, &v))
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return (&reader{Decoder: d}).value(0)
}

// reader counts the values, each of which takes much more memory than text.
type reader struct {
	*json.Decoder
	values int
}

func (d *reader) value(depth int) (any, error) {
	token, err := d.Token()
	d.values++
	switch {
	case err != nil:
		return nil, err
	case d.values > maxValues:
		return nil, fmt.Errorf("too many values, want at most %d", maxValues)
	case depth > maxDepth:
		return nil, fmt.Errorf("nested too deeply, want at most %d levels", maxDepth)
	case token == json.Delim('['):
		list := []any{}
		for d.More() {
			element, err := d.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		_, err := d.Token()
		return list, err
	case token == json.Delim('{'):
		return d.members(depth)
	}
	return token, nil
}

func (d *reader) members(depth int) (any, error) {
	object, folded := map[string]any{}, map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		key := strings.ToLower(strings.ToUpper(name))
		if folded[key] {
			return nil, fmt.Errorf("the name %s stands twice in an object, perhaps in another case", finding.Quote(name))
		}
		folded[key] = true
		if object[name], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}
