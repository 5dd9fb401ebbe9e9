package judgement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/device"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// ownTarget asks whether a wheel that is named for a target or a family holds
// code for that alone.
func (j *judge) ownTarget(w *wheelOf) {
	if w.named == nil || !w.named.Known {
		return
	}
	for v := range w.code.proved {
		v := vendor(v)
		others := slices.DeleteFunc(slices.Clone(w.code.proved[v]), func(c string) bool { return v == amd && j.holds(w.named, c) })
		if len(others) > 0 {
			j.add(CodeOfAnother, w, finding.Errorf("", "the wheel holds code for another target than its name says").
				In(w.code.holder(others, v)).At("distribution").GotWant(shown(others), "code for "+w.named.GPU))
		}
	}
}

// holds says whether a target is of what a wheel is named for, or portable
// code that runs there.
func (j *judge) holds(n *document.Naming, target string) bool {
	if n.Holds(target) {
		return true
	}
	return slices.ContainsFunc(device.Known(), func(d device.Target) bool {
		return n.Holds(d.String()) && j.serves(target, d.String())
	})
}

// neighbours asks whether one library of a wheel serves fewer of the declared
// devices than most of those beside it.
func (j *judge) neighbours(w *wheelOf) {
	for v := range w.code.proved {
		v := vendor(v)
		declared := j.declared(w, v)
		if len(declared) == 0 || !j.judged(v) {
			continue
		}
		var files []*document.DeviceFile
		var serves [][]bool // file -> declared target
		counts := make([]int, len(declared))
		seen := map[string][]bool{}
		for i := range w.code.files {
			f := &w.code.files[i]
			targets := targetsOf(f, v)
			if len(targets) == 0 || !comparable(f.Path) {
				continue
			}
			key := strings.Join(targets, " ")
			answers := seen[key]
			if answers == nil {
				for _, on := range declared {
					answers = append(answers, isPTX(on) || j.served(targets, on))
				}
				seen[key] = answers
			}
			for d, yes := range answers {
				if yes {
					counts[d]++
				}
			}
			files, serves = append(files, f), append(serves, answers)
		}
		for i, f := range files {
			var missing []string
			most := 0
			for d, on := range declared {
				if !serves[i][d] && 2*counts[d] > len(files)-1 {
					missing = append(missing, on)
					most = max(most, counts[d])
				}
			}
			if len(missing) > 0 {
				j.add(FileServesFewer, w, finding.Errorf("", "the library serves fewer of the declared devices than %s beside it",
					plural(most, "library", "libraries")).In(f.Path).At(v.field()).GotWant(shown(targetsOf(f, v)), "code for "+shown(missing)))
			}
		}
	}
}

// oddities tells what the reader of the wheel noted.
func (j *judge) oddities(w *wheelOf) {
	if w.Contents == nil {
		return
	}
	var outside, unknown []*document.DeviceFile
	for i := range w.code.files {
		f := &w.code.files[i]
		if f.Outside > 0 {
			outside = append(outside, f)
		}
		if len(f.Unknown) > 0 {
			unknown = append(unknown, f)
		}
	}
	if len(outside) > 0 {
		f := slices.MinFunc(outside, byPath)
		j.add(CodeOutside, w, finding.Errorf("", "device code lies outside the sections where loaders look%s", andMore(len(outside))).
			In(f.Path).At("device_code").GotWant(fmt.Sprintf("%d of %d objects outside", f.Outside, f.Objects), ""))
	}
	if len(unknown) > 0 {
		f := slices.MinFunc(unknown, byPath)
		j.add(CodeKindUnknown, w, finding.Errorf("", "device code of a kind that the reader does not know%s", andMore(len(unknown))).
			In(f.Path).At("device_code").GotWant(shown(f.Unknown), ""))
	}
	classes := map[string][]*document.Defect{}
	for i := range w.Contents.Defects {
		d := &w.Contents.Defects[i]
		classes[d.Class] = append(classes[d.Class], d)
	}
	if w.Contents.Record == "defective" && len(classes) == 0 {
		j.add(RecordDefective, w, finding.Errorf("", "RECORD is not right about the wheel's members").At("RECORD"))
	}
	for class, defects := range classes {
		d := slices.MinFunc(defects, func(a, b *document.Defect) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(deref(a.Got), deref(b.Got)), strings.Compare(deref(a.Want), deref(b.Want)))
		})
		code, field, what := RecordDefective, "RECORD", "RECORD is not right about a member"
		if strings.HasPrefix(class, "device_") {
			code, field, what = CodeDefective, "device_code", "device code is damaged or contradicts itself"
		}
		j.add(code, w, finding.Errorf("", "%s: %s%s", what, class, andMore(len(defects))).
			In(d.Path).At(field).GotWant(deref(d.Got), deref(d.Want)))
	}
}

func byPath(a, b *document.DeviceFile) int { return strings.Compare(a.Path, b.Path) }

// andMore says how many more there are than the one that is named.
func andMore(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(", here and %d times more", n-1)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
