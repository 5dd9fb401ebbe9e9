package judgement

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// versions holds the declared ROCm version and suffix against every wheel.
// Both are compared as PEP 440 normalises them, in which - and _ of a local
// part are dots.
func (j *judge) versions() {
	if text := common(j.m.ROCmSDKVersion); text != nil {
		if sdk, ok := sdkVersion(*text); ok {
			for _, w := range j.wheels {
				j.rocm(w, sdk)
			}
		} else {
			j.malformed("rocm_sdk_version", *text, "a version of PEP 440, such as 7.11.0a20251124")
		}
	}
	if text := common(j.m.VersionSuffix); text != nil {
		if suffix, ok := suffixVersion(*text); ok {
			for _, w := range j.wheels {
				j.suffix(w, suffix)
			}
		} else {
			j.malformed("version_suffix", *text, "a local version of PEP 440, such as +rocm7.11.0a20251124")
		}
	}
}

// common is a declared value that holds for every wheel. In a merged document
// whose parts have different ones, it is not known which wheel has which.
func common(declared *string) *string {
	if declared != nil && *declared == document.Multiple {
		return nil
	}
	return declared
}

func (j *judge) malformed(field, got, want string) {
	j.add(DeclaredMalformed, nil, finding.Errorf("", "the declared value cannot be compared with the wheels' versions").At(field).GotWant(got, want))
}

// sdkVersion reads rocm_sdk_version. Build scripts pass it as a pin, with ==,
// and write its commit behind - where a version has +.
func sdkVersion(text string) (version.Version, bool) {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "=="))
	v, err := version.Parse(text)
	if err != nil {
		v, err = version.Parse(strings.Replace(text, "-", "+", 1))
	}
	return v, err == nil
}

// suffixVersion reads version_suffix as the version 0 with that suffix.
func suffixVersion(text string) (version.Version, bool) {
	v, err := version.Parse("0" + text)
	if err != nil {
		v, err = version.Parse("0+" + text)
	}
	return v, err == nil
}

// rocm holds the version of ROCm against what a wheel asks for and what its
// local version says.
func (j *judge) rocm(w *wheelOf, sdk version.Version) {
	told := map[string]bool{}
	for _, a := range w.requires {
		isROCm := a.Name == "rocm" || a.Name == "rocm-sdk" || strings.HasPrefix(a.Name, "rocm-sdk-")
		pin := a.Name + a.Versions.String()
		if a.err == nil && isROCm && !told[pin] && !a.Versions.Match(sdk) && !w.impossible(a.Marker) {
			told[pin] = true
			j.add(ROCmVersionDiffers, w, finding.Errorf("", "the wheel asks for another ROCm than it was declared to be built with").
				At("Requires-Dist").GotWant(a.text, "rocm_sdk_version "+sdk.String()))
		}
	}
	if said, rest, ok := rocmOf(w.local()); ok && (!said.Equal(sdk.Public()) || !continues(rest, sdk.Local())) {
		j.add(ROCmVersionDiffers, w, finding.Errorf("", "the wheel's local version names another ROCm than it was declared to be built with").
			At("version").GotWant("+"+strings.Join(w.local(), "."), "rocm_sdk_version "+sdk.String()))
	}
}

// rocmSegment begins a ROCm version in a local part.
var rocmSegment = regexp.MustCompile(`^(?:dev)?rocm([0-9].*)$`)

// rocmOf finds the ROCm version in a local part, and what follows it there:
// rocm7.2.0.gitef17b699 is 7.2.0 and then gitef17b699.
func rocmOf(local []string) (v version.Version, rest []string, ok bool) {
	for i, segment := range local {
		m := rocmSegment.FindStringSubmatch(segment)
		if m == nil {
			continue
		}
		segments := append([]string{m[1]}, local[i+1:]...)
		// A version has few segments: what follows is no part of it.
		for end := min(len(segments), 8); end > 0; end-- {
			if v, err := version.Parse(strings.Join(segments[:end], ".")); err == nil && len(v.Local()) == 0 {
				return v, segments[end:], true
			}
		}
	}
	return v, nil, false
}

// continues says whether what follows the version agrees with its local part:
// a commit may be cut in either, and either may be missing.
func continues(rest, local []string) bool {
	for i := range min(len(rest), len(local)) {
		if strings.HasPrefix(rest[i], "git") {
			return true // the wheel's own commit
		}
		if !strings.HasPrefix(rest[i], local[i]) && !strings.HasPrefix(local[i], rest[i]) {
			return false
		}
	}
	return true
}

// suffix asks whether a wheel's local part has the suffix: alone, or beside a
// commit, as in git4cff872c.rocm10.0.0.
func (j *judge) suffix(w *wheelOf, suffix version.Version) {
	want, local := suffix.Local(), w.local()
	if len(want) == 0 {
		return
	}
	f := finding.Finding{Field: "version", Got: w.Labels.Version, Want: "+" + strings.Join(want, ".")}
	switch {
	case len(local) == 0:
		f.Message = "the wheel's version does not have the declared suffix, nor any local part"
		j.add(SuffixMissing, w, f)
	case !within(want, local):
		f.Message = "the wheel's version has another local part than the declared suffix"
		j.add(SuffixDiffers, w, f)
	}
}

// within says whether the segments stand in the local part, in a row, and are
// not the beginning of a longer version there: rocm7.1 is not in rocm7.1.1.
func within(want, local []string) bool {
	for i := range local {
		rest := local[i:]
		if len(rest) < len(want) || !slices.Equal(rest[:len(want)], want) {
			continue
		}
		if len(rest) == len(want) || rest[len(want)][0] < '0' || rest[len(want)][0] > '9' {
			return true
		}
	}
	return false
}
