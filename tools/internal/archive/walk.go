package archive

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// walk follows the local headers from the first byte of the archive to its
// central directory. Each member has to begin where the one before it ends, so
// that a reader which never looks at the central directory meets the same
// members, and no byte of the file is hidden from either.
func (a *reader) walk(headers []*header, directory int64) error {
	order := slices.Clone(headers)
	slices.SortStableFunc(order, func(x, y *header) int { return cmp.Compare(x.HeaderOffset, y.HeaderOffset) })
	at := a.base
	for i, h := range order {
		next := directory
		if i+1 < len(order) {
			next = min(next, order[i+1].HeaderOffset)
		}
		if h.HeaderOffset > directory-localSize {
			a.fault(MemberOutOfRange, h.Name, "the member's local header at offset %d is not before the central directory at %d", h.HeaderOffset, directory)
			continue
		}
		if h.HeaderOffset < at {
			// Its header is not even read: what one byte of the file costs stays
			// bounded, however many members claim it.
			a.fault(OverlappingMembers, h.Name, "the member begins at offset %d, within another member that ends at %d", h.HeaderOffset, at)
			continue
		}
		if err := a.gap(at, h.HeaderOffset, directory); err != nil {
			return err
		}
		end, err := a.local(h, next, directory)
		if err != nil {
			return err
		}
		at = max(at, end)
	}
	return a.gap(at, directory, directory)
}

// gap reports bytes that belong to no member.
func (a *reader) gap(from, to, directory int64) error {
	if from >= to {
		return nil
	}
	if to-from >= localSize {
		b, err := a.bytes(from, localSize)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(b, localSignature) {
			f := fields(b[26:])
			name, err := a.bytes(from+localSize, min(int64(f.u16()), to-from-localSize))
			if err != nil {
				return err
			}
			a.fault(UnlistedMember, string(name), "a local header at offset %d, for which the central directory has no member", from)
			return nil
		}
	}
	switch {
	case to == directory:
		a.fault(BytesBeforeDirectory, "", "%d bytes at offset %d, before the central directory, belong to no member", to-from, from)
	case from == a.base:
		a.fault(BytesBeforeMembers, "", "%d bytes before the first member", to-from)
	default:
		a.fault(BytesBetweenMembers, "", "%d bytes at offset %d belong to no member", to-from, from)
	}
	return nil
}

// local reads a member's local header, holds it against the central one, and
// returns where the member ends, its data descriptor included.
func (a *reader) local(h *header, next, directory int64) (int64, error) {
	room := directory - h.HeaderOffset
	// Names are alike in honest archives, and extra fields are short.
	b, err := a.bytes(h.HeaderOffset, min(room, localSize+int64(len(h.Name))+64))
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(b, localSignature) {
		a.fault(LocalHeaderMissing, h.Name, "no local header at offset %d, where the central directory has this member", h.HeaderOffset)
		return h.HeaderOffset, nil
	}
	f := fields(b[6:localSize])
	flags, method := f.u16(), f.u16()
	f.take(4) // modification time
	crc, compressed, size := f.u32(), uint64(f.u32()), uint64(f.u32())
	nameLength, extraLength := int(f.u16()), int(f.u16())
	length := int64(localSize + nameLength + extraLength)
	if length > room {
		a.fault(MemberOutOfRange, h.Name, "the local header at offset %d reaches into the central directory", h.HeaderOffset)
		return h.HeaderOffset + localSize, nil
	}
	if length > int64(len(b)) {
		if b, err = a.bytes(h.HeaderOffset, length); err != nil {
			return 0, err
		}
	}
	name := b[localSize : localSize+nameLength]
	zip64 := a.extra(h.Name, "local", b[localSize+nameLength:length], name)
	if flags&flagDescriptor == 0 && repeats(zip64, size, compressed) {
		zip64 = nil
	}
	a.resolve(h.Name, "local", zip64, &size, &compressed)
	h.DataOffset = h.HeaderOffset + length

	a.differ(h, "name", string(name), h.Name)
	a.differ(h, "method", method, h.Method)
	a.differ(h, "flags", flags, h.Flags)
	// Where a data descriptor follows, the header may leave these at zero.
	later := flags&h.Flags&flagDescriptor != 0
	if !later || crc != 0 {
		a.differ(h, "crc32", crc, h.CRC32)
	}
	if !later || compressed != 0 {
		a.differ(h, "compressed_size", compressed, uint64(h.CompressedSize))
	}
	if !later || size != 0 {
		a.differ(h, "size", size, uint64(h.Size))
	}
	if h.CompressedSize > directory-h.DataOffset {
		a.fault(MemberOutOfRange, h.Name, "the member's data of %d bytes at offset %d reaches into the central directory at %d", h.CompressedSize, h.DataOffset, directory)
		h.DataOffset = -1
		return directory, nil
	}
	end := h.DataOffset + h.CompressedSize
	if h.Flags&flagDescriptor == 0 {
		return end, nil
	}
	wide := zip64 != nil || h.CompressedSize >= math.MaxUint32 || h.Size >= math.MaxUint32
	return a.descriptor(h, end, next, directory, wide)
}
