package therock

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Projects are the sources that checkout_from_manifest.py knows how to check
// out. It passes over all others.
var Projects = []string{"pytorch", "pytorch_audio", "pytorch_vision", "triton", "apex"}

// checkout is source as it is written: without what is not known.
type checkout struct {
	Repo    string  `json:"repo"`
	Commit  string  `json:"commit"`
	Branch  *string `json:"branch,omitempty"`
	Version *string `json:"version,omitempty"`
}

// Encode writes the sources of a valid manifest in the shape that has sources
// only: schema_version 1, the sources by name, therock last. Commits are those
// that others can find, upstream_commit where there is one. It returns nothing
// but findings where a source cannot be checked out; what the commits do not
// hold is a warning.
func Encode(m *document.Manifest) ([]byte, []finding.Finding) {
	if !m.Stamped {
		return nil, []finding.Finding{Unknown()}
	}
	var findings []finding.Finding
	members := []member{{"schema_version", flatSchema}}
	supported := false
	for _, name := range slices.Sorted(maps.Keys(m.Sources)) {
		s, at := m.Sources[name], "/sources/"+name
		switch {
		case name == "therock" || name == "schema_version":
			findings = append(findings, Reserved(name))
			continue
		case s.Remote == nil:
			findings = append(findings, finding.Errorf("source_remote_unknown", "a source without a remote cannot be checked out").
				At(at+"/remote").GotWant("null", "the address of a repository"))
		default:
			entry := checkout{Repo: *s.Remote, Commit: s.Commit, Branch: told(s.Branch)}
			if s.UpstreamCommit != nil {
				entry.Commit = *s.UpstreamCommit
			}
			if ref := told(m.PyTorchGitRef); name == "pytorch" && ref != nil {
				entry.Branch = ref // what --expected-pytorch-git-ref is held against
			}
			members = append(members, member{name, entry})
		}
		if s.Dirty {
			findings = append(findings, dirty(at))
		}
		supported = supported || slices.Contains(Projects, name)
	}
	if !supported {
		findings = append(findings, finding.Errorf("sources_unsupported", "no source is one that checkout_from_manifest.py knows").
			At("/sources").GotWant(strings.Join(slices.Sorted(maps.Keys(m.Sources)), ", "), "one of "+strings.Join(Projects, ", ")))
	}
	if t := m.TheRock; t != nil {
		if t.Repo != nil {
			entry := checkout{Repo: *t.Repo, Commit: t.Commit, Branch: told(t.Ref), Version: told(m.ROCmSDKVersion)}
			if entry.Branch != nil {
				branch := strings.TrimPrefix(*entry.Branch, "refs/heads/")
				entry.Branch = &branch
			}
			members = append(members, member{"therock", entry})
		} else {
			findings = append(findings, finding.Warningf("source_remote_unknown", "therock has no remote and is left out").At("/therock/repo"))
		}
		if t.Dirty {
			findings = append(findings, dirty("/therock"))
		}
	}
	if finding.HasErrors(findings) {
		return nil, findings
	}
	return object(members), findings
}

// Unknown is the finding about a manifest that has no sources.
func Unknown() finding.Finding {
	return finding.Errorf("sources_unknown", "the manifest is not stamped, so that its sources are not known").At("/stamped").GotWant("false", "true")
}

// Reserved is the finding about a source whose name is another thing's where
// sources are listed by name.
func Reserved(name string) finding.Finding {
	return finding.Errorf("source_name_reserved", "where sources are listed by name, that of this source is another thing's").At("/sources/" + name)
}

func dirty(at string) finding.Finding {
	return finding.Warningf("source_dirty", "the checkout had changes that are in no commit: from commits alone the build cannot be made again").
		At(at+"/dirty").GotWant("true", "false")
}

// told is a value that is one: not that of several builds.
func told(s *string) *string {
	if s == nil || *s == document.Multiple {
		return nil
	}
	return s
}

// member is one member of an object whose members have an order.
type member struct {
	name  string
	value any
}

// object writes an object with two spaces a level and a final newline.
func object(members []member) []byte {
	var b bytes.Buffer
	b.WriteString("{")
	for i, m := range members {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  ")
		b.WriteString(text(m.name) + ": " + text(m.value))
	}
	b.WriteString("\n}\n")
	return b.Bytes()
}

// text is a value as JSON, one level below the outermost.
func text(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("  ", "  ")
	if err := e.Encode(v); err != nil {
		panic("therock: strings and numbers can be written: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
