package contents

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/gpu"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/module"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
)

// gather puts together what the workers found, in an order of its own.
func (w *reader) gather(found *results, own []record.Defect) {
	c := w.contents
	if w.record != nil {
		defects, more := w.record.Close(append(found.defects, own...))
		if more > 0 {
			w.faults.add(whole, finding.Errorf(TooManyDefects, "RECORD has %d more defects than are listed", more))
		}
		if c.Record = Verified; len(defects) > 0 {
			c.Record = Defective
		}
		for _, d := range defects {
			c.Defects = append(c.Defects, Defect{text(d.Path), d.Class, optional(d.Got), optional(d.Want)})
		}
	}
	w.module(found)
	rocm, cuda, ptx := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, i := range slices.Sorted(maps.Keys(found.code)) {
		path, code := w.directory.Members[i].Name, found.code[i]
		w.file(path, code)
		all(rocm, code.ROCm)
		all(cuda, code.CUDA)
		all(ptx, code.PTX)
	}
	d := &c.DeviceCode
	d.ROCm, d.CUDA, d.PTX = list(rocm), list(cuda), list(ptx)
	names := map[string]bool{}
	for _, m := range w.directory.Members {
		for _, target := range named(m.Name) {
			if !rocm[target] {
				names[target] = true
			}
		}
	}
	d.Named = list(names)
	slices.SortStableFunc(d.Files, func(a, b DeviceFile) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(d.Kpack, func(a, b Kpack) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.KernelName, b.KernelName))
	})
	slices.SortStableFunc(c.Defects, compareDefects)
	c.Defects = slices.CompactFunc(c.Defects, func(x, y Defect) bool { return compareDefects(x, y) == 0 })
}

// file notes the device code of one member.
func (w *reader) file(path string, code gpu.File) {
	c := w.contents
	for _, d := range code.Defects {
		c.Defects = append(c.Defects, Defect{text(path), d.Class, optional(d.Got), optional(d.Want)})
	}
	for _, k := range code.Kpack {
		paths := []string{}
		for _, p := range k.SearchPaths {
			paths = append(paths, text(p))
		}
		c.DeviceCode.Kpack = append(c.DeviceCode.Kpack, Kpack{path, text(k.KernelName), paths})
	}
	if code.Objects == 0 && len(code.ROCm)+len(code.CUDA)+len(code.PTX)+len(code.Unknown) == 0 {
		return
	}
	unknown := map[string]bool{}
	for _, kind := range code.Unknown {
		unknown[text(kind)] = true
	}
	c.DeviceCode.Files = append(c.DeviceCode.Files, DeviceFile{
		Path: path, ROCm: distinct(code.ROCm), CUDA: distinct(code.CUDA), PTX: distinct(code.PTX),
		Objects: code.Objects, Outside: code.Outside, Unknown: list(unknown),
	})
}

// module takes the first member of those that may be the package's own word
// that says anything.
func (w *reader) module(found *results) {
	if w.name == nil {
		return
	}
	for _, path := range module.Paths(w.name.Distribution) {
		for i, said := range found.modules {
			if said != nil && w.modules[i] == path {
				w.contents.Module = &Module{
					Path: path, Version: optional(deref(said.Version)), GitVersion: optional(deref(said.GitVersion)),
					HIP: optional(deref(said.HIP)), CUDA: optional(deref(said.CUDA)),
				}
				return
			}
		}
	}
}

func all(set map[string]bool, list []string) {
	for _, s := range list {
		set[s] = true
	}
}

// list is a set as a sorted list, never nil.
func list(set map[string]bool) []string {
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(set))))
}

func distinct(s []string) []string {
	set := map[string]bool{}
	all(set, s)
	return list(set)
}
