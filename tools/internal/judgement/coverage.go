package judgement

import (
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// coverage asks of every component whether it serves what was declared.
func (j *judge) coverage() {
	of, attached := j.attach()
	var there [2]bool
	ptx, unread := map[string]bool{}, false
	for _, w := range j.wheels {
		unread = unread || w.code.unread
		for _, target := range w.code.proved[nvidia] {
			ptx[target] = true
		}
		if attached[w] {
			continue
		}
		d := of[w.kind]
		host := d != nil || w.Contents != nil && len(w.Contents.DeviceCode.Kpack) > 0 || slices.ContainsFunc(w.requires, (*asked).asksForDevice)
		for v := range there {
			if v := vendor(v); j.judged(v) {
				there[v] = j.component(w, d, v, host) || there[v]
			}
		}
	}
	if unread {
		return
	}
	for v := range there {
		if v := vendor(v); !there[v] && j.judged(v) && len(j.list(v)) > 0 {
			j.add(NoDeviceCode, nil, finding.Errorf("", "targets are declared, and no wheel of the set holds code for any of them").
				At(v.field()).GotWant("no device code in any wheel", shown(j.list(v))))
		}
	}
	if there[nvidia] {
		j.portable(inOrder(ptx))
	}
}

// component judges one component, and says whether it is one for the vendor.
func (j *judge) component(w *wheelOf, d *devices, v vendor, host bool) bool {
	proved, solid := w.code.proved[v], w.code.solid[v]
	unread := w.code.unread
	if d != nil {
		unread = unread || d.unread
		proved, solid = together(proved, d.proved[v]), together(solid, d.solid[v])
	}
	if len(proved) == 0 && !(host && v == amd) {
		return false
	}
	if unread {
		return true
	}
	what := "no file of the wheel serves a declared device"
	if host {
		what = "neither the host wheel nor any device or family wheel of it serves a declared device"
	}
	var missing, images []string
	for _, on := range j.declared(w, v) {
		switch {
		case isPTX(on):
		case !j.served(proved, on):
			missing = append(missing, on)
		case len(solid) > 0 && !j.served(solid, on):
			images = append(images, on)
		}
	}
	if len(missing) > 0 {
		j.add(DeviceNotServed, w, finding.Errorf("", "%s", what).At(v.field()).GotWant(shown(proved), "code for "+shown(missing)))
	}
	if len(images) > 0 {
		j.add(DeviceImagesOnly, w, finding.Errorf("", "nothing but AOTriton's images serves a declared device").
			At(v.field()).GotWant(shown(solid)+", but for images", "code for "+shown(images)))
	}
	return true
}

func together(targets []string, more map[string]bool) []string {
	all := maps.Clone(more)
	for _, target := range targets {
		all[target] = true
	}
	return inOrder(all)
}

// portable judges declared PTX over the whole set: it is no device, and the
// libraries beside PyTorch itself are built without.
func (j *judge) portable(code []string) {
	for _, declared := range j.list(nvidia) {
		if isPTX(declared) && !j.served(code, declared) {
			j.add(DeviceNotServed, nil, finding.Errorf("", "no wheel of the set holds declared PTX, or PTX of an older target").
				At(nvidia.field()).GotWant(shown(code), declared))
		}
	}
}

func isPTX(target string) bool { return strings.HasPrefix(target, "compute_") }

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
