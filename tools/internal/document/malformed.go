package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// frame is an array or object that is open: the member it is at, or the
// element.
type frame struct {
	object bool
	named  bool // of an object: the name of a member was read, its value not
	name   string
	index  int
}

// malformed reports why a text is not one JSON value, and where. It is asked
// only of a text that is not, or is nested too deeply to be read.
func (r *reader) malformed() {
	decoder := json.NewDecoder(bytes.NewReader(r.data))
	decoder.UseNumber()
	var open []frame
	for begun := false; ; begun = true {
		token, err := decoder.Token()
		switch {
		case begun && len(open) == 0:
			r.report.fault("malformed_document", nil, "", "nothing after the document's end", "data after the document, at byte %d", decoder.InputOffset())
			return
		case err != nil:
			reason := err.Error()
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				reason = "it ends too early"
			}
			r.report.fault("malformed_document", placeOf(open), "", "one JSON value", "not JSON at byte %d: %s", decoder.InputOffset(), reason)
			return
		}
		if token == json.Delim('{') || token == json.Delim('[') {
			if len(open) == MaxDepth {
				r.tooDeep(placeOf(open))
				return
			}
			open = append(open, frame{object: token == json.Delim('{')})
			continue
		}
		if _, end := token.(json.Delim); end {
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			continue
		}
		switch last := &open[len(open)-1]; {
		case !last.object:
			last.index++
		case last.named:
			last.named = false
		default:
			last.named = true
			last.name, _ = token.(string)
		}
	}
}

func (r *reader) tooDeep(at *place) {
	r.report.fault("malformed_document", at, "", fmt.Sprintf("at most %d levels", MaxDepth), "the document is nested too deeply")
}

// placeOf is where the innermost frame is at.
func placeOf(open []frame) *place {
	at := &place{}
	for _, f := range open {
		switch {
		case !f.object:
			at = at.elem(f.index)
		case f.named:
			at = at.at(f.name)
		}
	}
	return at
}
