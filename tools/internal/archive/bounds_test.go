package archive_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
)

// large is an archive of n empty members whose central headers have comments
// of the given length.
func large(n, comment int) ziptest.Archive {
	a := ziptest.Archive{Members: make(members, n), Zip64: true}
	for i := range a.Members {
		a.Members[i] = ziptest.Member{Name: fmt.Sprintf("%06d", i), Central: func(h *header) { h.Comment = make([]byte, comment) }}
	}
	return a
}

func TestMaxMembers(t *testing.T) {
	d, codes := read(t, large(MaxMembers, 0).Bytes())
	require.Empty(t, codes)
	require.Len(t, d.Members, MaxMembers)

	more := large(MaxMembers+1, 0)
	d, codes = read(t, more.Bytes())
	assert.Nil(t, d)
	assert.Equal(t, []string{TooManyMembers}, codes)

	more.End64 = func(e *end) { e.Here, e.Total = 1, 1 }
	d, codes = read(t, more.Bytes())
	assert.Len(t, d.Members, MaxMembers, "an end record that lies lifts no bound")
	assert.Equal(t, []string{TooManyMembers, MemberCount, UnlistedMember}, codes)
}

func TestMaxDirectoryBytes(t *testing.T) {
	const headers = 512
	comment := MaxDirectoryBytes/headers - 46 - 6
	d, codes := read(t, large(headers, comment).Bytes())
	require.Empty(t, codes)
	require.Len(t, d.Members, headers)

	a := large(headers, comment)
	a.Members[7].Name += "x"
	d, codes = read(t, a.Bytes())
	assert.Nil(t, d)
	assert.Equal(t, []string{DirectoryTooLarge}, codes)
}

// TestLargestPlainCount: 65,535 members fit the end record, and 65,536 do not.
func TestLargestPlainCount(t *testing.T) {
	a := large(65535, 0)
	a.Zip64 = false
	_, codes := read(t, a.Bytes())
	assert.Empty(t, codes)

	a = large(65536, 0)
	a.Zip64 = false
	_, codes = read(t, a.Bytes())
	assert.Equal(t, []string{MemberCount}, codes)
}

// TestOverlapIsCheap: headers that all point at one large local header must
// not make it be read once for each.
func TestOverlapIsCheap(t *testing.T) {
	a := large(50_000, 0)
	a.Members[0].Local = func(h *header) { h.Extra = ziptest.Extra(9, make([]byte, 65000)) }
	for i := range a.Members[1:] {
		a.Members[i+1].Unwritten = true
		a.Members[i+1].Central = func(h *header) { h.Offset = 0 }
	}
	_, codes := read(t, a.Bytes())
	assert.Equal(t, []string{OverlappingMembers}, codes)
}
