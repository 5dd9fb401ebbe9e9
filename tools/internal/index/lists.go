package index

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// requirementsHead begins every requirementsFile.
const requirementsHead = "# made by " + generator + "\n"

// requirementsFile is for `pip install --require-hashes`: of each project its
// newest version that is not yanked, with the digests of all its files, so that
// one file serves every platform. pip takes one version of a project.
func requirementsFile(projects []project) []byte {
	var b bytes.Buffer
	b.WriteString(requirementsHead)
	for _, p := range projects {
		newest := -1
		for i, r := range p.releases {
			if r.yank == nil {
				newest = i
			}
		}
		if newest < 0 {
			fmt.Fprintf(&b, "# %s: every version is yanked\n", p.name)
			continue
		}
		r := p.releases[newest]
		fmt.Fprintf(&b, "%s==%s", p.name, r.version)
		var digests []string
		for _, f := range r.files {
			digests = append(digests, f.SHA256)
		}
		slices.Sort(digests)
		for _, digest := range slices.Compact(digests) {
			fmt.Fprintf(&b, " \\\n    --hash=sha256:%s", digest)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// sumsFile is for `sha256sum -c`, called in the folder that is the wheels' base.
// Names with backslashes or line breaks, which coreutils escapes, were refused.
func sumsFile(files []*file) []byte {
	var b bytes.Buffer
	for _, f := range slices.SortedFunc(slices.Values(files), func(f, g *file) int { return strings.Compare(f.key, g.key) }) {
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256, f.key)
	}
	return b.Bytes()
}
