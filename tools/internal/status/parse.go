package status

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// The bounds of a status file, in bytes. Bazel's own is some hundred bytes, a
// release's some ten thousand.
const (
	MaxFile = 8 << 20
	MaxLine = 64 << 10
)

// Parse reads a status file: one "KEY VALUE" a line, each ended by a line
// feed. A key alone has an empty value, as in Bazel's own reading of what a
// status command prints. What is wrong with single lines is found at
// "name:line"; the rest of the file is read all the same.
//
// Values are not looked at here: a status file also carries other people's
// keys, which a manifest must not fail on. Project checks those in use.
func Parse(name string, data []byte) (Values, []finding.Finding) {
	values := Values{}
	if len(data) > MaxFile {
		return values, []finding.Finding{finding.Errorf("status_file_too_large", "the status file is too large").At(name).
			GotWant(fmt.Sprintf("%d bytes", len(data)), fmt.Sprintf("at most %d", MaxFile))}
	}
	if len(data) == 0 {
		return values, []finding.Finding{finding.Errorf("status_file_empty", "the status file is empty").At(name)}
	}
	var faults []finding.Finding
	lineOf := map[string]int{}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		at := fmt.Sprintf("%s:%d", name, n)
		text, ended := strings.CutSuffix(string(line), "\n")
		if !ended {
			faults = append(faults, finding.Errorf("status_file_truncated", "the last line does not end: the file was cut short").
				At(at).GotWant("", "a line feed"))
		}
		if len(text) > MaxLine {
			faults = append(faults, finding.Errorf("status_line_too_long", "the line is too long").
				At(at).GotWant(fmt.Sprintf("%d bytes", len(text)), fmt.Sprintf("at most %d", MaxLine)))
			continue
		}
		key, value, _ := strings.Cut(text, " ")
		if !keyPattern.MatchString(key) {
			// What stands there instead may be anything, so it is not repeated.
			faults = append(faults, finding.Errorf("status_key_malformed", "the line does not begin with a key").
				At(at).GotWant("", "KEY VALUE, the key of letters, digits, _, . and -"))
			continue
		}
		if first, twice := lineOf[key]; twice {
			faults = append(faults, finding.Errorf("status_key_duplicate", "the key %s stands on line %d already", key, first).At(at))
			continue
		}
		lineOf[key] = n
		values[key] = value
	}
	return values, faults
}

// textFault returns what keeps a value from being one line of text, or "".
func textFault(value string) string {
	if !utf8.ValidString(value) {
		return "the value is not UTF-8"
	}
	if strings.HasSuffix(value, "\r") {
		return "the value ends in a carriage return: the status command wrote lines of Windows"
	}
	if strings.ContainsFunc(value, unicode.IsControl) {
		return "the value has a control character"
	}
	return ""
}
