// Package diff says in what two documents differ, as data and in three
// formats. It is a pure function of the two: nothing is read, no time is taken,
// and equal documents give nothing.
//
// Every difference is of a Kind. Not differences by themselves are who ran a
// build and when (run_id, run_attempt, job_id, run_url and, where a wheel is
// reused, its build record): they are told in the head. A later run of the same
// build must compare as equal.
//
// Wheels are paired by path, then by distribution (PEP 503), tags and folder, by
// digest, and by file name, each where that is one wheel on each side; see pair.
package diff

import (
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// Side is one of two documents to be compared.
type Side struct {
	// Name is what messages call it, such as its path.
	Name     string
	Manifest *document.Manifest
	// Known are the fields that a document of its shape can have, as in
	// Change.Field, or what stands above them; nil is all of them.
	Known map[string]bool
	// Versions are the versions that an older shape gives to its sources.
	Versions map[string]string
	// Limits say what the shape does not have, each as a predicate: "lists
	// sources only: wheels were not compared".
	Limits []string
}

// Difference is what two documents differ in.
type Difference struct {
	Old, New Head
	// NotCompared are sentences about what could not be compared, in which the
	// documents are called OLD and NEW.
	NotCompared []string
	// Changes are in the order of their kinds, then of what they are about.
	Changes []Change
	// Counts has the kinds of which there is a change.
	Counts map[Kind]int
}

// Compare compares two documents that are valid as far as they are known.
func Compare(old, new Side) *Difference {
	c := &comparison{old: old, new: new, serves: map[string][]string{}}
	c.limits()
	compareAll(c, Change{}, "", documentFields, old.Manifest, new.Manifest)
	c.extras(Change{}, "", old.Manifest.Extra, new.Manifest.Extra)
	c.sources()
	c.wheels()
	order(c.changes)
	d := &Difference{Old: headOf(old), New: headOf(new), NotCompared: c.notCompared, Changes: c.changes, Counts: map[Kind]int{}}
	for i := range d.Changes {
		d.Counts[d.Changes[i].Kind]++
	}
	return d
}

// comparison is the work of one Compare.
type comparison struct {
	old, new    Side
	changes     []Change
	notCompared []string
	// serves remembers the devices that code for a target serves.
	serves map[string][]string
	// devicesKnown are the names of device.Known.
	devicesKnown []string
}

func (c *comparison) add(change Change) { c.changes = append(c.changes, change) }

// both says whether both documents can have the field.
func (c *comparison) both(field string) bool { return c.old.knows(field) && c.new.knows(field) }

func (s *Side) knows(field string) bool {
	if s.Known == nil || s.Known[field] {
		return true
	}
	for i := len(field) - 1; i > 0; i-- {
		if field[i] == '.' && s.Known[field[:i]] {
			return true
		}
	}
	return false
}

// limits says what the shapes of the documents keep from being compared.
func (c *comparison) limits() {
	for _, side := range []struct {
		word string
		Side
		other *document.Manifest
	}{{"OLD", c.old, c.new.Manifest}, {"NEW", c.new, c.old.Manifest}} {
		for _, limit := range side.Limits {
			c.notCompared = append(c.notCompared, side.word+" "+limit)
		}
		if !side.Manifest.Stamped && side.other.Stamped {
			c.notCompared = append(c.notCompared, side.word+" is not stamped: sources, therock and builds were not compared")
		}
	}
}
