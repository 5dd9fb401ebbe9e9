package publication

import (
	"io"
	"regexp"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// The keys under which wheels and manifests lie unless somebody says otherwise.
// Everything that varies between the jobs of one run is in the manifest's.
const (
	WheelKey    = "{name}/{filename}"
	ManifestKey = "{run_id}-{platform}/manifests/pytorch/{run_attempt}/{python_version}-{pytorch_git_ref}.json"
)

// What browsers, proxies and installers are told.
const (
	wheelType    = "application/zip"
	documentType = "application/json"
	forever      = "public, max-age=31536000, immutable"
	never        = "no-cache"
)

// Keys are the templates of all keys.
type Keys struct {
	Wheel, Manifest key.Template
	Pointers        []key.Template
}

// Item is one object that is put once and never again.
type Item struct {
	// Artifact is the wheel's relative path; empty for the manifest.
	Artifact string
	Key      string
	Content  store.Content
}

// Plan is what is to be where: wheels in their place; the manifest and what points
// to it in theirs.
type Plan struct {
	Wheels   []Item
	Manifest Item
	Pointers []string

	pointer Pointer
}

// Open opens the file of a wheel.
type Open func(a *document.Artifact) func() (io.ReadSeekCloser, error)

// Plan makes the plan for a valid document and its bytes. together says that wheels
// and manifest go to one place, where no key can stand for both. The findings are
// the keys that cannot be made.
func (k Keys) Plan(m *document.Manifest, data []byte, open Open, together bool) (Plan, []finding.Finding) {
	p := planning{taken: map[string]string{}}
	for i := range m.Artifacts {
		a := &m.Artifacts[i]
		if at, ok := p.key(k.Wheel, key.Artifact(m, a), a.RelativePath, ""); ok {
			p.plan.Wheels = append(p.plan.Wheels, Item{a.RelativePath, at, wheelContent(m, a, open(a))})
		}
	}
	if !together {
		clear(p.taken)
	}
	manifest := store.Bytes(data)
	manifest.Type, manifest.CacheControl, manifest.Metadata = documentType, forever, metadata(m.RunID, m.RunAttempt)
	p.plan.Manifest.Content = manifest
	p.plan.Manifest.Key, _ = p.key(k.Manifest, key.Document(m), "the manifest", ": name another with --manifest-key")
	for _, template := range k.Pointers {
		if at, ok := p.key(template, key.Document(m), "the pointer "+template.String(), ""); ok {
			p.plan.Pointers = append(p.plan.Pointers, at)
		}
	}
	p.plan.pointer = Pointer{
		ManifestKey: p.plan.Manifest.Key, SHA256: manifest.SHA256, SizeBytes: manifest.Size,
		RunID: text(m.RunID), RunAttempt: text(m.RunAttempt),
	}
	return p.plan, p.findings
}

type planning struct {
	plan     Plan
	findings []finding.Finding
	// taken is what has each key.
	taken map[string]string
}

// key is that of one object, if it can have one.
func (p *planning) key(template key.Template, values key.Values, of, remedy string) (string, bool) {
	at, err := template.Expand(values)
	if err != nil {
		p.findings = append(p.findings, finding.Errorf(KeyInvalid, "there is no key: %v%s", err, remedy).On(of).Plain())
		return "", false
	}
	if other, taken := p.taken[at]; taken {
		p.findings = append(p.findings, finding.Errorf(KeyTwice, "the key is that of %s too, so that only one can lie there", finding.Quote(other)).
			On(of).GotWant(at, "a key of its own").Plain())
		return "", false
	}
	p.taken[at] = of
	return at, true
}

func wheelContent(m *document.Manifest, a *document.Artifact, open func() (io.ReadSeekCloser, error)) store.Content {
	c := store.Content{Open: open, Size: a.SizeBytes, SHA256: a.SHA256, Type: wheelType, CacheControl: forever}
	run, attempt := m.RunID, m.RunAttempt
	if b := a.Build; b != nil && b.RunID != nil {
		run, attempt = b.RunID, b.RunAttempt
	}
	c.Metadata = metadata(run, attempt)
	return c
}

// The user metadata by which the owner of a key is found.
const (
	metadataRun     = "run-id"
	metadataAttempt = "run-attempt"
)

// wordPattern is what metadata may hold without being taken apart by anybody.
var wordPattern = regexp.MustCompile(`^[0-9A-Za-z._-]{1,64}$`)

func metadata(run, attempt *string) map[string]string {
	m := map[string]string{}
	for name, value := range map[string]*string{metadataRun: run, metadataAttempt: attempt} {
		if wordPattern.MatchString(text(value)) {
			m[name] = *value
		}
	}
	return m
}
