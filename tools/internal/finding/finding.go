// Package finding holds the one shape in which every part of the project says
// that something is wrong: with a wheel, a status file, a configuration or a
// document.
//
// A finding is data, not a Go error: the action that reads a wheel writes its
// findings beside the facts and succeeds, so that the action which gathers all
// wheels can list every fault of every wheel at once.
package finding

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Severity says what a finding does to the answer of the verb that met it.
type Severity string

const (
	// Error makes the answer no.
	Error Severity = "error"
	// Warning is reported and leaves the answer as it is.
	Warning Severity = "warning"
)

// Finding is one thing that was found wrong. Its JSON form has every key;
// what does not apply is null.
type Finding struct {
	// Code is stable, snake_case, and listed in docs/findings.md.
	Code string
	// Severity is never empty.
	Severity Severity
	// Artifact is the wheel's relative path or file name; empty where the
	// finding is about no single wheel.
	Artifact string
	// Member is the archive member, as spelt in the archive.
	Member string
	// Field is what was read there: a part of a file name, a METADATA or WHEEL
	// header, a JSON pointer, a status key, an attribute of the rule.
	Field string
	// Got and Want are what was found and what the rule asks for.
	Got, Want string
	// Message is one plain sentence without the fields above.
	Message string
}

// Errorf returns an error finding with the given code and message.
func Errorf(code, format string, args ...any) Finding {
	return Finding{Code: code, Severity: Error, Message: fmt.Sprintf(format, args...)}
}

// Warningf returns a warning finding with the given code and message.
func Warningf(code, format string, args ...any) Finding {
	return Finding{Code: code, Severity: Warning, Message: fmt.Sprintf(format, args...)}
}

// On returns the finding with its artifact set.
func (f Finding) On(artifact string) Finding { f.Artifact = artifact; return f }

// In returns the finding with its archive member set.
func (f Finding) In(member string) Finding { f.Member = member; return f }

// At returns the finding with its field set.
func (f Finding) At(field string) Finding { f.Field = field; return f }

// GotWant returns the finding with what was found and what was wanted.
func (f Finding) GotWant(got, want string) Finding { f.Got, f.Want = got, want; return f }

// String is the finding as one line for people, foreign text escaped. It
// begins with the severity, so that no line of a log begins with foreign text.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(string(f.Severity))
	for _, where := range []string{f.Artifact, f.Member, f.Field} {
		if where != "" {
			b.WriteString(": " + Escape(where))
		}
	}
	b.WriteString(": " + Escape(f.Message))
	if f.Got != "" {
		b.WriteString(": got " + Quote(f.Got))
	}
	if f.Want != "" {
		if f.Got != "" {
			b.WriteString(", want " + Escape(f.Want))
		} else {
			b.WriteString(": want " + Escape(f.Want))
		}
	}
	b.WriteString(" [" + f.Code + "]")
	return b.String()
}

// wire is the JSON form; pointers make "does not apply" null.
type wire struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Artifact *string  `json:"artifact"`
	Member   *string  `json:"member"`
	Field    *string  `json:"field"`
	Got      *string  `json:"got"`
	Want     *string  `json:"want"`
	Message  string   `json:"message"`
}

// MarshalJSON leaves <, > and & as they are: whether they are escaped is the
// outer encoder's choice.
func (f Finding) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(wire{f.Code, f.Severity, ref(f.Artifact), ref(f.Member), ref(f.Field), ref(f.Got), ref(f.Want), f.Message})
	return b.Bytes(), err
}

func (f *Finding) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return fmt.Errorf("finding: %w", err)
	}
	*f = Finding{w.Code, w.Severity, deref(w.Artifact), deref(w.Member), deref(w.Field), deref(w.Got), deref(w.Want), w.Message}
	return nil
}

// HasErrors says whether any finding has the severity Error.
func HasErrors(findings []Finding) bool {
	for _, f := range findings {
		if f.Severity == Error {
			return true
		}
	}
	return false
}

func ref(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
