// Package key makes the keys under which wheels and manifests lie in a folder,
// below a URL or in a bucket, from templates such as
//
//	{relative_path}
//	{name}/{filename}
//	{run_id}-{platform}/manifests/{python_version}-{pytorch_git_ref}.json
//	{amdgpu_family}/
//
// A template is text in which names in braces stand for values. A value is
// percent-encoded (RFC 3986: all bytes but letters, digits and `-._~`), each `/`
// in it as `-`, so that it is never more than one element of a path.
// relative_path and filename stand as they are. A value that is null is `none`.
// A value that is `multiple`, as a merged document has it where its parts
// differ, makes no key: parts would be taken for one another.
//
// Keys are relative paths with `/`; see Check. A template that ends in `/` makes
// the name of a folder.
package key

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Null is how a value that is null is written.
const Null = "none"

// multiple is the document's word for values that differ.
const multiple = "multiple"

// The fields of an artifact that no label and no field of the document is.
const (
	name         = "name"
	filename     = "filename"
	relativePath = "relative_path"
)

var fieldPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Template is a key with values left open.
type Template struct {
	text  string
	parts []part
}

// part is literal text, or the name of a field.
type part struct {
	text  string
	field bool
}

// Parse reads a template. Whether its fields exist is known by Expand only.
func Parse(template string) (Template, error) {
	t := Template{text: template}
	for rest := template; rest != ""; {
		literal, after, open := strings.Cut(rest, "{")
		if strings.Contains(literal, "}") {
			return Template{}, t.errorf("a } without {")
		}
		if literal != "" {
			t.parts = append(t.parts, part{text: literal})
		}
		if !open {
			break
		}
		field, after, closed := strings.Cut(after, "}")
		if !closed {
			return Template{}, t.errorf("a { without }")
		}
		if !fieldPattern.MatchString(field) {
			return Template{}, t.errorf("got the field %s, want a name of lower-case letters, digits and _", finding.Quote(field))
		}
		t.parts = append(t.parts, part{field, true})
		rest = after
	}
	var example strings.Builder
	for _, p := range t.parts {
		if p.field {
			p.text = "x"
		}
		example.WriteString(p.text)
	}
	if fault := document.PathFault(folder(example.String())); fault != "" {
		return Template{}, t.errorf("%s", fault)
	}
	return t, nil
}

// String is the template as it was parsed.
func (t Template) String() string { return t.text }

// Fields are the names of the fields in it, each once, in order.
func (t Template) Fields() []string {
	var fields []string
	for _, p := range t.parts {
		if p.field && !slices.Contains(fields, p.text) {
			fields = append(fields, p.text)
		}
	}
	return fields
}

// Expand puts in the values, which value gives as a document has them: null as
// Null, and known false for a field that does not exist. The error names every
// field that makes no key.
func (t Template) Expand(value func(field string) (text string, known bool)) (string, error) {
	var faults []string
	values := map[string]string{}
	for _, field := range t.Fields() {
		text, known := value(field)
		if fault := valueFault(field, text, known); fault != "" {
			faults = append(faults, "field "+field+" "+fault)
		}
		values[field] = encode(field, text)
	}
	if faults != nil {
		return "", t.errorf("%s", strings.Join(faults, "; "))
	}
	var key strings.Builder
	for _, p := range t.parts {
		if p.field {
			p.text = values[p.text]
		}
		key.WriteString(p.text)
	}
	if fault := document.PathFault(folder(key.String())); fault != "" {
		return "", t.errorf("%s: %s", finding.Quote(key.String()), fault)
	}
	return key.String(), nil
}

// valueFault says what is wrong with a value, "" where it makes a key.
func valueFault(field, text string, known bool) string {
	switch {
	case !known:
		return "does not exist"
	case text == "":
		return "is empty"
	case text == multiple && field != name && !verbatim(field):
		return "is " + multiple + ", want one value"
	case text == "." || text == "..":
		return "is " + text
	}
	return ""
}

func (t Template) errorf(format string, args ...any) error {
	return fmt.Errorf("key template %s: %s", finding.Quote(t.text), fmt.Sprintf(format, args...))
}

// folder takes off the `/` at the end of a folder's name.
func folder(key string) string { return strings.TrimSuffix(key, "/") }

// verbatim says whether a field's value stands in the key as it is.
func verbatim(field string) bool { return field == filename || field == relativePath }

func encode(field, text string) string {
	if verbatim(field) {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '/':
			b.WriteByte('-')
		case '0' <= c && c <= '9', 'a' <= c|0x20 && c|0x20 <= 'z', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
