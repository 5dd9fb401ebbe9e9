package wheel

import (
	"regexp"
	"slices"
	"strings"
)

// minorTag is a python tag of CPython or PyPy that names one minor release of
// Python 3.
var minorTag = regexp.MustCompile(`^(cp|pp)3(0|[1-9][0-9]?)$`)

// Python is the release of Python that one member of a python tag stands for:
// cp312 is 3.12, pp310 is 3.10. Only cp3NN and pp3NN say one; py3, py312, cp3
// and every tag of Python 2 do not. PyPy's tags of before 2020 (pp360 to pp373)
// hold a release of PyPy itself and say none either.
func Python(tag string) (minor string, ok bool) {
	match := minorTag.FindStringSubmatch(strings.ToLower(tag))
	if match == nil || match[1] == "pp" && match[2] >= "60" && len(match[2]) == 2 {
		return "", false
	}
	return "3." + match[2], true
}

// Pythons are the distinct releases of Python that the name's python tags stand
// for, in the name's order: empty for a wheel for any Python 3, and for one of
// the stable ABI (PEP 384), whose python tag is the oldest release it runs on.
func (n Name) Pythons() []string {
	if n.ABI.Has("abi3") || n.ABI.Has("abi3t") {
		return nil
	}
	var all []string
	for _, member := range n.Python.Distinct() {
		if minor, ok := Python(member); ok && !slices.Contains(all, minor) {
			all = append(all, minor)
		}
	}
	return all
}
