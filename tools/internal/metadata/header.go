// Package metadata reads the two texts of a wheel that describe it: METADATA
// (PyPA "Core metadata specifications", versions 1 and 2) and WHEEL (PyPA
// "Binary distribution format", version 1). Both are headers as in e-mail:
//
//	Name: value
//	Name: a longer value
//	      on more lines
//
// up to the first empty line; what follows is a body. Lines end in LF or CRLF.
// Readers of e-mail take a malformed line for the end of the headers and go
// on; here it is a fault, since what follows is there for one reader and not
// for another.
package metadata

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// MaxBytes is the largest METADATA or WHEEL file that should be given to this
// package, in bytes.
const MaxBytes = 4 << 20

// Codes of the findings of this package. The finding's field is the header's
// name; its member is set by the caller, who knows the file.
const (
	NotUTF8           = "metadata_not_utf8"          // METADATA or WHEEL is no UTF-8
	Malformed         = "metadata_malformed_line"    // neither a header nor a continuation
	Control           = "metadata_control_character" // in a header
	Duplicate         = "metadata_duplicate_header"  // a header that may be there once
	Missing           = "metadata_missing_header"    // a required header is missing or empty
	UnknownVersion    = "metadata_unknown_version"   // Metadata-Version is not 1.x or 2.x
	UnknownFormat     = "wheel_unknown_version"      // Wheel-Version is not 1.x
	MalformedPurelib  = "wheel_malformed_purelib"    // Root-Is-Purelib is not true or false
	BodyAfterWheelEnd = "wheel_text_after_headers"   // text after the empty line in WHEEL
)

// lineEnds are what Python's str.splitlines, and with it pkg_resources, takes
// for the end of a line, beside LF and CR.
const lineEnds = "\v\f\x1c\x1d\x1e\u0085\u2028\u2029"

// hidesHeader says whether a reader who ends lines there finds a header that
// others do not. A form feed in a licence's text alone does no harm.
func hidesHeader(line string) bool {
	for at := strings.IndexAny(line, lineEnds); at >= 0; at = strings.IndexAny(line, lineEnds) {
		_, size := utf8.DecodeRuneInString(line[at:])
		line = line[at+size:]
		piece, _, _ := strings.Cut(line, ":")
		if len(piece) < len(line) && isName(piece) {
			return true
		}
	}
	return false
}

// Report takes one finding. The caller bounds how many are kept.
type Report func(finding.Finding)

// headers is the header part of a text: values by lower-case name, in order.
type headers struct {
	values map[string][]string
	body   []byte
	report Report
}

// header is one header while it is read. Its lines are joined once, at the
// end: a text of many short lines must not be copied for each.
type header struct {
	name  string
	lines []string
}

// parse takes a text apart.
func parse(data []byte, report Report) *headers {
	h := &headers{values: map[string][]string{}, report: report}
	if !utf8.Valid(data) {
		report(finding.Errorf(NotUTF8, "the text is not valid UTF-8"))
	}
	var all []*header
	var last *header
	for number := 1; len(data) > 0; number++ {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			h.body = data
			break
		}
		if bytes.ContainsAny(line, "\r\x00") {
			report(finding.Errorf(Control, "line %d has a NUL, or a carriage return that ends no line", number))
		} else if hidesHeader(string(line)) {
			report(finding.Errorf(Control, "line %d has a character that ends a line for some readers, and a header behind it", number).GotWant(string(line), ""))
		}
		if line[0] == ' ' || line[0] == '\t' {
			if last == nil {
				report(finding.Errorf(Malformed, "line %d continues a header that is not there", number))
				continue
			}
			last.add(string(line))
			continue
		}
		name, value, ok := strings.Cut(string(line), ":")
		if !ok || !isName(name) {
			report(finding.Errorf(Malformed, "line %d is no header", number).GotWant(string(line), "Name: value"))
			last = nil
			continue
		}
		last = &header{name: strings.ToLower(name)}
		last.add(value)
		all = append(all, last)
	}
	for _, one := range all {
		h.values[one.name] = append(h.values[one.name], strings.Join(one.lines, " "))
	}
	return h
}

// add takes one more line of the header's value, without the white space
// around it; one space will stand for each line's end.
func (h *header) add(line string) {
	if line = strings.Trim(line, " \t"); line != "" {
		h.lines = append(h.lines, line)
	}
}

// isName says whether a text is the name of a header (RFC 5322, 2.2).
func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// once reports each of the named headers that is there more than once.
func (h *headers) once(names ...string) {
	for _, name := range names {
		if n := len(h.values[strings.ToLower(name)]); n > 1 {
			h.report(finding.Errorf(Duplicate, "the header %s is there %d times, want once", name, n).At(name))
		}
	}
}

// required returns the first value of a header that has to be there.
func (h *headers) required(name string) string {
	value := h.optional(name)
	if value == nil {
		h.report(finding.Errorf(Missing, "the header %s is missing or empty", name).At(name))
		return ""
	}
	return *value
}

// optional returns the first value of a header, or nil.
func (h *headers) optional(name string) *string {
	values := h.all(name)
	if len(values) == 0 || values[0] == "" {
		return nil
	}
	return &values[0]
}

// all returns every value of a header; never nil.
func (h *headers) all(name string) []string {
	values := h.values[strings.ToLower(name)]
	for _, v := range values {
		if strings.ContainsFunc(v, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
			h.report(finding.Errorf(Control, "the header %s has a control character", name).At(name).GotWant(v, ""))
		}
	}
	return append([]string{}, values...)
}
