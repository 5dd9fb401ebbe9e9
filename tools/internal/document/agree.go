package document

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// maxTriples is how many tags are compared in one document. A name or a Tag
// line of a hundred bytes can stand for thousands.
const maxTriples = 1 << 20

// nameLabels are the labels that a file name holds, in its order.
var nameLabels = []string{"distribution", "version", "build_tag", "python_tag", "abi_tag", "platform_tag"}

// agree asks that a document does not contradict itself: the labels and the
// metadata of each artifact are those of its file name, and platform and
// python_version are what all names say together. What has no well-formed name
// is not judged by it.
func (c *checker) agree(m *Manifest, top *place) {
	derived, whole, triples := newDerivation(), len(m.Artifacts) > 0, int64(0)
	for i := range m.Artifacts {
		if c.full() {
			c.drop(finding.Error)
			return
		}
		a, at := &m.Artifacts[i], top.at("artifacts").elem(i)
		name, ok := c.wheelName(a.RelativePath, at.at("relative_path"))
		if !ok {
			whole = false
			continue
		}
		derived.add(name, a.RelativePath)
		c.labelled(&a.Labels, name, at.at("labels"))
		c.described(&a.Metadata, name, at.at("metadata"))
		if triples += max(name.TagCount(), tripleCount(a.Metadata.Tags)); triples > maxTriples {
			c.fault(wheel.CodeTagsTooMany, at.at("metadata").at("tags"), "", fmt.Sprintf("at most %d tags in one document", maxTriples), "too many tags to compare")
			continue
		}
		c.tagged(a.Metadata.Tags, name, at.at("metadata").at("tags"))
	}
	if !whole {
		return
	}
	c.derived(m.Platform, derived.platform(), platformPattern.MatchString(m.Platform), top.at("platform"))
	c.derived(m.PythonVersion, derived.python(), pythonPattern.MatchString(m.PythonVersion), top.at("python_version"))
}

// wheelName reads the file name of a path.
func (c *checker) wheelName(path string, at *place) (name wheel.Name, ok bool) {
	if PathFault(path) != "" {
		return name, false
	}
	name, err := wheel.Parse(path[strings.LastIndexByte(path, '/')+1:])
	if malformed := (*wheel.NameError)(nil); errors.As(err, &malformed) {
		for _, f := range malformed.Faults {
			c.fault(f.Code, at, f.Got, f.Want, "the file name's %s: %s", f.Field, f.Message)
		}
	}
	return name, err == nil
}

// labelled asks that the labels are the parts of the name, as it spells them.
func (c *checker) labelled(l *Labels, name wheel.Name, at *place) {
	var build *string
	if name.Build != nil {
		build = &name.Build.Text
	}
	python, abi, platform := string(name.Python), string(name.ABI), string(name.Platform)
	var got, want []string
	for i, pair := range [][2]*string{
		{&l.Distribution, &name.Distribution},
		{&l.Version, &name.VersionText},
		{l.BuildTag, build},
		{&l.PythonTag, &python},
		{&l.ABITag, &abi},
		{&l.PlatformTag, &platform},
	} {
		if is, should := pair[0], pair[1]; (is == nil) != (should == nil) || is != nil && *is != *should {
			got, want = append(got, nameLabels[i]+" "+quoted(is)), append(want, nameLabels[i]+" "+quoted(should))
		}
	}
	if got != nil {
		c.fault("label_mismatch", at, strings.Join(got, ", "), strings.Join(want, ", "), "the labels are not the parts of the file's name")
	}
}

func quoted(s *string) string {
	if s == nil {
		return "null"
	}
	return finding.Quote(*s)
}

// described asks that METADATA names the project (PEP 503) and the version
// (PEP 440) of the file name. Text that is malformed was reported.
func (c *checker) described(m *Metadata, name wheel.Name, at *place) {
	if isText(m.Name) && !name.IsProject(m.Name) {
		c.fault("metadata_mismatch", at.at("name"), m.Name, name.Distribution, "METADATA names another project than the file name")
	}
	if isText(m.Version) && !name.IsVersion(m.Version) {
		c.fault("metadata_mismatch", at.at("version"), m.Version, name.VersionText, "METADATA has another version than the file name")
	}
}

// tagged asks that WHEEL's tags stand for the triples of the file name, of
// which there is at least one.
func (c *checker) tagged(tags []string, name wheel.Name, at *place) {
	for _, f := range name.CompareTags(tags) {
		c.fault("metadata_mismatch", at, f.Got, f.Want, "%s", f.Message)
	}
}

// derived asks that the document says what its wheels do; multiple only where
// they differ.
func (c *checker) derived(got, want string, wellFormed bool, at *place) {
	if wellFormed && got != want {
		c.fault("derived_mismatch", at, got, want, "not what the tags of the artifacts say")
	}
}

// tripleCount is how many triples Tag lines stand for, or a number above
// maxTriples.
func tripleCount(lines []string) (n int64) {
	for _, line := range lines {
		count := int64(1)
		for part := range strings.SplitSeq(line, "-") {
			count = min(count*int64(strings.Count(part, ".")+1), maxTriples+1)
		}
		if n += count; n > maxTriples {
			return n
		}
	}
	return n
}
