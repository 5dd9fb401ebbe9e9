package contents

import (
	"io"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/inflate"
)

// newInflater returns an archive.Inflater for one goroutine, which reads one
// member at a time: its decoder is used again.
func newInflater() archive.Inflater {
	decoder := &inflate.Reader{}
	return func(src archive.Source) io.Reader {
		decoder.Reset(src)
		return decoder
	}
}
