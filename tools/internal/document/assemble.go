package document

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// Assemble puts a document together: the configuration, the status (nil where
// the build is not stamped) and, for each input of the configuration, the
// entries of its wheels and, where the configuration has contents, what their
// members hold. It returns every fault of all of them, those of the
// wheels with their relative paths; where one is an error, the document is nil.
func Assemble(config *Config, st *status.Status, entries [][]entry.Entry, held [][]contents.Contents) (*Manifest, []finding.Finding) {
	a := &assembly{config: config, status: st, manifest: &Manifest{SchemaVersion: SchemaVersion, Stamped: config.Stamped, Sources: map[string]Source{}}}
	a.stamp()
	a.declare()
	a.sourceOf()
	a.allow()
	a.gather(entries, held)
	for i := range a.wheels {
		a.manifest.Artifacts = append(a.manifest.Artifacts, a.artifact(&a.wheels[i]))
	}
	a.platform()
	a.python()
	a.expected()
	if finding.HasErrors(a.findings) {
		return nil, a.all()
	}
	a.sort()
	for _, f := range a.manifest.Validate() {
		a.add(f)
	}
	if finding.HasErrors(a.findings) {
		return nil, a.all()
	}
	return a.manifest, a.all()
}

// IsConfig says whether a fault of Assemble is one of the configuration alone:
// a required value that is missing, or a malformed one.
func IsConfig(f finding.Finding) bool {
	return strings.HasPrefix(f.Code, "config_") || f.Code == "status_placeholder"
}

// assembly is a document in the making.
type assembly struct {
	report
	config   *Config
	status   *status.Status
	facts    status.Facts
	manifest *Manifest
	// archs is what pytorch_rocm_arch gives to labels.
	archs List
	// sources maps PEP 503 names and prefixes ending in * to sources.
	sources map[string]string
	wheels  []input
}

// input is one wheel with a name that could be read.
type input struct {
	entry *entry.Entry
	name  wheel.Name
	// contents is nil where nobody read the members.
	contents *contents.Contents
	// path is its relative path.
	path string
}

// stamp takes the facts of the status.
func (a *assembly) stamp() {
	if !a.config.Stamped || a.status == nil {
		if a.config.Stamped {
			a.fault("config_status", nil, "", "the status of the workspace", "a stamped build without a status")
		}
		for _, name := range a.config.Sources {
			a.sourceName(name, "sources")
		}
		return
	}
	for _, f := range a.status.Faults {
		a.add(f)
	}
	facts, faults := a.status.Facts(a.config.Sources)
	for _, f := range faults {
		if strings.HasPrefix(f.Code, "source_name_") && f.Field == "sources" {
			f.Code = "config_" + f.Code
		}
		a.add(f)
	}
	a.facts = facts
	m := a.manifest
	for name, s := range facts.Sources {
		m.Sources[name] = Source{
			Dir: &s.Dir, Commit: s.Commit, UpstreamCommit: s.UpstreamCommit, CommitTime: &s.CommitTime,
			Describe: &s.Describe, Remote: s.Remote, Branch: s.Branch, Dirty: s.Dirty,
		}
	}
	if t := facts.TheRock; t != nil {
		m.TheRock = &Checkout{Repo: t.Repo, Commit: t.Commit, CommitTime: &t.CommitTime, Ref: t.Ref, Dirty: t.Dirty}
	}
	if ci := facts.CI; ci != nil {
		m.RunID, m.RunAttempt, m.JobID, m.RunURL = ci.RunID, ci.RunAttempt, ci.JobID, ci.RunURL
	}
}

func (a *assembly) sourceName(name, attribute string) {
	if status.CheckSourceName(name) != nil {
		a.configFault("config_source_name_malformed", attribute, name, status.WantSourceName, "a malformed name of a source")
	}
}

// configFault is a fault of an attribute or flag.
func (a *assembly) configFault(code, attribute, got, want, format string, args ...any) {
	a.add(finding.Errorf(code, format, args...).At(attribute).GotWant(got, want))
}

// declare substitutes the declared values, gives them their defaults and asks
// for those that the accelerator requires.
func (a *assembly) declare() {
	m := a.manifest
	declared := a.config.Declared // a copy
	unknown := map[string]bool{}
	values := map[string]*string{}
	for _, v := range declared.Values() {
		value, known := a.substitute(v)
		switch {
		case !known:
			unknown[v.Name] = true
			continue
		case value == "":
			value = v.Default
		}
		if value == "" {
			continue
		}
		if !isText(value) {
			a.configFault("config_value", v.Name, value, "text without control characters", "a malformed declared value")
			unknown[v.Name] = true
			continue
		}
		values[v.Name] = &value
	}
	m.Project, m.Component, m.BuildType = values["project"], values["component"], values["build_type"]
	m.ArtifactGroup, m.BuildVariant, m.Accelerator = values["artifact_group"], values["build_variant"], values["accelerator"]
	m.ROCmSDKVersion, m.CUDAVersion, m.AMDGPUFamily = values["rocm_sdk_version"], values["cuda_version"], values["amdgpu_family"]
	m.VersionSuffix, m.PyTorchGitRef = values["version_suffix"], values["pytorch_git_ref"]
	m.PyTorchROCmArch = a.archList("pytorch_rocm_arch", values["pytorch_rocm_arch"], isROCmArch, wantROCmArch)
	m.CUDAArch = a.archList("cuda_arch", values["cuda_arch"], isCUDAArch, wantCUDAArch)
	if m.Accelerator == nil {
		return
	}
	var required []string
	switch *m.Accelerator {
	case "rocm":
		required = []string{"rocm_sdk_version", "pytorch_rocm_arch"}
		a.archs = m.PyTorchROCmArch
	case "cuda":
		required = []string{"cuda_version", "cuda_arch"}
	case "cpu":
	default:
		a.configFault("config_value", "accelerator", *m.Accelerator, wantAccelerator, "an unknown accelerator")
	}
	for _, name := range required {
		if values[name] == nil && !unknown[name] {
			v := DeclaredValue{Name: name}
			a.configFault("config_required", name, "",
				"the attribute "+name+", the setting --@rules_pytorch_manifest//manifest/settings:"+name+"=... or the flag --"+v.Flag()+"=...",
				"accelerator %q requires this value, and it is not set", *m.Accelerator)
		}
	}
}

// substitute returns a declared value with its status keys replaced. The value
// is not known where it is at fault, or names keys and nothing is stamped.
func (a *assembly) substitute(v DeclaredValue) (value string, known bool) {
	if a.status != nil && a.config.Stamped {
		value, ok, faults := a.status.Substitute(v.Name, *v.Value)
		for _, f := range faults {
			a.add(f)
		}
		return value, ok
	}
	keys, faults := status.Keys(v.Name, *v.Value)
	for _, f := range faults {
		a.add(f)
	}
	return *v.Value, len(keys) == 0 && len(faults) == 0
}

// archList takes a list of targets apart; it is nil where nothing is declared.
func (a *assembly) archList(name string, value *string, is func(string) bool, want string) List {
	if value == nil {
		return nil
	}
	list := splitArchs(*value)
	for _, member := range list {
		switch {
		case member == "":
			a.configFault("config_arch", name, *value, want+" between two separators, and none at either end", "an empty member in a list of targets")
		case !is(member):
			a.configFault("config_arch", name, member, want+"; members are separated by ; , or spaces", "not a target as device code spells it")
		}
	}
	return list
}
