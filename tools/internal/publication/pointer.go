package publication

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// maxPointer is the largest pointer that is read, in bytes.
const maxPointer = 64 << 10

// Pointer names the manifest that is the newest under some name. It is JSON with
// its fields in the order of their names, two spaces a level and a final newline:
//
//	manifest_key  where the manifest lies, below the place in which the pointer does
//	run_attempt   of the run that made it, decimal digits
//	run_id        likewise
//	sha256        of the manifest's bytes, 64 lower-case hex digits
//	size_bytes    how many these are
type Pointer struct {
	ManifestKey string `json:"manifest_key"`
	RunAttempt  string `json:"run_attempt"`
	RunID       string `json:"run_id"`
	SHA256      string `json:"sha256"`
	SizeBytes   int64  `json:"size_bytes"`
}

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// errForeign says that something is no pointer.
var errForeign = errors.New("is no pointer")

// Encode is the pointer as JSON.
func (p Pointer) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(p)
	return b.Bytes(), err
}

// ParsePointer reads what Encode wrote and nothing else: whatever else lies
// there must not be replaced.
func ParsePointer(data []byte) (Pointer, error) {
	var p Pointer
	if err := json.Unmarshal(data, &p); err != nil {
		return Pointer{}, fmt.Errorf("%w: %v", errForeign, err)
	}
	again, err := p.Encode()
	switch {
	case err != nil || !bytes.Equal(again, data):
		return Pointer{}, fmt.Errorf("%w: it is not written as one", errForeign)
	case !p.run().known():
		return Pointer{}, fmt.Errorf("%w: run_id is %s and run_attempt %s", errForeign, finding.Quote(p.RunID), finding.Quote(p.RunAttempt))
	case !digestPattern.MatchString(p.SHA256) || p.SizeBytes < 1:
		return Pointer{}, fmt.Errorf("%w: sha256 is %s, size_bytes %d", errForeign, finding.Quote(p.SHA256), p.SizeBytes)
	}
	if err := key.Check(p.ManifestKey); err != nil {
		return Pointer{}, fmt.Errorf("%w: manifest_key: %v", errForeign, err)
	}
	return p, nil
}

func (p Pointer) run() Run { return Run{p.RunID, p.RunAttempt} }

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
