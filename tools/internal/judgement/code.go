package judgement

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// vendor is one of the two, as the fields of a document keep them apart.
type vendor int

const (
	amd vendor = iota
	nvidia
)

// field is the declared value with the vendor's targets.
func (v vendor) field() string { return [...]string{"pytorch_rocm_arch", "cuda_arch"}[v] }

// code is the device code of one wheel.
type code struct {
	// unread says that nobody read the wheel's members.
	unread bool
	// proved are all targets, by vendor, in order; solid those of them that
	// more than AOTriton's images hold: attention kernels are not all kernels.
	proved, solid [2][]string
	files         []document.DeviceFile
}

func (c *code) any() bool { return len(c.proved[amd])+len(c.proved[nvidia]) > 0 }

// codeOf takes the targets of the wheel and of its files together: each alone
// is what a reader may have listed.
func codeOf(contents *document.Contents) code {
	if contents == nil {
		return code{unread: true}
	}
	d := &contents.DeviceCode
	c := code{files: d.Files}
	var images, others [2]map[string]bool
	for v := range images {
		images[v], others[v] = map[string]bool{}, map[string]bool{}
	}
	for i := range d.Files {
		f := &d.Files[i]
		into := &others
		if isImage(f.Path) {
			into = &images
		}
		for v := range into {
			for _, target := range targetsOf(f, vendor(v)) {
				into[v][target] = true
			}
		}
	}
	for v, whole := range [2][]string{d.ROCm, slices.Concat(d.CUDA, d.PTX)} {
		for _, target := range whole {
			if !images[v][target] {
				others[v][target] = true
			}
		}
		c.solid[v] = inOrder(others[v])
		maps.Copy(others[v], images[v])
		c.proved[v] = inOrder(others[v])
	}
	return c
}

// inOrder sorts targets by kind, then as people count: sm_90 before sm_100.
func inOrder(targets map[string]bool) []string {
	return slices.SortedFunc(maps.Keys(targets), func(a, b string) int {
		if ptxA, ptxB := isPTX(a), isPTX(b); ptxA != ptxB {
			return cmp.Compare(len(a), len(b)) // compute_ is longer than sm_
		}
		return cmp.Or(cmp.Compare(len(processorOf(a)), len(processorOf(b))), strings.Compare(a, b))
	})
}

// processorOf is a target without AMD's features and NVIDIA's suffix.
func processorOf(target string) string {
	name, _, _ := strings.Cut(target, ":")
	if strings.HasPrefix(name, "sm_") || isPTX(name) {
		return strings.TrimRight(name, "af")
	}
	return name
}

// targetsOf are a file's targets of one vendor.
func targetsOf(f *document.DeviceFile, v vendor) []string {
	if v == amd {
		return f.ROCm
	}
	return slices.Concat(f.CUDA, f.PTX)
}

// isImage says whether a file is one of AOTriton's images.
func isImage(name string) bool { return path.Ext(name) == ".aks2" }

var (
	// forOne finds files that are made for one target or family each, by
	// their name or folder.
	forOne = regexp.MustCompile(`(?i)gfx[0-9]|(^|[^a-z])(sm|compute)_?[0-9]{2}`)
	// single are extensions of files that hold code for one target each.
	single = map[string]bool{".hsaco": true, ".co": true, ".kpack": true, ".aks2": true, ".cubin": true, ".ptx": true}
)

// comparable says whether a file is one that should serve every device: a
// library, and not one of a row of files, a target each.
func comparable(name string) bool { return !single[path.Ext(name)] && !forOne.MatchString(name) }

// holder is the first file that holds one of the targets, by path.
func (c *code) holder(targets []string, v vendor) string {
	var first string
	for i := range c.files {
		f := &c.files[i]
		if (first == "" || f.Path < first) && meet(targetsOf(f, v), targets) {
			first = f.Path
		}
	}
	return first
}

// shown is a list of targets for people, as declared or by their numbers, and
// cut where it is long.
func shown(targets []string) string {
	const most = 40
	if len(targets) > most {
		return strings.Join(targets[:most], " ") + " ..."
	}
	return cmp.Or(strings.Join(targets, " "), "none")
}
