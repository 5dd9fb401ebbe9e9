package document

import (
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/record"
)

// maxListed is how many defects of one class a fault of one wheel lists.
const maxListed = 20

// place in a folder of wheels.
type placed struct{ folder, filename string }

// contentsOf finds the contents of each wheel of an input.
func contentsOf(list []contents.Contents) map[placed]*contents.Contents {
	of := make(map[placed]*contents.Contents, len(list))
	for i := range list {
		of[placed{list[i].Folder, list[i].Filename}] = &list[i]
	}
	return of
}

// allow reads the classes of defects that a wheel may have.
func (a *assembly) allow() {
	for _, class := range a.config.AllowRecordDefects {
		if !record.IsClass(class) {
			a.configFault("config_defect_class", "allow_record_defects", class, "one of "+strings.Join(record.Classes(), ", "), "an unknown class of defects")
		}
	}
}

// Faults are what is wrong with one wheel, by its entry and its contents, which
// may be nil, without those that both tell.
func Faults(e *entry.Entry, c *contents.Contents) []finding.Finding {
	list := slices.Clone(e.Faults)
	if c == nil {
		return list
	}
	for _, f := range c.Faults {
		if !told(e.Faults, f) {
			list = append(list, f)
		}
	}
	return list
}

// held notes the defects of a wheel's RECORD that are not allowed, by the place
// where people find the wheel.
func (a *assembly) held(e *entry.Entry, c *contents.Contents, place string) {
	if !a.config.Contents {
		return
	}
	if c == nil {
		// A folder named like a wheel, or a file of another name, is a fault of
		// the entry.
		if !finding.HasErrors(e.Faults) {
			a.add(finding.Errorf("contents_incomplete", "the wheel's members were not read").On(place))
		}
		return
	}
	listed := map[string]int{}
	for _, d := range c.Defects {
		if !record.IsClass(d.Class) || slices.Contains(a.config.AllowRecordDefects, d.Class) {
			continue
		}
		if listed[d.Class]++; listed[d.Class] > maxListed {
			continue
		}
		a.add(finding.Errorf("record_"+d.Class, "RECORD and the wheel disagree; allow_record_defects can name the class %s", d.Class).
			On(place).In(d.Path).GotWant(orEmpty(d.Got), orEmpty(d.Want)))
	}
	for _, class := range record.Classes() {
		if more := listed[class] - maxListed; more > 0 {
			a.add(finding.Errorf("record_"+class, "%d more such defects are not listed; inspect lists all", more).On(place))
		}
	}
}

// told says whether the entry of the same wheel has the fault too: both
// readers read the archive's directories.
func told(faults []finding.Finding, f finding.Finding) bool {
	return slices.ContainsFunc(faults, func(other finding.Finding) bool {
		other.Artifact = f.Artifact
		if f.Code == entry.NoRecordFile {
			return other.Code == entry.NoDistInfo || other.Code == entry.SeveralDistInfos || other.Code == f.Code
		}
		return other == f || f.Code == contents.MoreFaults && other.Code == f.Code
	})
}

// newContents is what a document says of a wheel's members.
func newContents(c *contents.Contents) *Contents {
	if c == nil {
		return nil
	}
	x := &Contents{Reader: c.Reader, Members: c.Members, Record: c.Record, Defects: []Defect{}}
	for _, d := range c.Defects {
		x.Defects = append(x.Defects, Defect{Path: d.Path, Class: d.Class, Got: d.Got, Want: d.Want})
	}
	if m := c.Module; m != nil {
		x.Module = &Module{Path: m.Path, Version: m.Version, GitVersion: m.GitVersion, HIP: m.HIP, CUDA: m.CUDA}
	}
	d := &c.DeviceCode
	x.DeviceCode = DeviceCode{ROCm: d.ROCm, CUDA: d.CUDA, PTX: d.PTX, Named: d.Named, Kpack: []Kpack{}, Files: []DeviceFile{}}
	for _, k := range d.Kpack {
		x.DeviceCode.Kpack = append(x.DeviceCode.Kpack, Kpack{Path: k.Path, KernelName: k.KernelName, SearchPaths: k.SearchPaths})
	}
	for _, f := range d.Files {
		x.DeviceCode.Files = append(x.DeviceCode.Files, DeviceFile{
			Path: f.Path, ROCm: f.ROCm, CUDA: f.CUDA, PTX: f.PTX, Objects: f.Objects, Outside: f.Outside, Unknown: f.Unknown,
		})
	}
	return x
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
