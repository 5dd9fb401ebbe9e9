package contents

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// MaxFaults is how many findings of one wheel are kept. A finding more says
// how many there were beyond them.
const MaxFaults = 100

// Codes of the findings of this package; see also those of the packages
// archive, entry and gpu.
const (
	MoreFaults      = "more_faults"      // above MaxFaults
	RecordMalformed = "record_malformed" // no CSV that can be read in one way only, or above a bound
	TooManyDefects  = "too_many_defects" // above record.MaxDefects
)

// faults collects the findings of one wheel from several workers. Which of
// them are kept does not depend on who was first: those of the archive as a
// whole come before those of members, and these in the members' order.
type faults struct {
	artifact string

	mu   sync.Mutex
	list []ranked
	more int
}

// ranked is a finding and the number of its member; whole for the archive.
type ranked struct {
	member int
	finding.Finding
}

// whole is the rank of what is about no single member.
const whole = -1

func newFaults(c *Contents) *faults {
	return &faults{artifact: path.Join(c.Folder, c.Filename)}
}

// add takes findings about the member of that number.
func (f *faults) add(member int, all ...finding.Finding) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range all {
		r := ranked{member, one.On(f.artifact).Plain()}
		at, _ := slices.BinarySearchFunc(f.list, r, func(x, y ranked) int {
			if x.member <= y.member {
				return -1 // behind those of the same member
			}
			return 1
		})
		if f.list = slices.Insert(f.list, at, r); len(f.list) > MaxFaults {
			f.list = f.list[:MaxFaults]
			f.more++
		}
	}
}

// all returns every finding; never nil.
func (f *faults) all() []finding.Finding {
	list := []finding.Finding{}
	for _, r := range f.list {
		list = append(list, r.Finding)
	}
	if f.more > 0 {
		list = append(list, finding.Errorf(MoreFaults, "the wheel has %d more faults", f.more).On(f.artifact))
	}
	return list
}

// text is foreign text as a document may hold it: plain, and without control
// characters.
func text(s string) string {
	s = finding.Plain(s)
	if strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) >= 0 {
		return finding.Escape(s)
	}
	return s
}

// optional is text that may be missing; empty text is none.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	s = text(s)
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func compareDefects(x, y Defect) int {
	return cmp.Or(strings.Compare(x.Path, y.Path), strings.Compare(x.Class, y.Class),
		strings.Compare(deref(x.Got), deref(y.Got)), strings.Compare(deref(x.Want), deref(y.Want)))
}
