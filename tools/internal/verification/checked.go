package verification

import (
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// state is what became of an artifact.
type state int

const (
	verified state = iota
	missing
	differing
	unreadable
	withoutKey
)

// checked is what was found of one artifact.
type checked struct {
	artifact *document.Artifact
	// key is where it should be, found where the place says that it is.
	key, found string
	state      state
	inPart     bool
	bytes      int64
	findings   []finding.Finding
}

// add notes a finding, and what it makes of the artifact: one of which something
// could not be read stays that.
func (c *checked) add(s state, f finding.Finding) {
	if c.state != unreadable {
		c.state = s
	}
	c.note(f)
}

func (c *checked) note(f finding.Finding) {
	c.findings = append(c.findings, f.On(c.artifact.RelativePath).Plain())
}

// gather puts together what was found of all artifacts.
func (r *run) gather() {
	counts := &r.result.Counts
	counts.Artifacts = len(r.checked)
	for i := range r.checked {
		c := &r.checked[i]
		r.result.Findings = append(r.result.Findings, c.findings...)
		counts.Bytes += c.bytes
		if c.inPart {
			counts.ComparedInPart++
		}
		switch c.state {
		case verified:
			counts.Verified++
		case missing:
			counts.Missing++
		case differing:
			counts.Differing++
		case unreadable:
			counts.Unreadable++
			r.result.Incomplete = true
		case withoutKey:
			counts.WithoutKey++
		}
	}
}

// keys finds where each artifact should be.
func (r *run) keys() {
	first := make(map[string]*document.Artifact, len(r.checked))
	for i := range r.checked {
		c := &r.checked[i]
		c.artifact = &r.Manifest.Artifacts[i]
		at, err := r.WheelKey.Expand(key.Artifact(r.Manifest, c.artifact))
		if err != nil {
			c.add(withoutKey, finding.Errorf(WheelKeyInvalid, "the wheel has no key: %v", err))
			continue
		}
		other, twice := first[at]
		if twice && (other.SHA256 != c.artifact.SHA256 || other.SizeBytes != c.artifact.SizeBytes) {
			c.add(withoutKey, finding.Errorf(WheelKeyTwice, "two different wheels have one key, so that only one can lie there: the other is %s",
				finding.Quote(other.RelativePath)).GotWant(at, "a template that gives each wheel a key of its own"))
			continue
		}
		c.key, first[at] = at, c.artifact
	}
}
