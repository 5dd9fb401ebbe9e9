package document

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

var versionPattern = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$`)

// parseVersion takes a schema version apart.
func parseVersion(s string) (major, minor int, ok bool) {
	m := versionPattern.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	major, errMajor := strconv.Atoi(m[1])
	minor, errMinor := strconv.Atoi(m[2])
	return major, minor, errMajor == nil && errMinor == nil
}

// ours are the numbers of SchemaVersion.
var oursMajor, oursMinor, _ = parseVersion(SchemaVersion)

// Decode reads a document strictly and returns it with every fault of its
// form: text that is not one JSON value, names that stand twice or differ only
// in case, fields that are missing, unknown or of another type, nesting above
// MaxDepth, more than MaxBytes. Fields that a newer minor version added are
// kept, and reported as warnings. The document is nil where it could not be
// read to its end, has more faults than are listed or another major version.
//
// Decode does not ask whether the values are right: see Check.
func Decode(data []byte) (*Manifest, []finding.Finding) {
	r, ok := newReader(data)
	if !ok {
		return nil, r.report.all()
	}
	text := r.peek("schema_version")
	major, minor, ok := parseVersion(text)
	if ok && major != oursMajor {
		return nil, []finding.Finding{
			finding.Errorf("unknown_version", "the document has another major version").
				At("/schema_version").GotWant(text, strconv.Itoa(oursMajor)+".x"),
		}
	}
	r.lenient = ok && minor > oursMinor
	m := &Manifest{}
	if !r.read(m) {
		return nil, r.report.all()
	}
	severity := finding.Error
	if r.lenient {
		severity = finding.Warning
	}
	r.pending(severity)
	return m, r.report.all()
}

// Check reads a document strictly and returns it with every fault of its form
// and of its values. A value whose form is at fault is not judged again.
func Check(data []byte) (*Manifest, []finding.Finding) {
	m, findings := Decode(data)
	if m == nil {
		return nil, findings
	}
	faulted := make(map[string]bool, len(findings))
	for _, f := range findings {
		if f.Code != "unknown_field" {
			faulted[f.Field] = true
		}
	}
	for _, f := range m.Validate() {
		if !covered(faulted, f.Field) && !slices.ContainsFunc(dependsOn(f), func(field string) bool { return faulted[field] }) {
			findings = append(findings, f)
		}
	}
	return m, findings
}

// covered says whether the pointer or a place above it is faulted.
func covered(faulted map[string]bool, pointer string) bool {
	for {
		if faulted[pointer] {
			return true
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return false
		}
		pointer = pointer[:i]
	}
}

// dependsOn names the other fields that a fault of Validate was judged by.
func dependsOn(f finding.Finding) []string {
	switch f.Code {
	case "unstamped_fact":
		return []string{"/stamped"}
	case "required_field":
		return []string{"/stamped", "/accelerator"}
	case "label_mismatch":
		fields := []string{strings.TrimSuffix(f.Field, "labels") + "relative_path"}
		for _, label := range nameLabels {
			fields = append(fields, f.Field+"/"+label)
		}
		return fields
	case "metadata_mismatch":
		artifact, _, _ := strings.Cut(f.Field, "/metadata/")
		return []string{artifact + "/relative_path"}
	}
	return nil
}
