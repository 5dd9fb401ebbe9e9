package archive_test

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// FuzzDirectory holds this reader against archive/zip: in every archive that
// is accepted here, both see the same members with the same content.
func FuzzDirectory(f *testing.F) {
	for _, a := range archived() {
		f.Add(a.Bytes())
	}
	f.Add(ziptest.Wheel("demo", "1.0", "py3-none-any").Bytes())
	f.Add(rival())
	f.Fuzz(func(t *testing.T, b []byte) {
		accepted := true
		d, err := Read(bytes.NewReader(b), int64(len(b)), func(finding.Finding) { accepted = false })
		require.NoError(t, err)
		if !accepted {
			return
		}
		require.NotNil(t, d)
		other, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		require.NoError(t, err)
		require.Len(t, other.File, len(d.Members))
		for i, m := range d.Members {
			o := other.File[i]
			assert.Equal(t, o.Name, m.Name)
			assert.Equal(t, o.Method, m.Method)
			assert.Equal(t, o.Flags, m.Flags)
			assert.Equal(t, o.CRC32, m.CRC32)
			assert.EqualValues(t, o.UncompressedSize64, m.Size)
			assert.EqualValues(t, o.CompressedSize64, m.CompressedSize)
			offset, err := o.DataOffset()
			require.NoError(t, err)
			assert.Equal(t, offset, m.DataOffset)
			same(t, d, m, o)
		}
	})
}

// same holds the content of one member against what archive/zip reads. What
// is read here without an error is read there too; the reverse is not so,
// since archive/zip overlooks bytes behind the deflate data.
func same(t *testing.T, d *Directory, m Member, o *zip.File) {
	if m.IsFolder() {
		return // archive/zip gives every folder as empty
	}
	content, err := d.ReadAll(m, 1<<20)
	if err != nil {
		var damage *Damage
		require.ErrorAs(t, err, &damage)
		return
	}
	r, err := o.Open()
	require.NoError(t, err)
	expected, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Equal(t, expected, content)
}
