// Package requirement reads what a distribution asks for: one Requires-Dist of
// its METADATA.
//
//	name [extra, ...] (==1.0, !=1.1) ; marker
//	name [extra, ...] @ URL ; marker
//
// by the PyPA specification "Dependency specifiers" (PEP 508). The parentheses
// may be missing.
package requirement

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// MaxLength is how many bytes one requirement may have.
const MaxLength = 64 << 10

// Requirement is one requirement taken apart.
type Requirement struct {
	// Name is the distribution, normalised by PEP 503.
	Name string
	// Extras are those asked for, normalised.
	Extras []string
	// Versions must all match; none where any version will do, and where URL is
	// set.
	Versions version.Specifiers
	// URL is where to take it from; empty for nearly all.
	URL string
	// Marker says when the requirement holds, as text; empty for always.
	Marker string
}

// name finds where the distribution's name ends.
var name = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`)

// Parse reads one requirement. Where only its versions are malformed, it is
// returned with the rest, so that the error can be told with the name.
func Parse(text string) (Requirement, error) {
	if len(text) > MaxLength {
		return Requirement{}, fmt.Errorf("requirement of %d bytes: want at most %d", len(text), MaxLength)
	}
	fault := func(format string, args ...any) error {
		return fmt.Errorf("requirement %s: %w", finding.Quote(text), fmt.Errorf(format, args...))
	}
	rest := strings.TrimSpace(text)
	spelt := name.FindString(rest)
	if spelt == "" {
		return Requirement{}, fault("want a distribution's name at its beginning")
	}
	r := Requirement{Name: wheel.Normalize(spelt)}
	rest = strings.TrimSpace(rest[len(spelt):])
	if inner, ok := strings.CutPrefix(rest, "["); ok {
		list, after, closed := strings.Cut(inner, "]")
		if !closed {
			return r, fault("the list of extras has no end")
		}
		for extra := range strings.SplitSeq(list, ",") {
			if extra = strings.TrimSpace(extra); extra == "" && strings.TrimSpace(list) == "" {
				continue
			}
			if !wheel.ValidProject(extra) {
				return r, fault("%s is no extra's name", finding.Quote(extra))
			}
			r.Extras = append(r.Extras, wheel.Normalize(extra))
		}
		rest = strings.TrimSpace(after)
	}
	if url, ok := strings.CutPrefix(rest, "@"); ok {
		// A URL may hold a semicolon: only one after white space begins a marker.
		r.URL, r.Marker = cutMarker(strings.TrimSpace(url))
		if r.URL == "" {
			return r, fault("want a URL behind @")
		}
		return r, nil
	}
	list, marker, hasMarker := strings.Cut(rest, ";")
	r.Marker = strings.TrimSpace(marker)
	if hasMarker && r.Marker == "" {
		return r, fault("want a marker behind the semicolon")
	}
	list = strings.TrimSpace(list)
	if inner, ok := strings.CutPrefix(list, "("); ok {
		if list, ok = strings.CutSuffix(inner, ")"); !ok {
			return r, fault("the parenthesis has no end")
		}
	}
	versions, err := version.ParseSpecifiers(list)
	if err != nil {
		return r, fault("%w", err)
	}
	r.Versions = versions
	return r, nil
}

func cutMarker(s string) (url, marker string) {
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s[i:]), ";"))
	}
	return s, ""
}

// extra finds the extras that a marker asks for.
var extra = regexp.MustCompile(`\bextra\s*==\s*(?:"([^"]*)"|'([^']*)')|(?:"([^"]*)"|'([^']*)')\s*==\s*extra\b`)

// Optional says whether the marker names an extra: the requirement holds only
// for those who ask for that.
func (r Requirement) Optional() bool { return extra.MatchString(r.Marker) }
