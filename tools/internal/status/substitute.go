package status

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// Keys returns the status keys that a declared value names as {STABLE_KEY},
// sorted and once each, and a fault for every brace that is anything else:
// volatile keys change with every build and have no place in a document.
// Field names the declared value in the faults.
func Keys(field, value string) ([]string, []finding.Finding) {
	var keys []string
	var faults []finding.Finding
	for _, match := range placeholder.FindAllString(value, -1) {
		key := match[1 : len(match)-1]
		if !strings.HasPrefix(key, stablePrefix) || !keyPattern.MatchString(key) {
			faults = append(faults, finding.Errorf("status_placeholder", "a declared value can only name stable status keys").
				At(field).GotWant(match, "{STABLE_KEY}"))
			continue
		}
		keys = append(keys, key)
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(value, ""), "{}") {
		faults = append(faults, finding.Errorf("status_placeholder", "a declared value has a brace without its other half").
			At(field).GotWant(value, "{STABLE_KEY}"))
	}
	slices.Sort(keys)
	return slices.Compact(keys), faults
}

// Substitute puts the status keys' values into a declared value. It returns
// faults, and no value, where the value is malformed or names a key that the
// stamp lacks; a key that is a fault of the status already is not reported
// again, so faults may be empty while ok is false.
func (s Status) Substitute(field, value string) (result string, ok bool, faults []finding.Finding) {
	keys, faults := Keys(field, value)
	ok = len(faults) == 0
	for _, key := range keys {
		if _, there := s.Values[key]; there {
			continue
		}
		ok = false
		if !s.faulty(key) {
			faults = append(faults, s.Values.missing(key, fmt.Sprintf("the declared value %s names a key that the stamp lacks", field), wantKey))
		}
	}
	if !ok {
		return "", false, faults
	}
	return placeholder.ReplaceAllStringFunc(value, func(match string) string {
		return s.Values[match[1:len(match)-1]]
	}), true, faults
}
