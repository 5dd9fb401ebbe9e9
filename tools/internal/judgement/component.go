package judgement

import (
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// split wheels: a host wheel asks for its device and family wheels by extras,
//
//	Requires-Dist: amd-torch-device-gfx942 == 2.10.0; extra == "device-gfx942"
//
// and each of those is named for its host and its GPU.

// asksForDevice says whether a requirement is a host's for one of its wheels.
func (a *asked) asksForDevice() bool { return a.isDevice() && a.Optional() }

// isDevice says whether a device or family wheel is asked for: a device wheel
// may ask for that of its family.
func (a *asked) isDevice() bool {
	if !strings.HasPrefix(a.Name, "amd-") {
		return false
	}
	_, named := document.NamedFor(a.Name)
	return named
}

// hostOf is the project that a device wheel's name says it belongs to, or "".
func hostOf(n *document.Naming) string {
	stem, device := strings.CutSuffix(n.Stem, "-device")
	switch host, ours := strings.CutPrefix(stem, "amd-"); {
	case device && ours:
		return host
	case device && stem == "rocm-sdk":
		return "rocm-sdk-libraries"
	}
	return ""
}

// devices are the device wheels of one kind of host, and their code together.
type devices struct {
	unread        bool
	proved, solid [2]map[string]bool
	// wheels are they, in order, up to maxMembers.
	wheels []*wheelOf
	// count is how many they are.
	count int
}

func (d *devices) add(w *wheelOf) {
	if d.count++; d.count <= maxMembers {
		d.wheels = append(d.wheels, w)
	}
	c := &w.code
	d.unread = d.unread || c.unread
	for v := range c.proved {
		for _, target := range c.proved[v] {
			d.proved[v][target] = true
		}
		for _, target := range c.solid[v] {
			d.solid[v][target] = true
		}
	}
}

// attach finds the hosts of every device wheel: those of its own version, or
// where there are none, all that it can be installed beside. It returns the
// devices by kind of host, and which wheels are some host's.
func (j *judge) attach() (of map[string]*devices, attached map[*wheelOf]bool) {
	hosts := map[string]map[string]bool{} // device project -> host projects
	note := func(deviceProject, host string) {
		if hosts[deviceProject] == nil {
			hosts[deviceProject] = map[string]bool{}
		}
		hosts[deviceProject][host] = true
	}
	for name, p := range j.projects {
		if n := p.wheels[0].named; n != nil {
			if host := hostOf(n); host != "" {
				note(name, host)
			}
			continue
		}
		for _, w := range p.wheels {
			for _, a := range w.requires {
				if a.asksForDevice() {
					note(a.Name, name)
				}
			}
		}
	}
	of, attached = map[string]*devices{}, map[*wheelOf]bool{}
	for _, w := range j.wheels {
		for host := range hosts[w.project] {
			p := j.projects[host]
			if w.named == nil || p == nil {
				continue
			}
			fits := w.hostsAmong(p.of[w.normal])
			if len(fits) == 0 {
				fits = w.hostsAmong(p.kinds)
			}
			for _, h := range fits {
				d := of[h.kind]
				if d == nil {
					d = &devices{}
					for v := range d.proved {
						d.proved[v], d.solid[v] = map[string]bool{}, map[string]bool{}
					}
					of[h.kind] = d
				}
				d.add(w)
				attached[w] = true
			}
		}
	}
	return of, attached
}

// hostsAmong are the wheels of a list that are named for no GPU and can be
// installed beside w.
func (w *wheelOf) hostsAmong(list []*wheelOf) (fits []*wheelOf) {
	for _, h := range list {
		if h.named == nil && h.beside(w) {
			fits = append(fits, h)
		}
	}
	return fits
}
