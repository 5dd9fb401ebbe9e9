package judgement

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

var (
	// clause is one comparison of a marker (PEP 508) with its variable on the
	// left, where every tool writes it.
	clause = regexp.MustCompile(`^\(?\s*([a-z_]+)\s*(==|!=|<=|>=|<|>|~=)\s*(?:"([^"]*)"|'([^']*)')\s*\)?$`)
	or     = regexp.MustCompile(`\bor\b`)
	and    = regexp.MustCompile(`\s+and\s+`)
)

// impossible says whether a requirement's marker can hold nowhere the wheel
// installs, as far as its tags alone tell: one of the clauses that must all
// hold asks for another system, processor or Python. Other markers are text to
// us, and may hold.
func (w *wheelOf) impossible(marker string) bool {
	if marker == "" || or.MatchString(marker) {
		return false
	}
	for _, part := range and.Split(strings.TrimSpace(marker), -1) {
		m := clause.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			continue
		}
		variable, operator, value := m[1], m[2], m[3]+m[4]
		if variable == "python_version" {
			if len(w.pythons) == 1 && !matches(operator+value, strings.TrimSuffix(w.pythons[0], "t")) {
				return true
			}
			continue
		}
		if values := w.system()[variable]; values != nil {
			is := slices.Contains(values, value)
			if operator == "==" && !is || operator == "!=" && is {
				return true
			}
		}
	}
	return false
}

func matches(specifier, text string) bool {
	s, specifierErr := version.ParseSpecifiers(specifier)
	v, versionErr := version.Parse(text)
	return specifierErr != nil || versionErr != nil || s.Match(v)
}

// system is what markers' variables are where the wheel installs: known for
// wheels of one platform.
func (w *wheelOf) system() map[string][]string {
	if len(w.platforms) != 1 {
		return nil
	}
	system, machine, _ := strings.Cut(w.platforms[0], "-")
	switch system {
	case "linux":
		return map[string][]string{"platform_system": {"Linux"}, "sys_platform": {"linux"}, "os_name": {"posix"}, "platform_machine": {machine}}
	case "windows":
		return map[string][]string{"platform_system": {"Windows"}, "sys_platform": {"win32"}, "os_name": {"nt"}, "platform_machine": {strings.ToUpper(machine), machine}}
	}
	return nil
}
