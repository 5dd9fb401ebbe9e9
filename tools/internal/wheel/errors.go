package wheel

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Codes of the faults that Parse finds in a file name.
const (
	// CodeNameTooLong: above MaxName bytes; nothing else is looked at.
	CodeNameTooLong = "wheel_name_too_long"
	// CodeNameCharacter: a control or format character, white space, a path
	// separator, bytes that are no UTF-8.
	CodeNameCharacter = "wheel_name_character"
	// CodeNameURLEncoded: %XX, which only the URL of a wheel may have.
	CodeNameURLEncoded = "wheel_name_url_encoded"
	// CodeNameExtension: not .whl in exactly these letters.
	CodeNameExtension = "wheel_name_extension"
	// CodeNameParts: neither five nor six parts.
	CodeNameParts = "wheel_name_parts"
	// CodeNameVariant: the last part looks like a variant label of PEP 825,
	// which is a draft.
	CodeNameVariant = "wheel_name_variant_label"
	// The rest say which part is malformed.
	CodeNameDistribution = "wheel_name_distribution"
	CodeNameVersion      = "wheel_name_version"
	CodeNameBuildTag     = "wheel_name_build_tag"
	CodeNameTag          = "wheel_name_tag"
)

// The parts of a file name, as findings name them.
const (
	partName         = "file name"
	partDistribution = "distribution"
	partVersion      = "version"
	partBuild        = "build tag"
	partPython       = "python tag"
	partABI          = "abi tag"
	partPlatform     = "platform tag"
	partVariant      = "variant label"
)

// NameError is everything that is wrong with one file name.
type NameError struct {
	// Filename is the name as it was given.
	Filename string
	// Faults has at least one element. Field is the part of the name, Artifact
	// the whole name.
	Faults []finding.Finding
}

// Error is one line with every fault, foreign text escaped.
func (e *NameError) Error() string {
	return "wheel name " + finding.Quote(e.Filename) + ": " + list(e.Faults)
}

// list is the faults on one line, without the name.
func list(faults []finding.Finding) string {
	var lines []string
	for _, f := range faults {
		line := f.Field + ": " + f.Message
		if f.Got != "" {
			line += ": got " + finding.Quote(f.Got) + ", want " + f.Want
		} else {
			line += ": want " + f.Want
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}
