package entry

import (
	"errors"
	"path"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// MaxFaults is how many findings of one wheel are kept. A finding more says
// how many there were beyond them.
const MaxFaults = 100

// Codes of the findings of this package; see also those of the packages
// archive, metadata and wheel.
const (
	MoreFaults        = "more_faults"         // above MaxFaults
	IsADirectory      = "is_a_directory"      // a folder named like a wheel
	NotAWheel         = "not_a_wheel"         // a file of another name in a tree of wheels
	LinkedFolder      = "linked_folder"       // a link to a folder in a tree of wheels
	NoDistInfo        = "no_dist_info"        // no .dist-info folder
	SeveralDistInfos  = "several_dist_infos"  // more than one
	DistInfoDisagrees = "dist_info_disagrees" // its name is not that of the file
	NoMetadataFile    = "no_metadata_file"    // no METADATA in it
	NoWheelFile       = "no_wheel_file"       // no WHEEL
	NoRecordFile      = "no_record_file"      // no RECORD
	NameDisagrees     = "name_disagrees"      // METADATA's Name is not the file name's
	VersionDisagrees  = "version_disagrees"   // METADATA's Version is not
	BuildDisagrees    = "build_disagrees"     // WHEEL's Build is not
)

// ErrChanged says that a file was written to while it was being read, so that
// no facts can be given of it.
var ErrChanged = errors.New("the file changed while it was read")

// faults collects the findings of one wheel, and bounds what a hostile one can
// make of them.
type faults struct {
	artifact string
	list     []finding.Finding
	more     int
}

func newFaults(e Entry) *faults {
	return &faults{artifact: path.Join(e.Folder, e.Filename), list: []finding.Finding{}}
}

func (f *faults) add(one finding.Finding) {
	if len(f.list) == MaxFaults {
		f.more++
		return
	}
	one.Artifact = f.artifact
	f.list = append(f.list, one.Plain())
}

// in returns add for findings about one member.
func (f *faults) in(member string) func(finding.Finding) {
	return func(one finding.Finding) { f.add(one.In(member)) }
}

// all returns every finding; never nil.
func (f *faults) all() []finding.Finding {
	if f.more == 0 {
		return f.list
	}
	return append(f.list, finding.Errorf(MoreFaults, "the wheel has %d more faults", f.more).On(f.artifact))
}
