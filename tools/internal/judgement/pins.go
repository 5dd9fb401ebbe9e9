package judgement

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// answer is what the set says to one requirement.
type answer struct {
	// asked says that the set has wheels of the project; met that one matches.
	asked, met bool
	// other is a wheel that does not match.
	other *wheelOf
}

// pins asks of every requirement on a project of the set whether a wheel of
// the set satisfies it. What the set does not have comes from elsewhere.
func (j *judge) pins(w *wheelOf) {
	told := map[string]bool{}
	for _, a := range w.requires {
		if a.err != nil && !told[a.text] {
			told[a.text] = true
			j.add(RequirementBad, w, finding.Errorf("", "a requirement cannot be read: %v", a.err).At("Requires-Dist"))
		}
		if a.err != nil || len(a.Versions) == 0 || a.Name == w.project || j.projects[a.Name] == nil {
			continue
		}
		said, known := a.met[w.tags]
		if !known {
			said = j.ask(a, w)
			a.met[w.tags] = said
		}
		// One pin may stand there for several extras.
		if pin := a.Name + a.Versions.String(); said.asked && !said.met && !told[pin] && !w.impossible(a.Marker) {
			told[pin] = true
			j.add(RequirementUnmet, w, finding.Errorf("", "the wheel asks for another version than the set has").
				At("Requires-Dist").GotWant(said.other.project+" "+said.other.normal+" ("+said.other.RelativePath+")", a.text))
		}
	}
}

// ask looks for a wheel that matches among those that can be installed beside
// w. A version that is none of PEP 440 is not compared.
func (j *judge) ask(a *asked, w *wheelOf) (said answer) {
	p := j.projects[a.Name]
	// Most pins are == and met: those need no look at every version.
	if exact, ok := strings.CutPrefix(a.Versions.String(), "=="); ok {
		for _, other := range p.of[exact] {
			if other.version != nil && w.beside(other) && a.Versions.Match(*other.version) {
				return answer{asked: true, met: true}
			}
		}
	}
	for _, other := range p.kinds {
		if other.version == nil || !w.beside(other) {
			continue
		}
		said.asked = true
		if a.Versions.Match(*other.version) {
			said.met = true
			return said
		}
		if said.other == nil {
			said.other = other
		}
	}
	return said
}
