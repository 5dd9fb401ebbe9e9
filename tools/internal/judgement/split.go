package judgement

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// split asks whether a host wheel has all of its device and family wheels (and
// a device wheel that of its family), and whether the markers in its libraries
// lead to an archive.
func (j *judge) split(w *wheelOf) {
	told := map[string]bool{}
	for _, a := range w.requires {
		if !a.isDevice() || told[a.Name] || w.impossible(a.Marker) {
			continue
		}
		beside, any := j.there(a.Name, w)
		if beside {
			continue
		}
		told[a.Name] = true
		got := "no wheel of it in the set"
		if any {
			got = "wheels of it for other Pythons or platforms only"
		}
		j.add(DeviceWheelMissing, w, finding.Errorf("", "a device or family wheel that this one asks for is missing in the set").
			At("Requires-Dist").GotWant(got, a.text))
	}
	if w.Contents == nil {
		return
	}
	for _, k := range w.Contents.DeviceCode.Kpack {
		searches := k.SearchPaths[:min(len(k.SearchPaths), maxPlaces)]
		if !slices.ContainsFunc(searches, func(search string) bool { return j.resolves(w, k.Path, search) }) {
			j.add(KpackUnresolved, w, finding.Errorf("", "the library's kernels are in an archive, and no wheel of the set holds one where it looks").
				In(k.Path).At("kpack").GotWant("no archive for "+k.KernelName, strings.Join(searches, " or ")))
		}
	}
}

const (
	// anyArch stands in a search path for the target, which the loader fills in.
	anyArch   = "@GFXARCH@"
	extension = ".kpack"
	// maxPlaces bounds where in a name a target is looked for, and how many
	// search paths of one library are: the splitter writes one of each.
	maxPlaces = 16
)

// arch finds the target in an archive's name: torch_gfx90a:xnack+.kpack.
var arch = regexp.MustCompile(`gfx[0-9a-z]+(?:-[0-9]+)?(?:-generic)?(?:[:-](?:xnack|sramecc)[+-])*`)

// archive notes the kpack archives of a wheel, by their path and by the path
// that asks for any target.
func (j *judge) archive(w *wheelOf) {
	for i := range w.code.files {
		file := w.code.files[i].Path
		if path.Ext(file) != extension {
			continue
		}
		folder, name := path.Split(file)
		j.archives[file] = append(j.archives[file], w)
		for _, at := range arch.FindAllStringIndex(name, maxPlaces) {
			key := folder + name[:at[0]] + anyArch + name[at[1]:]
			if list := j.archives[key]; len(list) == 0 || list[len(list)-1] != w {
				j.archives[key] = append(list, w)
			}
		}
	}
}

// resolves says whether a search path, which counts from the library's folder,
// leads to an archive in a wheel that can be installed beside w. Wheels
// install into one folder.
func (j *judge) resolves(w *wheelOf, library, search string) bool {
	if strings.HasPrefix(search, "/") {
		return false
	}
	return slices.ContainsFunc(j.archives[path.Join(path.Dir(library), search)], w.beside)
}
