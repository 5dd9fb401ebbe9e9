package archive

import (
	"bytes"
	"math"
)

// Bits of the general purpose flags.
const (
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagPatched    = 1 << 5
	flagStrong     = 1 << 6
	flagUTF8       = 1 << 11
	flagMasked     = 1 << 13
	// flagsKnown are those that a wheel may have; bits 1 and 2 tell how hard
	// the compressor tried.
	flagsKnown = 1<<1 | 1<<2 | flagDescriptor | flagUTF8
)

// maxRatio is how many bytes one byte of deflate data can become: matches of
// 258 bytes, the longest, in two bits each, the shortest codes (RFC 1951).
const maxRatio = 1032

// header is a central header and what the walk learns about its member.
type header struct {
	Member
	external uint32
}

// central reads the central directory and says where in the file it begins.
// It returns no headers where it cannot be found or is above a bound.
func (a *reader) central(end endRecord) ([]*header, int64, error) {
	if end.size > MaxDirectoryBytes {
		a.fault(DirectoryTooLarge, "", "the central directory has %d bytes, want at most %d", end.size, MaxDirectoryBytes)
		return nil, 0, nil
	}
	if end.members > MaxMembers {
		a.fault(TooManyMembers, "", "the archive has %d members, want at most %d", end.members, MaxMembers)
		return nil, 0, nil
	}
	start, err := a.start(end)
	if start < 0 || err != nil {
		return nil, 0, err
	}
	b, err := a.bytes(start, min(int64(end.size), end.at-start))
	if err != nil {
		return nil, 0, err
	}
	if bytes.Contains(b, endSignature) {
		a.fault(SecondEndRecord, "", "the central directory holds the signature of an end record")
	}
	headers := a.headers(b)
	if uint64(len(headers)) != end.members {
		a.fault(MemberCount, "", "the end record counts %d members, the central directory has %d", end.members, len(headers))
	}
	return headers, start, nil
}

// start finds the central directory: at the offset that the end record gives,
// or, in an archive that was appended to something else, that much later.
func (a *reader) start(end endRecord) (int64, error) {
	if end.offset <= uint64(end.at) && end.size == uint64(end.at)-end.offset {
		return int64(end.offset), nil
	}
	before := end.at - int64(end.size)
	for _, at := range []int64{before, int64(min(end.offset, uint64(end.at)))} {
		if at < 0 || at+centralSize > end.at {
			continue
		}
		b, err := a.bytes(at, int64(len(centralSignature)))
		if err != nil {
			return -1, err
		}
		if !bytes.Equal(b, centralSignature) {
			continue
		}
		if at == before && uint64(at) > end.offset {
			a.base = at - int64(end.offset)
			a.fault(BytesBeforeMembers, "", "%d bytes were put before the archive: its end record gives offset %d for what is at %d", a.base, end.offset, at)
		} else {
			a.fault(DirectoryMisplaced, "", "the central directory of %d bytes at offset %d does not end at %d, where the end records begin", end.size, end.offset, end.at)
		}
		return at, nil
	}
	a.fault(DirectoryMisplaced, "", "no central directory of %d bytes at offset %d, up to the end records at %d", end.size, end.offset, end.at)
	return -1, nil
}

// headers takes the central directory apart. What cannot be taken apart ends
// the list: behind a damaged header nothing is certain.
func (a *reader) headers(b []byte) []*header {
	list := []*header{}
	for len(b) > 0 {
		if len(b) < centralSize || !bytes.HasPrefix(b, centralSignature) {
			a.fault(DirectoryDamaged, "", "the last %d bytes of the central directory, after %d members, are no central header", len(b), len(list))
			break
		}
		f := fields(b[28:34])
		length := centralSize + int(f.u16()) + int(f.u16()) + int(f.u16())
		if len(b) < length {
			a.fault(DirectoryDamaged, "", "central header %d has %d bytes, and the directory has only %d more", len(list)+1, length, len(b))
			break
		}
		if len(list) == MaxMembers {
			a.fault(TooManyMembers, "", "the central directory has more than %d members", MaxMembers)
			break
		}
		list = append(list, a.header(b[:length]))
		b = b[length:]
	}
	return list
}

// header reads one central header of the right length.
func (a *reader) header(b []byte) *header {
	h := &header{}
	f := fields(b[8:])
	h.Flags, h.Method = f.u16(), f.u16()
	f.take(4) // modification time
	h.CRC32 = f.u32()
	compressed, size := uint64(f.u32()), uint64(f.u32())
	nameLength, extraLength := int(f.u16()), int(f.u16())
	f.take(2) // length of the comment
	disk := f.u16()
	f.take(2) // internal attributes
	h.external = f.u32()
	offset := uint64(f.u32())
	name := f.take(nameLength)
	h.Name = string(name)
	x := a.extra(h.Name, "central", f.take(extraLength), name)
	a.resolve(h.Name, "central", x, &size, &compressed, &offset)
	if disk != 0 {
		a.fault(SplitArchive, h.Name, "the member is said to begin on disk %d of a split archive", disk)
	}
	h.DataOffset = -1
	h.HeaderOffset = a.bounded(h.Name, "offset", offset, math.MaxInt64-uint64(a.base)) + a.base
	h.CompressedSize = a.bounded(h.Name, "compressed size", compressed, uint64(a.size))
	// JSON numbers are exact up to here, and no wheel comes near.
	h.Size = a.bounded(h.Name, "size", size, 1<<53-1)
	a.check(h)
	return h
}

// bounded returns the value, or the limit and a finding where it is above it.
func (a *reader) bounded(member, field string, value, limit uint64) int64 {
	if value > limit {
		a.fault(MemberOutOfRange, member, "the member's %s of %d is impossible in this file, want at most %d", field, value, limit)
		return int64(limit)
	}
	return int64(value)
}

// check holds one central header against the rules that need nothing else.
func (a *reader) check(h *header) {
	a.name(h.Name, h.Flags)
	if h.Flags&(flagEncrypted|flagStrong|flagMasked) != 0 {
		a.fault(Encrypted, h.Name, "the member is encrypted or its headers are masked (flags %#04x)", h.Flags)
	}
	if h.Flags&flagPatched != 0 {
		a.fault(PatchedData, h.Name, "the member is compressed patch data (flags %#04x)", h.Flags)
	}
	if rest := h.Flags &^ (flagsKnown | flagEncrypted | flagStrong | flagMasked | flagPatched); rest != 0 {
		a.fault(ReservedFlags, h.Name, "the member has flags without a meaning: %#04x", rest)
	}
	if h.Method != Stored && h.Method != Deflated {
		a.fault(UnsupportedMethod, h.Name, "compression method %d, want 0 (stored) or 8 (deflate)", h.Method)
	}
	// Some zippers deflate folders; nothing becomes two or five bytes.
	empty := h.CompressedSize == 0 || h.Method == Deflated && h.CompressedSize <= 5
	switch {
	case h.IsFolder() && (h.Size != 0 || h.CRC32 != 0 || !empty):
		a.fault(FolderData, h.Name, "a folder with content: %d bytes, %d compressed, CRC-32 %08x", h.Size, h.CompressedSize, h.CRC32)
	case h.Method == Stored && h.CompressedSize != h.Size:
		a.fault(SizeMismatch, h.Name, "a stored member of %d bytes with a compressed size of %d", h.Size, h.CompressedSize)
	case h.Method == Deflated && (h.CompressedSize < 2 || h.Size/maxRatio > h.CompressedSize):
		a.fault(SizeMismatch, h.Name, "a deflated member of %d bytes with a compressed size of %d, which no deflate data has", h.Size, h.CompressedSize)
	case h.Size == 0 && h.CRC32 != 0:
		a.fault(SizeMismatch, h.Name, "an empty member with the CRC-32 %08x, want 0", h.CRC32)
	}
	a.kind(h)
}

// kind checks the file type in the external attributes: the upper half are
// Unix modes. Some readers look at them whatever system made the archive, so
// the host in "version made by" changes nothing here.
func (a *reader) kind(h *header) {
	const (
		format = 0o170000
		folder = 0o040000
		file   = 0o100000
		link   = 0o120000
		dosDir = 0x10
	)
	mode := h.external >> 16
	switch mode & format {
	case 0:
		if h.external&dosDir != 0 && !h.IsFolder() {
			a.fault(FolderType, h.Name, "the name is that of a file, the attributes %#08x are those of a folder", h.external)
		}
	case folder, file:
		if (mode&format == folder) != h.IsFolder() {
			a.fault(FolderType, h.Name, "name and attributes disagree whether this is a folder: mode %06o", mode)
		}
	case link:
		a.fault(Symlink, h.Name, "the member is a symbolic link (mode %06o)", mode)
	default:
		a.fault(SpecialFile, h.Name, "the member is a device, pipe or socket (mode %06o)", mode)
	}
}
