package judgement

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// hexPattern is a commit, whole or cut, as a wheel may say it.
var hexPattern = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// git holds a wheel's own word on its commit against the stamp: HEAD of its
// source, or the upstream commit under local patches.
func (j *judge) git(w *wheelOf) {
	if w.Build == nil || w.Build.Commit == nil || w.Contents == nil || w.Contents.Module == nil || w.Contents.Module.GitVersion == nil {
		return
	}
	accepted := []string{*w.Build.Commit}
	stamped := false
	for _, s := range j.m.Sources {
		if s.Commit == *w.Build.Commit {
			stamped = true
			if s.UpstreamCommit != nil && !slices.Contains(accepted, *s.UpstreamCommit) {
				accepted = append(accepted, *s.UpstreamCommit)
			}
		}
	}
	slices.Sort(accepted[1:])
	module := w.Contents.Module
	f := finding.Finding{Member: module.Path, Field: "git_version", Got: *module.GitVersion, Want: strings.Join(accepted, " or ")}
	said := strings.ToLower(*module.GitVersion)
	switch {
	case !hexPattern.MatchString(said):
		f.Message = "the wheel does not say a commit"
		j.add(GitVersionUnknown, w, f)
	case slices.ContainsFunc(accepted, func(commit string) bool { return strings.HasPrefix(commit, said) }):
	case w.Build.Status == "reused" && !stamped:
		// Of another build, whose upstream commit this document does not know.
	default:
		f.Message = "the wheel says another commit than the stamp"
		j.add(GitVersionDiffers, w, f)
	}
}

// module holds the version that the package says of itself against the file
// name's. A local part that only one of them has is a fact and no fault: it is
// taken off for some indexes.
func (j *judge) module(w *wheelOf) {
	said, ok := w.said()
	if !ok || w.version == nil {
		return
	}
	locals := len(said.Local()) > 0 && len(w.version.Local()) > 0
	if !said.Public().Equal(w.version.Public()) || locals && !said.Equal(*w.version) {
		j.add(ModuleDiffers, w, finding.Errorf("", "the package says another version than the wheel's name").
			In(w.Contents.Module.Path).At("version").GotWant(*w.Contents.Module.Version, w.version.String()))
	}
}

// said is the version that the package says of itself.
func (w *wheelOf) said() (version.Version, bool) {
	if w.Contents == nil || w.Contents.Module == nil || w.Contents.Module.Version == nil {
		return version.Version{}, false
	}
	v, err := version.Parse(*w.Contents.Module.Version)
	return v, err == nil
}

// local is the local part of a wheel's version: the file name's, or where that
// has none, the one that the package says of itself.
func (w *wheelOf) local() []string {
	if w.version != nil && len(w.version.Local()) > 0 {
		return w.version.Local()
	}
	said, _ := w.said()
	return said.Local()
}
