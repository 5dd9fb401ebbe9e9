package contents

import (
	"io"

	"github.com/klauspost/compress/flate"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
)

// newInflater returns an archive.Inflater for one goroutine, which reads one
// member at a time: its decoder is used again. Like the standard library's,
// this decoder takes single bytes where the source can give them, and none
// after the end of the data.
func newInflater() archive.Inflater {
	var decoder io.ReadCloser
	return func(src archive.Source) io.Reader {
		if decoder == nil {
			decoder = flate.NewReader(src)
			return decoder
		}
		// A reset of this decoder cannot fail: it has no dictionary.
		if err := decoder.(flate.Resetter).Reset(src, nil); err != nil {
			decoder = flate.NewReader(src)
		}
		return decoder
	}
}
