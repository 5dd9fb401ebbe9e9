package archive

import (
	"bytes"
	"encoding/binary"
	"math"
)

const (
	localSize   = 30
	centralSize = 46
	endSize     = 22
	locatorSize = 20
	end64Size   = 56

	max16 = math.MaxUint16
	max32 = math.MaxUint32
)

var (
	localSignature      = []byte("PK\x03\x04")
	centralSignature    = []byte("PK\x01\x02")
	endSignature        = []byte("PK\x05\x06")
	end64Signature      = []byte("PK\x06\x06")
	locatorSignature    = []byte("PK\x06\x07")
	descriptorSignature = []byte("PK\x07\x08")
)

// endRecord is what the end record says, with its zip64 form resolved.
type endRecord struct {
	// at is where the first of the end records begins and the central
	// directory has to end.
	at int64
	// offset and size of the central directory, and the number of its headers.
	offset, size, members uint64
}

// end finds the end record. It belongs at the very end of the file, since a
// comment is not allowed; where it is not, the last one that could be meant is
// used to find further faults.
func (a *reader) end() (*endRecord, error) {
	if a.size == 0 {
		a.fault(EmptyFile, "", "the file is empty, no zip archive")
		return nil, nil
	}
	n := min(a.size, endSize+max16)
	tail, err := a.bytes(a.size-n, n)
	if err != nil {
		return nil, err
	}
	at := a.locate(tail)
	if at < 0 {
		return nil, a.missing()
	}
	a.rivals(tail, at)
	f := fields(tail[at+4 : at+endSize])
	disk, directoryDisk := f.u16(), f.u16()
	here, total := f.u16(), f.u16()
	end := &endRecord{at: a.size - n + int64(at), members: uint64(total), size: uint64(f.u32()), offset: uint64(f.u32())}
	if disk != 0 || directoryDisk != 0 || here != total {
		a.fault(SplitArchive, "", "the end record is that of a split archive: disk %d, central directory on disk %d, %d of %d members on this disk", disk, directoryDisk, here, total)
	}
	found, err := a.zip64(end)
	if err != nil {
		return nil, err
	}
	if !found && (end.size == max32 || end.offset == max32) {
		a.fault(Zip64End, "", "the end record leaves size or offset to a zip64 end record, and there is none")
		return nil, nil
	}
	return end, nil
}

// locate returns the index of the end record in the file's tail, or -1.
func (a *reader) locate(tail []byte) int {
	for i := len(tail) - endSize; i >= 0; i-- {
		if !bytes.HasPrefix(tail[i:], endSignature) {
			continue
		}
		comment := int(binary.LittleEndian.Uint16(tail[i+endSize-2:]))
		rest := len(tail) - i - endSize
		if comment > rest {
			continue // cut, or no end record at all
		}
		if comment > 0 {
			a.fault(ArchiveComment, "", "the end record has a comment of %d bytes, where archives can hide a second one", comment)
		}
		if comment < rest {
			a.fault(BytesAfterEnd, "", "%d bytes follow the end record", rest-comment)
		}
		return i
	}
	return -1
}

// missing reports a file without an end record by what its beginning is.
func (a *reader) missing() error {
	head, err := a.bytes(0, min(a.size, 4))
	if err != nil {
		return err
	}
	if bytes.Equal(head, localSignature) {
		a.fault(Truncated, "", "the file of %d bytes begins as a zip archive and has no whole end record: it is truncated", a.size)
	} else {
		a.fault(NotAZip, "", "the file of %d bytes is no zip archive: no end record, and its first bytes are % x", a.size, head)
	}
	return nil
}

// rivals reports other end records whose comment would reach the end of the
// file exactly: a reader that searches forward, or from the longest comment
// down, takes one of those.
func (a *reader) rivals(tail []byte, at int) {
	for i := 0; i < at; i++ {
		next := bytes.Index(tail[i:at], endSignature)
		if next < 0 {
			return
		}
		i += next
		comment := int(binary.LittleEndian.Uint16(tail[i+endSize-2:]))
		if i+endSize+comment == len(tail) {
			a.fault(SecondEndRecord, "", "a second end record %d bytes before the end of the file has the rest of it as its comment", len(tail)-i)
		}
	}
}

// zip64 reads the zip64 locator and end record where there are any: directly
// before the end record, each at exactly its place, and only where a field of
// the end record is too small for its value.
func (a *reader) zip64(end *endRecord) (found bool, err error) {
	if end.at < locatorSize {
		return false, nil
	}
	b, err := a.bytes(end.at-locatorSize, locatorSize)
	if err != nil || !bytes.HasPrefix(b, locatorSignature) {
		return false, err
	}
	f := fields(b[4:])
	disk, offset, disks := f.u32(), f.u64(), f.u32()
	at := end.at - locatorSize - end64Size
	if disk != 0 || disks != 1 {
		a.fault(SplitArchive, "", "the zip64 locator is that of a split archive: disk %d of %d", disk, disks)
	}
	if at < 0 || offset != uint64(at) {
		a.fault(Zip64End, "", "the zip64 locator points to offset %d, and its end record belongs directly before it, at %d", offset, at)
	}
	if at < 0 {
		return false, nil
	}
	if b, err = a.bytes(at, end64Size); err != nil {
		return false, err
	}
	if !bytes.HasPrefix(b, end64Signature) {
		a.fault(Zip64End, "", "no zip64 end record at offset %d, directly before its locator", at)
		return false, nil
	}
	a.merge64(end, fields(b[4:]), at)
	return true, nil
}

// merge64 takes the values of the zip64 end record, each of which the end
// record either repeats or leaves to it.
func (a *reader) merge64(end *endRecord, f fields, at int64) {
	length := f.u64()
	f.take(4) // versions
	disk, directoryDisk := f.u32(), f.u32()
	here, total := f.u64(), f.u64()
	size, offset := f.u64(), f.u64()
	if length != end64Size-12 {
		a.fault(Zip64End, "", "the zip64 end record has %d bytes after its length, want %d", length, end64Size-12)
	}
	if disk != 0 || directoryDisk != 0 || here != total {
		a.fault(SplitArchive, "", "the zip64 end record is that of a split archive: disk %d, central directory on disk %d, %d of %d members on this disk", disk, directoryDisk, here, total)
	}
	needed := false
	for _, v := range []struct {
		field          string
		short, long, z uint64
	}{
		{"number of members", end.members, total, max16},
		{"size", end.size, size, max32},
		{"offset", end.offset, offset, max32},
	} {
		needed = needed || v.short == v.z
		if v.short != v.z && v.short != v.long {
			a.fault(Zip64End, "", "the end record gives %d as the central directory's %s, its zip64 form %d", v.short, v.field, v.long)
		}
	}
	if !needed {
		a.fault(Zip64End, "", "a zip64 end record that no field of the end record asks for: some readers use it, others do not")
	}
	end.at, end.members, end.size, end.offset = at, total, size, offset
}
