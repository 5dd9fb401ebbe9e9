package index

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// project is the files of one name of PEP 503.
type project struct {
	name string
	// releases are in the order of their versions.
	releases []release
}

// release is one version of a project.
type release struct {
	version version.Version
	// files are in the order of their names.
	files []*file
	yank  *Yank
}

// compareFiles orders files by project, version and name.
func compareFiles(f, g *file) int {
	return cmp.Or(
		cmp.Compare(f.name.Normalized(), g.name.Normalized()),
		f.name.Version.Compare(g.name.Version),
		cmp.Compare(f.filename, g.filename),
	)
}

// group makes projects of sorted files. A yank that meets no release is
// reported: a slip in its version would leave the bad one to be installed.
func group(files []*file, yanks []Yank, r *report) []project {
	var projects []project
	for _, f := range files {
		if n := len(projects); n == 0 || projects[n-1].name != f.name.Normalized() {
			projects = append(projects, project{name: f.name.Normalized()})
		}
		p := &projects[len(projects)-1]
		if n := len(p.releases); n == 0 || !p.releases[n-1].version.Equal(f.name.Version) {
			p.releases = append(p.releases, release{version: f.name.Version})
		}
		last := &p.releases[len(p.releases)-1]
		last.files = append(last.files, f)
	}
	for _, y := range yanks {
		r.harmless("", y.String(), y.Reason)
		yank(projects, y, r)
	}
	return projects
}

func yank(projects []project, y Yank, r *report) {
	var versions, names []string
	for i, p := range projects {
		names = append(names, p.name)
		if p.name != y.Project {
			continue
		}
		for j, one := range p.releases {
			versions = append(versions, one.version.String())
			if one.version.Equal(y.Version) {
				projects[i].releases[j].yank = &y
				return
			}
		}
	}
	unknown := finding.Errorf(UnknownYank, "no such version is in the index").At("yank")
	if versions == nil {
		r.add(unknown.GotWant(y.Project, "one of the projects "+shortened(names)))
		return
	}
	r.add(unknown.GotWant(y.String(), "one of the versions "+shortened(versions)))
}

// shortened is a list for a message.
func shortened(list []string) string {
	const most = 20
	if n := len(list); n > most {
		list = append(slices.Clone(list[n-most:]), "...")
	}
	return strings.Join(list, ", ")
}
