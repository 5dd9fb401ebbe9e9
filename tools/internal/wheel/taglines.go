package wheel

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// MaxTags is how many triples CompareTags expands, of the name or of the Tag
// lines together. No real wheel has a hundredth of them.
const MaxTags = 1 << 16

// maxMissing is how many missing triples one finding spells out.
const maxMissing = 5

// Codes of CompareTags.
const (
	CodeTagLine     = "wheel_tag_malformed"
	CodeTagExtra    = "wheel_tag_extra"
	CodeTagsMissing = "wheel_tags_missing"
	CodeTagsTooMany = "wheel_tags_too_many"
	// CodeTagPlatform is a warning: other platform tags for the same systems.
	CodeTagPlatform = "wheel_tag_platform"
)

// CompareTags holds the Tag lines of a wheel's WHEEL file, each
// `{python}-{abi}-{platform}`, against the file name: together they must stand
// for the same triples. The specification wants one expanded triple a line;
// lines that are compressed sets themselves occur in the wild (rules_python and
// old poetry write them) and count as what they stand for. The order does not
// matter, nor does repetition.
//
// Wheels that were renamed from linux_x86_64 to manylinux2014_x86_64 and kept
// their WHEEL are real (cupy's are): where only the platform tags differ, and
// are of the same systems, that is a warning.
func (n Name) CompareTags(lines []string) []finding.Finding {
	faults := n.compareExactly(lines)
	for _, f := range faults {
		if f.Code != CodeTagExtra && f.Code != CodeTagsMissing {
			return faults
		}
	}
	if len(faults) == 0 || !n.sameSystems(lines) {
		return faults
	}
	return []finding.Finding{finding.Warningf(CodeTagPlatform, "WHEEL has other platform tags than the file name, for the same systems").
		At("Tag").GotWant(strings.Join(lines, ", "), n.compressed())}
}

// sameSystems compares tags with their platforms folded to systems. The lines
// are well-formed, and not too many.
func (n Name) sameSystems(lines []string) bool {
	named, told := map[Tag]bool{}, map[Tag]bool{}
	fold := func(sets Name, into map[Tag]bool) {
		for tag := range sets.Tags() {
			tag.Platform, _ = Platform(tag.Platform)
			into[tag] = true
		}
	}
	fold(n, named)
	for _, line := range lines {
		sets, err := parseTags(line)
		if err != nil {
			return false
		}
		fold(sets, told)
	}
	return maps.Equal(named, told)
}

// compareExactly is CompareTags without the leniency.
func (n Name) compareExactly(lines []string) []finding.Finding {
	if n.TagCount() > MaxTags {
		return []finding.Finding{finding.Errorf(CodeTagsTooMany, "the file name's tags are too many to compare").
			At("Tag").GotWant(fmt.Sprintf("%d tags", n.TagCount()), fmt.Sprintf("at most %d", MaxTags))}
	}
	var faults []finding.Finding
	// wanted holds the name's triples, true where a line stands for one.
	wanted, expanded := map[Tag]bool{}, int64(0)
	for tag := range n.Tags() {
		wanted[tag] = false
	}
	for _, line := range lines {
		sets, err := parseTags(line)
		expanded++
		if err == nil {
			expanded += sets.TagCount() - 1
		}
		if expanded > MaxTags {
			return append(faults, finding.Errorf(CodeTagsTooMany, "the Tag lines stand for too many tags to compare").
				At("Tag").GotWant(fmt.Sprintf("%d tags or more", expanded), fmt.Sprintf("at most %d", MaxTags)))
		}
		if err != nil {
			faults = append(faults, finding.Errorf(CodeTagLine, "a Tag line is malformed: %v", err).
				At("Tag").GotWant(line, "{python tag}-{abi tag}-{platform tag}"))
			continue
		}
		extra := false
		for tag := range sets.Tags() {
			if _, ok := wanted[tag]; ok {
				wanted[tag] = true
			} else {
				extra = true
			}
		}
		if extra {
			faults = append(faults, finding.Errorf(CodeTagExtra, "a Tag line stands for a tag that the file name does not have").
				At("Tag").GotWant(line, n.compressed()))
		}
	}
	return append(faults, n.missing(wanted)...)
}

// missing reports the name's triples that no Tag line stands for, false in the
// map: one finding, with their number and the first of them.
func (n Name) missing(wanted map[Tag]bool) []finding.Finding {
	count, first := 0, []string{}
	for tag := range n.Tags() {
		if wanted[tag] {
			continue
		}
		if count++; count <= maxMissing {
			first = append(first, tag.String())
		}
	}
	if count == 0 {
		return nil
	}
	if count > maxMissing {
		first = append(first, "...")
	}
	return []finding.Finding{finding.Errorf(CodeTagsMissing, "%d of %d tags of the file name have no Tag line", count, n.TagCount()).
		At("Tag").GotWant("", strings.Join(first, ", "))}
}

// compressed is the name's three sets as one tag.
func (n Name) compressed() string {
	return Tag{string(n.Python), string(n.ABI), string(n.Platform)}.String()
}

// parseTags reads one Tag line into a Name that has tags and nothing else.
func parseTags(line string) (Name, error) {
	if len(line) > MaxName {
		return Name{}, fmt.Errorf("it has %d bytes, above %d", len(line), MaxName)
	}
	parts := strings.Split(line, "-")
	if len(parts) != 3 {
		return Name{}, fmt.Errorf("it has %d parts", len(parts))
	}
	p := parser{filename: line}
	p.characters()
	sets := Name{Python: p.tags(partPython, parts[0]), ABI: p.tags(partABI, parts[1]), Platform: p.tags(partPlatform, parts[2])}
	if len(p.faults) > 0 {
		return Name{}, errors.New(list(p.faults))
	}
	return sets, nil
}
