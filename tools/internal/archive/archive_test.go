package archive_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// read returns the directory and the findings' codes, each once, in order.
func read(t testing.TB, b []byte) (*archive.Directory, []string) {
	t.Helper()
	codes := []string{}
	d, err := archive.Read(bytes.NewReader(b), int64(len(b)), func(f finding.Finding) {
		assert.NotEmpty(t, f.Message)
		if !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	})
	require.NoError(t, err)
	return d, codes
}

// archived are archives that tell one story and have to be accepted.
func archived() map[string]ziptest.Archive {
	text := []byte("some text, some text, some text")
	zip64 := func(h *ziptest.Header) {
		h.Extra = ziptest.Extra(1, uint64(h.Size), uint64(h.Compressed))
		h.Size, h.Compressed = 0xffffffff, 0xffffffff
	}
	return map[string]ziptest.Archive{
		"no member":         {},
		"stored":            {Members: []ziptest.Member{{Name: "a", Data: text}}},
		"deflated":          {Members: []ziptest.Member{{Name: "a", Data: text, Method: 8}}},
		"empty file":        {Members: []ziptest.Member{{Name: "a"}, {Name: "b", Method: 8}}},
		"folders":           {Members: []ziptest.Member{{Name: "a/", External: 0o040755<<16 | 0x10}, {Name: "a/b/", Method: 8}, {Name: "a/b/c", Data: text}}},
		"regular file":      {Members: []ziptest.Member{{Name: "a", Data: text, External: 0o100644 << 16}}},
		"UTF-8 name":        {Members: []ziptest.Member{{Name: "ä/日本", Data: text, Flags: 1 << 11}}},
		"signed descriptor": {Members: []ziptest.Member{{Name: "a", Data: text, Method: 8, Descriptor: ziptest.Signed}, {Name: "b"}}},
		"bare descriptor":   {Members: []ziptest.Member{{Name: "a", Data: text, Method: 8, Descriptor: ziptest.Bare}}},
		"stored descriptor": {Members: []ziptest.Member{{Name: "a", Data: text, Descriptor: ziptest.Signed}}},
		"descriptor of a nested archive": {Members: []ziptest.Member{{Name: "a.zip", Descriptor: ziptest.Bare,
			Data: ziptest.Archive{Members: []ziptest.Member{{Name: "b", Data: text, Descriptor: ziptest.Signed}, {Name: "c"}}}.Bytes()}}},
		"descriptor after full header": {Members: []ziptest.Member{{Name: "a", Data: text, Method: 8, Descriptor: ziptest.Signed, Local: func(h *ziptest.Header) {
			h.Size = uint32(len(text))
		}}}},
		"zip64 in the local header": {Members: []ziptest.Member{{Name: "a", Data: text, Local: zip64}}},
		"zip64 in both headers":     {Members: []ziptest.Member{{Name: "a", Data: text, Local: zip64, Central: zip64}}},
		// As Bazel's zippers write them: the field says again what the header says.
		"zip64 that repeats": {Members: []ziptest.Member{{Name: "a", Data: text, Method: 8, Local: func(h *ziptest.Header) {
			h.Extra = ziptest.Extra(1, uint64(h.Size), uint64(h.Compressed))
		}}}},
		"zip64 offset": {Members: []ziptest.Member{{Name: "a", Data: text}, {Name: "b", Central: func(h *ziptest.Header) {
			h.Extra, h.Offset = ziptest.Extra(1, uint64(h.Offset)), 0xffffffff
		}}}},
		"zip64 descriptors": {Members: []ziptest.Member{
			{Name: "a", Data: text, Method: 8, Descriptor: ziptest.Signed64, Local: zip64},
			{Name: "b", Data: text, Method: 8, Descriptor: ziptest.Bare64, Local: zip64},
		}},
		"zip64 end record": {Members: []ziptest.Member{{Name: "a", Data: text}}, Zip64: true},
		"zip64 end record for one value": {Members: []ziptest.Member{{Name: "a", Data: text}}, Zip64: true, End: func(e *ziptest.End) {
			e.Here, e.Total = 1, 1
		}},
		"other extra fields": {Members: []ziptest.Member{{Name: "a", Data: text, Both: func(h *ziptest.Header) {
			h.Extra = append(ziptest.Extra(0x5455, byte(1), uint32(0)), ziptest.Extra(0x7075, byte(1), uint32(0), "a")...)
		}}}},
		"member comment": {Members: []ziptest.Member{{Name: "a", Data: text, Central: func(h *ziptest.Header) { h.Comment = []byte("hello") }}}},
		"nested archive": {Members: []ziptest.Member{{Name: "a.zip", Data: ziptest.Archive{Members: []ziptest.Member{{Name: "b", Data: text}}}.Bytes()}}},
	}
}

func TestReadAccepts(t *testing.T) {
	for name, a := range archived() {
		t.Run(name, func(t *testing.T) {
			d, codes := read(t, a.Bytes())
			require.Empty(t, codes)
			require.Len(t, d.Members, len(a.Members))
			for i, m := range d.Members {
				assert.Equal(t, a.Members[i].Name, m.Name)
				content, err := d.ReadAll(m, 1<<20)
				require.NoError(t, err)
				assert.Equal(t, string(a.Members[i].Data), string(content))
			}
		})
	}
}

func TestReadAcceptsWhatArchiveZipWrites(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"a", "b/", "b/c", "é"} {
		f, err := w.Create(name)
		require.NoError(t, err)
		if name != "b/" {
			_, err = f.Write([]byte(name))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	d, codes := read(t, b.Bytes())
	require.Empty(t, codes)
	assert.Len(t, d.Members, 4)
}

func TestReadFailsWhereTheFileDoes(t *testing.T) {
	b := ziptest.Wheel("demo", "1.0", "py3-none-any").Bytes()
	broken := errors.New("broken disk")
	for n := range 40 {
		r := &failing{Reader: bytes.NewReader(b), after: n, err: broken}
		d, err := archive.Read(r, int64(len(b)), func(f finding.Finding) { t.Errorf("finding instead of an error: %v", f) })
		if r.after >= 0 {
			require.NoError(t, err)
			return
		}
		require.ErrorIs(t, err, broken)
		require.Nil(t, d)
	}
	t.Fatal("never read the whole archive")
}

func TestReadFailsWhereTheFileShrinks(t *testing.T) {
	b := ziptest.Wheel("demo", "1.0", "py3-none-any").Bytes()
	_, err := archive.Read(bytes.NewReader(b), int64(len(b))+10, func(finding.Finding) {})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// failing returns its error from a given read on.
type failing struct {
	*bytes.Reader
	after int
	err   error
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.after--; f.after < 0 {
		return 0, f.err
	}
	return f.Reader.ReadAt(p, off)
}
