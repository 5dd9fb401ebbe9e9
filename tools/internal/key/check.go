package key

import (
	"fmt"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Check says whether a text is a key: a relative path with `/`, UTF-8 without
// control characters and backslashes, that names no drive of Windows and has no
// empty element, no `.` and no `..`. Such a path cannot lead out of the place
// that it is joined to.
func Check(key string) error {
	if fault := document.PathFault(key); fault != "" {
		return fmt.Errorf("key %s: %s", finding.Quote(key), fault)
	}
	return nil
}
