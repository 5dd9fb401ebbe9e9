package judgement

import (
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// component is what answers for declared devices as one: a host wheel with its
// device and family wheels, or any other wheel by itself.
type component struct {
	*wheelOf
	// devices is nil where it has no device or family wheels.
	devices *devices
	host    bool
}

// components are those of the set by the wheels that they are named after, and
// in their order. A wheel without device code is among them; it has no reach.
func (j *judge) components() (list []component) {
	of, attached := j.attach()
	for _, w := range j.wheels {
		if attached[w] {
			continue
		}
		d := of[w.kind]
		host := d != nil || w.Contents != nil && len(w.Contents.DeviceCode.Kpack) > 0 || slices.ContainsFunc(w.requires, (*asked).asksForDevice)
		list = append(list, component{w, d, host})
	}
	return list
}

// reach is code for one vendor's devices.
type reach struct {
	proved, solid []string
	unread        bool
}

// reach is the code of a component, and whether it is a component for the
// vendor.
func (c *component) reach(v vendor) (r reach, is bool) {
	r = reach{c.code.proved[v], c.code.solid[v], c.code.unread}
	if d := c.devices; d != nil {
		r.unread = r.unread || d.unread
		r.proved, r.solid = together(r.proved, d.proved[v]), together(r.solid, d.solid[v])
	}
	return r, len(r.proved) > 0 || c.host && v == amd
}

// serving says how code serves a device that it must serve.
func (j *judge) serving(r reach, on string) Cell {
	switch {
	case !j.served(r.proved, on):
		return Missing
	case len(r.solid) > 0 && !j.served(r.solid, on):
		return Images
	case !slices.ContainsFunc(r.proved, func(c string) bool { return !isPortable(c) && j.serves(c, on) }):
		return Portable
	}
	return Served
}

// coverage asks of every component whether it serves what was declared.
func (j *judge) coverage() {
	var there [2]bool
	for _, c := range j.components() {
		for v := range there {
			if v := vendor(v); j.judged(v) {
				there[v] = j.component(&c, v) || there[v]
			}
		}
	}
	ptx, unread := j.portable()
	if unread {
		return
	}
	for v := range there {
		if v := vendor(v); !there[v] && j.judged(v) && len(j.list(v)) > 0 {
			j.add(NoDeviceCode, nil, finding.Errorf("", "targets are declared, and no wheel of the set holds code for any of them").
				At(v.field()).GotWant("no device code in any wheel", shown(j.list(v))))
		}
	}
	if !there[nvidia] {
		return
	}
	for _, declared := range j.list(nvidia) {
		if isPTX(declared) && !j.served(ptx, declared) {
			j.add(DeviceNotServed, nil, finding.Errorf("", "no wheel of the set holds declared PTX, or PTX of an older target").
				At(nvidia.field()).GotWant(shown(ptx), declared))
		}
	}
}

// component judges one component, and says whether it is one for the vendor.
func (j *judge) component(c *component, v vendor) bool {
	r, is := c.reach(v)
	if !is || r.unread {
		return is
	}
	what := "no file of the wheel serves a declared device"
	if c.host {
		what = "neither the host wheel nor any device or family wheel of it serves a declared device"
	}
	var missing, images []string
	for _, on := range j.declared(c.wheelOf, v) {
		if isPTX(on) {
			continue
		}
		switch j.serving(r, on) {
		case Missing:
			missing = append(missing, on)
		case Images:
			images = append(images, on)
		}
	}
	if len(missing) > 0 {
		j.add(DeviceNotServed, c.wheelOf, finding.Errorf("", "%s", what).At(v.field()).GotWant(shown(r.proved), "code for "+shown(missing)))
	}
	if len(images) > 0 {
		j.add(DeviceImagesOnly, c.wheelOf, finding.Errorf("", "nothing but AOTriton's images serves a declared device").
			At(v.field()).GotWant(shown(r.solid)+", but for images", "code for "+shown(images)))
	}
	return true
}

// portable is the code of all wheels against which declared PTX is judged: it
// is no device, and the libraries beside PyTorch itself are built without.
// unread says that somebody's is not known.
func (j *judge) portable() (code []string, unread bool) {
	all := map[string]bool{}
	for _, w := range j.wheels {
		unread = unread || w.code.unread
		for _, target := range w.code.proved[nvidia] {
			all[target] = true
		}
	}
	return inOrder(all), unread
}

func together(targets []string, more map[string]bool) []string {
	all := maps.Clone(more)
	for _, target := range targets {
		all[target] = true
	}
	return inOrder(all)
}

func isPTX(target string) bool { return strings.HasPrefix(target, "compute_") }

// isPortable says whether the driver compiles the code when it is loaded.
func isPortable(target string) bool { return isPTX(target) || target == "amdgcnspirv" }

// judged says whether a component must serve the vendor's declared targets.
func (j *judge) judged(v vendor) bool {
	switch deref(j.m.Accelerator) {
	case "rocm":
		return v == amd
	case "cuda":
		return v == nvidia
	case "":
		return j.list(v) != nil
	}
	return false
}

// list is what the document declares; nil is unknown.
func (j *judge) list(v vendor) []string {
	if v == amd {
		return j.m.PyTorchROCmArch
	}
	return j.m.CUDAArch
}

// declared is what is declared of one component by the wheel it is named
// after: less than the document's where that wheel is for one family, or
// comes from a build of its own. A wheel that says it is pure Python is
// declared for nothing; where it holds code all the same, it answers for all.
func (j *judge) declared(w *wheelOf, v vendor) []string {
	if v == amd && (len(w.Labels.ROCmArch) > 0 || w.named != nil && w.Labels.ROCmArch != nil) {
		return w.Labels.ROCmArch
	}
	return j.list(v)
}

// declaredFor asks whether all code of a wheel was declared. Code within the
// reach of a declared target counts as declared: sm_89 where sm_86 is.
func (j *judge) declaredFor(w *wheelOf) {
	for v := range w.code.proved {
		v := vendor(v)
		list := j.list(v)
		if v == amd && w.named == nil && len(w.Labels.ROCmArch) > 0 {
			list = w.Labels.ROCmArch
		}
		if list == nil && !j.none(v) {
			continue
		}
		extra := slices.DeleteFunc(slices.Clone(w.code.proved[v]), func(c string) bool {
			return slices.ContainsFunc(list, func(on string) bool { return j.serves(c, on) || j.serves(on, c) }) || w.comesAlong(c, list, v)
		})
		if len(extra) > 0 {
			j.add(CodeNotDeclared, w, finding.Errorf("", "the wheel holds code for devices that are not declared").
				In(w.code.holder(extra, v)).At(v.field()).GotWant(shown(extra), "nothing but "+shown(list)))
		}
	}
}

// comesAlong says whether code is of a family that is made as a whole, and of
// which a member is declared: that of a family wheel, or AOTriton's images.
func (w *wheelOf) comesAlong(code string, list []string, v vendor) bool {
	switch {
	case v != amd:
		return false
	case w.named != nil:
		return !w.named.Target && w.named.Holds(code) && slices.ContainsFunc(list, w.named.Holds)
	}
	return !slices.Contains(w.code.solid[v], code)
}

// none says whether the accelerator itself declares that there is no code of
// the vendor.
func (j *judge) none(v vendor) bool {
	accelerator := deref(j.m.Accelerator)
	return accelerator == "cpu" || accelerator == "rocm" && v == nvidia || accelerator == "cuda" && v == amd
}
