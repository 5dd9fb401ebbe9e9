package judgement

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/device"
)

// columns lists the devices: those declared, then those that any code serves
// beyond them.
func (j *matrix) columns() {
	taken := map[string]bool{}
	declare := func(targets []string) {
		for _, target := range targets {
			if !taken[target] {
				taken[target] = true
				j.out.Columns = append(j.out.Columns, Column{target, true, isPTX(target)})
			}
		}
	}
	var beyond [2]map[string]bool
	for v := range beyond {
		beyond[v] = map[string]bool{}
		labelled := map[string]bool{}
		if v := vendor(v); j.judged(v) {
			declare(j.list(v))
			for _, w := range j.wheels {
				for _, target := range j.declared(w, v) {
					labelled[target] = true
				}
			}
		}
		declare(inOrder(labelled))
	}
	for _, c := range j.out.Columns {
		if !c.PTX {
			taken[processorOf(c.Target)] = true
		}
	}
	for v := range beyond {
		code := map[string]bool{}
		for _, w := range j.wheels {
			for _, target := range w.code.proved[v] {
				code[target] = true
			}
		}
		targets := inOrder(code)
		for _, known := range device.Known() {
			if name := known.String(); known.NVIDIA() == (vendor(v) == nvidia) && !taken[name] && j.served(targets, name) {
				beyond[v][name] = true
			}
		}
		for _, target := range targets {
			name := processorOf(target)
			if _, ok := j.target(name); ok && !taken[name] && !isPortable(name) && !strings.HasSuffix(name, "-generic") {
				beyond[v][name] = true
			}
		}
		for _, name := range inOrder(beyond[v]) {
			j.out.Columns = append(j.out.Columns, Column{Target: name})
		}
	}
}
