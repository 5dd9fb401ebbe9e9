package index

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// Yank withdraws a version (PEP 592): installers pass over it unless it is asked
// for by exactly this version.
type Yank struct {
	// Project is the name by PEP 503.
	Project string
	// Version is met by versions that are equal by PEP 440, their local part
	// included: 2.9.1 does not yank 2.9.1+rocm7.14.0.
	Version version.Version
	// Reason is shown to whoever installs it all the same; it may be empty.
	Reason string
}

// maxReason is how long a reason may be, in bytes.
const maxReason = 1 << 10

// String is the yank without its reason.
func (y Yank) String() string { return y.Project + "==" + y.Version.String() }

// ParseYank reads NAME==VERSION[=REASON]. An empty reason is none.
func ParseYank(s string) (Yank, error) {
	name, rest, ok := strings.Cut(s, "==")
	if !ok {
		return Yank{}, fmt.Errorf("got %s, want NAME==VERSION or NAME==VERSION=REASON", finding.Quote(s))
	}
	text, reason, _ := strings.Cut(rest, "=")
	var faults []error
	if !wheel.ValidProject(name) {
		faults = append(faults, fmt.Errorf("got the project %s, want letters, digits, -, _ and ., a letter or digit first and last", finding.Quote(name)))
	}
	v, err := version.Parse(text)
	if err != nil {
		faults = append(faults, err)
	}
	if finding.Escape(reason) != reason {
		faults = append(faults, fmt.Errorf("got the reason %s, want one line without control or format characters", finding.Quote(reason)))
	}
	if len(reason) > maxReason {
		faults = append(faults, fmt.Errorf("got a reason of %d bytes, want at most %d", len(reason), maxReason))
	}
	if faults != nil {
		return Yank{}, errors.Join(faults...)
	}
	return Yank{wheel.Normalize(name), v, reason}, nil
}
