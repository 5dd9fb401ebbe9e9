package version

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Specifiers are version specifiers of PEP 440, all of which a version must
// match. None at all match every version.
type Specifiers []Specifier

// Specifier is one clause, such as ==2.9.1, ==2.9.*, ~=2.9 or <3.
type Specifier struct {
	operator string
	// text is the version as spelt: what === compares.
	text    string
	version Version
	// prefix says that the version ended in .* and only its release counts.
	prefix bool
}

// operators, a longer one before its own beginning.
var operators = []string{"===", "~=", "==", "!=", "<=", ">=", "<", ">"}

// ParseSpecifiers reads clauses separated by commas, with white space around
// any part of them. An empty clause is none: old tools end lists in a comma.
func ParseSpecifiers(s string) (Specifiers, error) {
	var all Specifiers
	var faults []error
	for clause := range strings.SplitSeq(s, ",") {
		if clause = strings.TrimSpace(clause); clause == "" {
			continue
		}
		one, err := parseSpecifier(clause)
		if err != nil {
			faults = append(faults, fmt.Errorf("specifier %s: %w", finding.Quote(clause), err))
			continue
		}
		all = append(all, one)
	}
	return all, errors.Join(faults...)
}

func parseSpecifier(clause string) (Specifier, error) {
	var s Specifier
	for _, operator := range operators {
		if rest, ok := strings.CutPrefix(clause, operator); ok {
			s.operator, s.text = operator, strings.TrimSpace(rest)
			break
		}
	}
	switch s.operator {
	case "":
		return s, errors.New("want one of " + strings.Join(operators, " ") + " before a version")
	case "===":
		if s.text == "" || strings.ContainsAny(s.text, " \t") {
			return s, errors.New("want one text without white space behind ===")
		}
		return s, nil
	}
	text := s.text
	if s.operator == "==" || s.operator == "!=" {
		text, s.prefix = strings.CutSuffix(text, ".*")
	}
	v, err := Parse(text)
	if err != nil {
		return s, err
	}
	s.version = v
	switch {
	case s.prefix && (v.pre != nil || v.post != nil || v.dev != nil || v.local != nil):
		return s, errors.New("want nothing but a release before .*")
	case v.local != nil && s.operator != "==" && s.operator != "!=":
		return s, fmt.Errorf("want a version without local part behind %s", s.operator)
	case s.operator == "~=" && len(v.release) < 2:
		return s, errors.New("want a release of two numbers or more behind ~=")
	}
	return s, nil
}

// Match says whether a version matches every clause. Pre-releases are versions
// like any other here: what is there is asked, not what an installer prefers.
func (s Specifiers) Match(v Version) bool {
	for _, one := range s {
		if !one.Match(v) {
			return false
		}
	}
	return true
}

// Match is PEP 440's "Version specifiers", clause by clause. A local part of
// the version counts only where the clause has one too: ==2.9.1 matches
// 2.9.1+rocm7.11.0, and ==2.9.1+rocm7.11.0 does not match 2.9.1.
func (s Specifier) Match(v Version) bool {
	switch s.operator {
	case "===":
		return strings.EqualFold(s.text, v.String())
	case "==":
		return s.equal(v)
	case "!=":
		return !s.equal(v)
	case "<=":
		return v.Public().Compare(s.version) <= 0
	case ">=":
		return v.Public().Compare(s.version) >= 0
	case "<":
		// <3 is not meant to match 3.0rc1.
		limit := s.version
		if !limit.preliminary() {
			limit.dev = &zero
		}
		return v.Compare(limit) < 0
	case ">":
		// >2 is not meant to match 2.post1 or 2+local.
		return v.Public().Compare(s.version) > 0 && !v.afterthought(s.version)
	case "~=":
		series := s.version.base()
		series.release = series.release[:len(series.release)-1]
		return v.Public().Compare(s.version) >= 0 && v.in(series)
	}
	return false
}

func (s Specifier) equal(v Version) bool {
	switch {
	case s.prefix:
		return v.in(s.version)
	case s.version.local == nil:
		return v.Public().Equal(s.version)
	default:
		return v.Equal(s.version)
	}
}

// in says whether a version's release begins with that of a series, missing
// numbers being zero.
func (v Version) in(series Version) bool {
	cut := v.release[:min(len(v.release), len(series.release))]
	return v.epoch == series.epoch && compareReleases(cut, series.release) == 0
}

// zero is the number of the first development release.
var zero = number("0")

// afterthought says whether v is a post-release of w, and w none itself.
func (v Version) afterthought(w Version) bool {
	v.dev, v.local = nil, nil
	plain := v
	plain.post = nil
	return v.post != nil && w.post == nil && plain.Equal(w)
}

// String is the clauses with a comma between them, normalised.
func (s Specifiers) String() string {
	var parts []string
	for _, one := range s {
		parts = append(parts, one.String())
	}
	return strings.Join(parts, ",")
}

func (s Specifier) String() string {
	switch {
	case s.operator == "===":
		return s.operator + s.text
	case s.prefix:
		return s.operator + s.version.String() + ".*"
	default:
		return s.operator + s.version.String()
	}
}
