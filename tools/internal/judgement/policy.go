package judgement

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/nearest"
)

// Policy gives codes another severity than their own. Off takes the findings
// of a code away. The zero Policy is none.
type Policy map[string]finding.Severity

// Off is the severity of findings that nobody wants to see.
const Off finding.Severity = "off"

// severities are the words of a policy.
var severities = map[string]finding.Severity{"error": finding.Error, "warn": finding.Warning, "off": Off}

// ParsePolicy reads CODE=error|warn|off, separated by commas. The error has
// every fault, a line each; an unknown code comes with the nearest known one.
func ParsePolicy(text string) (Policy, error) {
	policy := Policy{}
	var faults []error
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		code, word, ok := strings.Cut(part, "=")
		code, word = strings.TrimSpace(code), strings.TrimSpace(word)
		severity, known := severities[word]
		before, twice := policy[code]
		switch {
		case !ok || code == "":
			faults = append(faults, fmt.Errorf("policy: got %s, want CODE=error, CODE=warn or CODE=off", finding.Quote(part)))
		case !isCode(code):
			faults = append(faults, fmt.Errorf("policy: unknown code %s; the nearest is %s", finding.Quote(code), nearestCode(code)))
		case !known:
			faults = append(faults, fmt.Errorf("policy: %s: got %s, want error, warn or off", code, finding.Quote(word)))
		case twice && before != severity:
			faults = append(faults, fmt.Errorf("policy: %s stands twice, with two severities", code))
		default:
			policy[code] = severity
		}
	}
	return policy, errors.Join(faults...)
}

// of is the severity of a code under the policy.
func (p Policy) of(code string) finding.Severity {
	if severity, ok := p[code]; ok {
		return severity
	}
	return own[code]
}

// own are the severities of the codes themselves.
var own = func() map[string]finding.Severity {
	all := map[string]finding.Severity{}
	for _, code := range Codes() {
		all[code.Name] = code.Severity
	}
	return all
}()

func isCode(name string) bool { return own[name] != "" }

// nearestCode is the code that may have been meant.
func nearestCode(name string) string {
	var names []string
	for _, code := range Codes() {
		names = append(names, code.Name)
	}
	return nearest.Words(name, names)[0]
}
