package archive_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func TestContentRefuses(t *testing.T) {
	deflated := ziptest.Deflate(text)
	raw := func(raw []byte, change func(*header)) ziptest.Member {
		return ziptest.Member{Name: "m", Data: text, Method: 8, Raw: raw, Both: change}
	}
	for _, c := range []struct {
		name   string
		member ziptest.Member
		code   string
	}{
		{"stored checksum", ziptest.Member{Name: "m", Data: text, Both: func(h *header) { h.CRC32++ }}, ChecksumFailed},
		{"deflated checksum", raw(nil, func(h *header) { h.CRC32++ }), ChecksumFailed},
		{"checksum of nothing", ziptest.Member{Name: "m", Both: func(h *header) { h.CRC32++ }}, ChecksumFailed},
		{"more than its size", raw(nil, func(h *header) { h.Size-- }), ContentSize},
		{"more than nothing", raw(nil, func(h *header) { h.Size = 0 }), ContentSize},
		{"less than its size", raw(nil, func(h *header) { h.Size++ }), ContentSize},
		{"stored, less than its size", ziptest.Member{Name: "m", Data: text, Both: func(h *header) { h.Size++ }}, ContentSize},
		{"stored, more than its size", ziptest.Member{Name: "m", Data: text, Both: func(h *header) { h.Size-- }}, DeflateTrailer},
		{"one byte after the data", raw(append(bytes.Clone(deflated), 0), nil), DeflateTrailer},
		{"another stream after the data", raw(append(bytes.Clone(deflated), deflated...), nil), DeflateTrailer},
		{"much after the data", raw(append(bytes.Clone(deflated), make([]byte, 1<<16)...), nil), DeflateTrailer},
		{"cut data", raw(deflated[:len(deflated)-1], nil), DeflateDamaged},
		{"half the data", raw(deflated[:len(deflated)/2], nil), DeflateDamaged},
		{"no data", raw([]byte{}, nil), DeflateDamaged},
		{"no deflate data", raw([]byte("\xff\xff\xff\xff"), nil), DeflateDamaged},
		{"encrypted", raw(nil, func(h *header) { h.Flags = 1 }), Encrypted},
		{"method", raw(nil, func(h *header) { h.Method = 12 }), UnsupportedMethod},
		{"not found", ziptest.Member{Name: "m", Central: func(h *header) { h.Offset = 1 << 20 }}, Unreadable},
		{"above the limit", ziptest.Member{Name: "m", Data: make([]byte, 101)}, MemberTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, _ := read(t, ziptest.Archive{Members: members{c.member}}.Bytes())
			_, err := d.ReadAll(d.Members[0], 100)
			var damage *Damage
			require.ErrorAs(t, err, &damage)
			assert.Equal(t, c.code, damage.Finding.Code, err)
			assert.Equal(t, "m", damage.Finding.Member)
		})
	}
}

// TestContentStopsAtItsSize: a deflate bomb is never inflated further than
// one byte beyond what its header says.
func TestContentStopsAtItsSize(t *testing.T) {
	bomb := ziptest.Member{Name: "m", Data: make([]byte, 64<<20), Method: 8, Both: func(h *header) { h.Size = 10 }}
	d, _ := read(t, ziptest.Archive{Members: members{bomb}}.Bytes())
	var taken int64
	r, err := d.Content(d.Members[0], func(src Source) io.Reader {
		return &counter{Inflate(src), &taken}
	})
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	var damage *Damage
	require.ErrorAs(t, err, &damage)
	assert.Equal(t, ContentSize, damage.Finding.Code)
	assert.EqualValues(t, 11, taken)
}

func TestContentReturnsTheErrorOfTheFile(t *testing.T) {
	for _, method := range []uint16{Stored, Deflated} {
		b := ziptest.Archive{Members: members{{Name: "m", Data: bytes.Repeat(text, 1000), Method: method}}}.Bytes()
		broken := errors.New("broken disk")
		r := &failing{Reader: bytes.NewReader(b), after: 1 << 20, err: broken}
		d, err := Read(r, int64(len(b)), func(f finding.Finding) { t.Error(f) })
		require.NoError(t, err)
		r.after = 0
		_, err = d.ReadAll(d.Members[0], 1<<20)
		require.ErrorIs(t, err, broken)
	}
}

type counter struct {
	io.Reader
	n *int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	*c.n += int64(n)
	return n, err
}
