package document

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
)

// deviceClass are the classes of what is wrong with device code.
var deviceClass = regexp.MustCompile(`^device_[a-z]+(_[a-z]+)*$`)

func (c *checker) contents(x *Contents, at *place) {
	c.count(x.Reader, 1, at.at("reader"))
	c.count(x.Members, 0, at.at("members"))
	c.record(x, at)
	if m := x.Module; m != nil {
		here := at.at("module")
		c.path(m.Path, here.at("path"))
		c.text(m.Version, here.at("version"))
		c.text(m.GitVersion, here.at("git_version"))
		c.text(m.HIP, here.at("hip"))
		c.text(m.CUDA, here.at("cuda"))
	}
	d, code := &x.DeviceCode, at.at("device_code")
	c.targets(d.ROCm, d.CUDA, d.PTX, code)
	c.archs(d.Named, code.at("named"), func(s string) bool { return isROCmArch(s) || isCUDAArch(s) }, wantROCmArch)
	c.inOrder(d.Named, code.at("named"))
	for i := range d.Kpack {
		k, here := &d.Kpack[i], code.at("kpack").elem(i)
		c.path(k.Path, here.at("path"))
		c.text(&k.KernelName, here.at("kernel_name"))
		c.texts(k.SearchPaths, here.at("search_paths"))
		if i > 0 && d.Kpack[i-1].Path > k.Path {
			c.unsorted(here.at("path"), k.Path)
		}
	}
	for i := range d.Files {
		c.deviceFile(&d.Files[i], code.at("files").elem(i))
		if i > 0 && d.Files[i-1].Path >= d.Files[i].Path {
			c.unsorted(code.at("files").elem(i).at("path"), d.Files[i].Path)
		}
	}
}

// record checks what is said about RECORD.
func (c *checker) record(x *Contents, at *place) {
	defective := false
	for i := range x.Defects {
		d, here := &x.Defects[i], at.at("defects").elem(i)
		c.text(&d.Path, here.at("path"))
		c.text(d.Got, here.at("got"))
		c.text(d.Want, here.at("want"))
		if of := record.IsClass(d.Class); of {
			defective = true
		} else if !deviceClass.MatchString(d.Class) {
			c.fault("invalid_value", here.at("class"), d.Class, strings.Join(record.Classes(), ", ")+" or device_...", "an unknown class of defects")
		}
		if i > 0 && compareDefects(x.Defects[i-1], *d) > 0 {
			c.unsorted(here, d.Path+" "+d.Class)
		}
	}
	switch x.Record {
	case contents.Verified, contents.Defective:
		if want := map[bool]string{true: contents.Defective, false: contents.Verified}[defective]; x.Record != want {
			c.fault("record_mismatch", at.at("record"), x.Record, want, "the judgement of RECORD is not that of its defects")
		}
	default:
		c.fault("invalid_value", at.at("record"), x.Record, "verified or defective", "an unknown judgement of RECORD")
	}
}

func compareDefects(x, y Defect) int {
	return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(x.Class, y.Class),
		strings.Compare(orEmpty(x.Got), orEmpty(y.Got)), strings.Compare(orEmpty(x.Want), orEmpty(y.Want)))
}

func (c *checker) deviceFile(f *DeviceFile, at *place) {
	c.path(f.Path, at.at("path"))
	c.targets(f.ROCm, f.CUDA, f.PTX, at)
	c.count(f.Objects, 0, at.at("objects"))
	c.count(f.Outside, 0, at.at("outside"))
	if f.Outside > f.Objects {
		c.fault("invalid_value", at.at("outside"), strconv.FormatInt(f.Outside, 10), "at most objects", "more objects outside than there are")
	}
	c.texts(f.Unknown, at.at("unknown"))
	c.inOrder(f.Unknown, at.at("unknown"))
}

func (c *checker) targets(rocm, cuda, ptx []string, at *place) {
	c.archs(rocm, at.at("rocm"), isROCmArch, wantROCmArch)
	c.archs(cuda, at.at("cuda"), smPattern.MatchString, "a target such as sm_90a")
	c.archs(ptx, at.at("ptx"), computePattern.MatchString, "a target such as compute_90")
	c.inOrder(rocm, at.at("rocm"))
	c.inOrder(cuda, at.at("cuda"))
	c.inOrder(ptx, at.at("ptx"))
}

// inOrder asks that a list is sorted by bytes.
func (c *checker) inOrder(list []string, at *place) {
	if !slices.IsSorted(list) {
		c.unsorted(at, strings.Join(list, " "))
	}
}

func (c *checker) unsorted(at *place, got string) {
	c.fault("unsorted_list", at, got, "a list sorted by bytes, so that equal facts give equal documents", "the list is not sorted")
}
