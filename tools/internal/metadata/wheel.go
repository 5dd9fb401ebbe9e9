package metadata

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Wheel is the content of a WHEEL file, each value as spelt.
type Wheel struct {
	WheelVersion  string
	RootIsPurelib bool
	// Tags are the Tag lines in their order; never nil.
	Tags []string
	// Build is nil where there is no Build line. Not every tool that puts a
	// build tag into the file name writes one.
	Build *string
}

var knownFormat = regexp.MustCompile(`^1\.[0-9]+$`)

// ParseWheel reads a WHEEL file.
func ParseWheel(data []byte, report Report) Wheel {
	h := parse(data, report)
	// Not Generator: tools that repair a wheel add their own line to it.
	h.once("Wheel-Version", "Root-Is-Purelib", "Build")
	w := Wheel{WheelVersion: h.required("Wheel-Version"), Tags: h.all("Tag"), Build: h.optional("Build")}
	if w.WheelVersion != "" && !knownFormat.MatchString(w.WheelVersion) {
		report(finding.Errorf(UnknownFormat, "the wheel has a format that this reader does not know").
			At("Wheel-Version").GotWant(w.WheelVersion, "1.x"))
	}
	switch purelib := h.required("Root-Is-Purelib"); strings.ToLower(purelib) {
	case "true":
		w.RootIsPurelib = true
	case "false", "":
	default:
		report(finding.Errorf(MalformedPurelib, "Root-Is-Purelib is neither true nor false").
			At("Root-Is-Purelib").GotWant(purelib, "true or false"))
	}
	if len(w.Tags) == 0 {
		report(finding.Errorf(Missing, "the header Tag is missing: a wheel has at least one").At("Tag"))
	}
	if len(bytes.TrimSpace(h.body)) > 0 {
		report(finding.Errorf(BodyAfterWheelEnd, "WHEEL has text after its first empty line, which ends the headers"))
	}
	return w
}
