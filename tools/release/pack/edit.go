package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// edits are the files in which the archive differs from the repository.
var edits = []struct {
	path  string
	apply func(r *release, digests map[string]string, data []byte) ([]byte, error)
}{
	{"MODULE.bazel", moduleFile},
	{"manifest/private/released.bzl", releasedFile},
}

// moduleFile gives the module its version, and makes dev dependencies of what
// compiles the programs.
func moduleFile(r *release, _ map[string]string, data []byte) ([]byte, error) {
	text := string(data)
	var faults []error
	for _, line := range []struct{ old, new string }{
		{"\nmodule(\n    name = \"" + moduleName + "\",\n    version = \"0.0.0\",\n", "\nmodule(\n    name = \"" + moduleName + "\",\n    version = \"" + r.version + "\",\n"},
		{"\nIS_RELEASE = False\n", "\nIS_RELEASE = True\n"},
	} {
		if count := strings.Count(text, line.old); count != 1 {
			faults = append(faults, fmt.Errorf("got %d times, want once: %q", count, line.old))
		}
		text = strings.Replace(text, line.old, line.new, 1)
	}
	return []byte(text), errors.Join(faults...)
}

// releasedFile writes the address and the digests of the programs. The one in
// the repository says that there are none.
func releasedFile(r *release, digests map[string]string, data []byte) ([]byte, error) {
	if !strings.Contains(string(data), "\nRELEASE = None\n") {
		return nil, errors.New(`got no line "RELEASE = None", want the file of a repository, not of a release`)
	}
	var text strings.Builder
	text.WriteString("\"\"\"What was released with this copy of the module.\"\"\"\n\nRELEASE = struct(\n    sha256 = {\n")
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		fmt.Fprintf(&text, "        %q: %q,\n", name, digests[name])
	}
	fmt.Fprintf(&text, "    },\n    url = %q,\n    version = %q,\n)\n", strings.ReplaceAll(r.url, "{version}", r.version), r.version)
	return []byte(text.String()), nil
}
