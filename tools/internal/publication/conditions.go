package publication

import (
	"maps"
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// TheRock is the name of the checkout that drove the build among those that are
// expected to be dirty.
const TheRock = "therock"

// Conditions are what a valid document must fulfil to be published.
type Conditions struct {
	// AllowUnstamped waves a document through that says no commits and no run.
	AllowUnstamped bool
	// ExpectDirty are the names of sources that may have uncommitted changes,
	// TheRock among them. A name that the document has not is of another platform.
	ExpectDirty []string
	// Pointers says that pointers are to be moved to the document.
	Pointers bool
}

// Check lists what the document lacks.
func (c Conditions) Check(m *document.Manifest) []finding.Finding {
	var found []finding.Finding
	if !m.Stamped && !c.AllowUnstamped {
		found = append(found, finding.Errorf(Unstamped, "an unstamped manifest says neither commits nor run").
			At("/stamped").GotWant("false", "true: build with the stamp, or wave it through with --allow-unstamped"))
	}
	if t := m.TheRock; t != nil {
		found = append(found, c.checkout(TheRock, "/therock", "repo", t.Dirty, t.Repo)...)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		s := m.Sources[name]
		found = append(found, c.checkout(name, "/sources/"+name, "remote", s.Dirty, s.Remote)...)
	}
	if c.Pointers {
		if _, err := runOf(m); err != nil {
			found = append(found, finding.Errorf(RunUnknown, "a pointer is never moved back to an older run, and this manifest has no run: %v", err).
				At("/run_id").GotWant("", "a number, as GitHub Actions has it"))
		}
	}
	return found
}

func (c Conditions) checkout(name, at, address string, dirty bool, remote *string) []finding.Finding {
	var found []finding.Finding
	if dirty && !slices.Contains(c.ExpectDirty, name) {
		found = append(found, finding.Errorf(SourceDirty, "the checkout has uncommitted changes, which nobody can find again").
			At(at+"/dirty").GotWant("true", "false, or --expect-dirty="+name))
	}
	if remote == nil {
		found = append(found, finding.Errorf(RemoteNull, "nothing says where the commit can be found").
			At(at+"/"+address).GotWant("null", "the address of the checkout's origin"))
	}
	return found
}
