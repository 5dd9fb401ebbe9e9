// Package archive reads the directories of a zip archive as a strict reader of
// hostile files: it accepts an archive only if there is one way to read it.
//
// The format is PKWARE's APPNOTE 6.3.10. An archive is, without a byte between
// or around them:
//
//	{local header, data, [data descriptor]}   once a member
//	{central header}                          once a member
//	[zip64 end record, zip64 locator]         above 4 GiB or 65,535 members
//	end record                                without a comment
//
// Installers take a member's place, sizes or name from the local header, from
// the central one, or from the last of several end records; where those
// differ, they install different files. Every rule here closes one such gap.
// The package knows nothing of wheels, and inflates a member only when asked.
package archive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Bounds of what is read into memory. An archive above one of them is refused.
const (
	// MaxDirectoryBytes is the largest central directory.
	MaxDirectoryBytes = 32 << 20
	// MaxMembers is the largest number of members.
	MaxMembers = 200_000
	// MaxName is the longest name of a member, in bytes: what Linux takes for
	// a path.
	MaxName = 4096
)

// Compression methods that a wheel may use.
const (
	Stored   = 0
	Deflated = 8
)

// Report takes one finding. The caller bounds how many are kept.
type Report func(finding.Finding)

// Member is one member of an archive, as its central header describes it.
type Member struct {
	// Name is spelt as in the archive; a folder's ends in `/`. It is safe to
	// use as a path only where the archive had no finding.
	Name   string
	Method uint16
	Flags  uint16
	CRC32  uint32
	// CompressedSize and Size are in bytes, never negative.
	CompressedSize int64
	Size           int64
	// HeaderOffset is where the local header begins in the file.
	HeaderOffset int64
	// DataOffset is where the data begins; -1 where no local header was found.
	DataOffset int64
}

// IsFolder says whether the member's name is that of a folder.
func (m Member) IsFolder() bool { return strings.HasSuffix(m.Name, "/") }

// Directory is the list of members of one archive.
type Directory struct {
	// Members are in the order of the central directory.
	Members []Member

	r    io.ReaderAt
	size int64
}

// Read reads the directories of the archive of the given size in bytes. What
// is wrong with the archive is reported, all of it, and is no error; an error
// says that r could not be read. Without a readable central directory the
// result is nil and a finding says why.
func Read(r io.ReaderAt, size int64, report Report) (*Directory, error) {
	a := &reader{r: r, size: size, report: report}
	end, err := a.end()
	if end == nil || err != nil {
		return nil, err
	}
	headers, start, err := a.central(*end)
	if headers == nil || err != nil {
		return nil, err
	}
	a.names(headers)
	if err := a.walk(headers, start); err != nil {
		return nil, err
	}
	d := &Directory{Members: make([]Member, len(headers)), r: r, size: size}
	for i, h := range headers {
		d.Members[i] = h.Member
	}
	return d, nil
}

// reader is the state that the parts of Read share.
type reader struct {
	r      io.ReaderAt
	size   int64
	report Report
	// base is the number of bytes put before the archive without adapting its
	// offsets; zero in every archive that is accepted.
	base int64
}

// fault reports an error about a member; the name is empty for the archive.
func (a *reader) fault(code, member, format string, args ...any) {
	a.report(fault(code, member, format, args...))
}

func fault(code, member, format string, args ...any) finding.Finding {
	return finding.Errorf(code, format, args...).In(member)
}

// bytes reads n bytes at off, both inside the file.
func (a *reader) bytes(off, n int64) ([]byte, error) {
	return a.into(make([]byte, n), off)
}

func (a *reader) into(b []byte, off int64) ([]byte, error) {
	if off < 0 || int64(len(b)) > a.size-off {
		return nil, fmt.Errorf("reading %d bytes at offset %d of %d: outside the file", len(b), off, a.size)
	}
	n, err := a.r.ReadAt(b, off)
	if n == len(b) {
		return b, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // the file is shorter than it was
	}
	return nil, fmt.Errorf("reading %d bytes at offset %d: %w", len(b), off, err)
}

// fields takes little-endian numbers off the front of a record whose length
// was checked before.
type fields []byte

func (f *fields) u16() uint16 {
	v := binary.LittleEndian.Uint16(*f)
	*f = (*f)[2:]
	return v
}

func (f *fields) u32() uint32 {
	v := binary.LittleEndian.Uint32(*f)
	*f = (*f)[4:]
	return v
}

func (f *fields) u64() uint64 {
	v := binary.LittleEndian.Uint64(*f)
	*f = (*f)[8:]
	return v
}

func (f *fields) take(n int) []byte {
	v := (*f)[:n]
	*f = (*f)[n:]
	return v
}
