package metadata

import (
	"regexp"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Core is what a manifest needs of METADATA, each value as spelt.
type Core struct {
	MetadataVersion string
	Name            string
	Version         string
	// RequiresPython is nil where the header is missing or empty.
	RequiresPython *string
	// RequiresDist is in order, never nil. Both `torch (==2.9.1)` and
	// `torch==2.9.1` occur.
	RequiresDist []string
}

// single are the headers of core metadata that may be there once.
var single = []string{
	"Metadata-Version", "Name", "Version", "Summary", "Description", "Description-Content-Type", "Keywords",
	"Home-page", "Download-URL", "Author", "Author-email", "Maintainer", "Maintainer-email", "License",
	"License-Expression", "Requires-Python",
}

var knownVersion = regexp.MustCompile(`^[12]\.[0-9]+$`)

// ParseCore reads METADATA. The body, where long descriptions are, is ignored.
func ParseCore(data []byte, report Report) Core {
	h := parse(data, report)
	h.once(single...)
	c := Core{
		MetadataVersion: h.required("Metadata-Version"),
		Name:            h.required("Name"),
		Version:         h.required("Version"),
		RequiresPython:  h.optional("Requires-Python"),
		RequiresDist:    h.all("Requires-Dist"),
	}
	if c.MetadataVersion != "" && !knownVersion.MatchString(c.MetadataVersion) {
		report(finding.Errorf(UnknownVersion, "METADATA has a version that this reader does not know").
			At("Metadata-Version").GotWant(c.MetadataVersion, "1.x or 2.x"))
	}
	return c
}
