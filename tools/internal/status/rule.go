package status

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// rule is what a value must be, in words and as a check.
type rule struct {
	want string
	is   func(string) bool
}

var (
	commitPattern = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	drivePattern  = regexp.MustCompile(`^[A-Za-z]:`)
)

var (
	commitRule = rule{"40 or 64 lower-case hex digits", commitPattern.MatchString}
	boolRule   = rule{"true or false", func(s string) bool { return s == "true" || s == "false" }}
	timeRule   = rule{"RFC 3339 in UTC, such as 2026-01-31T12:00:00Z", isTime}
	dirRule    = rule{"a relative path with /, without . and .. in it, or . alone", isDir}
	wordRule   = rule{"text without spaces", func(s string) bool { return !strings.ContainsFunc(s, unicode.IsSpace) }}
	webRule    = rule{"an https or http address without a user name", isWeb}
)

// required reads a value that must be there; the answer is only good where it
// gave no fault.
func (r *reader) required(key, value string, rule rule) string {
	if _, there := r.status.Values[key]; !there {
		return "" // the missing key is a fault already
	}
	if value == "" || !rule.is(value) {
		got := value
		if got == "" {
			got = "an empty value"
		}
		r.malformed(key, got, rule)
	}
	return value
}

// optional reads a value that may be empty, which is unknown.
func (r *reader) optional(key, value string, rule rule) *string {
	if value == "" {
		return nil
	}
	if !rule.is(value) {
		got := value
		if strings.Contains(value, "@") && rule.want == webRule.want {
			got = "" // what stands before the @ is not for a log
		}
		r.malformed(key, got, rule)
		return nil
	}
	return &value
}

// remote reads an address. Project has cleaned it; it is cleaned again
// because status.json may be another tool's.
func (r *reader) remote(key, value string) *string {
	public, warning := publicRemote(value)
	if warning != "" {
		r.fault(finding.Warningf("status_remote_not_public", "%s", warning).At(key))
	}
	if public == "" {
		return nil
	}
	return &public
}

func (r *reader) malformed(key, got string, rule rule) {
	r.fault(finding.Errorf("status_value_malformed", "the status key has a malformed value").At(key).GotWant(got, rule.want))
}

func isTime(s string) bool {
	const layout = "2006-01-02T15:04:05Z"
	t, err := time.Parse(layout, s)
	return err == nil && t.Format(layout) == s
}

func isDir(s string) bool {
	if s == "." {
		return true
	}
	if strings.Contains(s, `\`) || drivePattern.MatchString(s) {
		return false
	}
	for element := range strings.SplitSeq(s, "/") {
		if element == "" || element == "." || element == ".." {
			return false
		}
	}
	return true
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		!strings.ContainsFunc(s, unicode.IsSpace) && !strings.Contains(s, `\`)
}
