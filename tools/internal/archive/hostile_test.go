package archive_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
)

type (
	members = []ziptest.Member
	header  = ziptest.Header
	end     = ziptest.End
)

var text = []byte("some text, some text, some text")

// two are members around the one that a case is about.
func among(m ziptest.Member) ziptest.Archive {
	return ziptest.Archive{Members: members{{Name: "first", Data: text}, m, {Name: "last", Data: text, Method: 8}}}
}

func edit(a ziptest.Archive, change func(b []byte) []byte) func() []byte {
	return func() []byte { return change(a.Bytes()) }
}

func named(name string) ziptest.Archive {
	m := ziptest.Member{Name: name, Data: text, Flags: 1 << 11}
	if strings.HasSuffix(name, "/") {
		m.Data = nil
	}
	return among(m)
}

func external(name string, attributes uint32) ziptest.Archive {
	return among(ziptest.Member{Name: name, External: attributes})
}

func local(f func(*header)) ziptest.Archive {
	return among(ziptest.Member{Name: "m", Data: text, Local: f})
}

func both(f func(*header)) ziptest.Archive {
	return among(ziptest.Member{Name: "m", Data: text, Both: f})
}

func central(f func(*header)) ziptest.Archive {
	return among(ziptest.Member{Name: "m", Data: text, Central: f})
}

// hidden is a whole archive that a forward reader finds within another.
func hidden() []byte { return ziptest.Wheel("evil", "1.0", "py3-none-any").Bytes() }

func withComment(b []byte, comment int) []byte {
	b = bytes.Clone(b)
	binary.LittleEndian.PutUint16(b[len(b)-2:], uint16(comment))
	return b
}

// rival is an archive whose last member holds an end record of its own that
// claims the rest of the file as its comment.
func rival() []byte {
	inner := hidden()
	for comment := 0; ; comment++ {
		b := ziptest.Archive{Members: members{{Name: "a.zip", Data: withComment(inner, comment)}}}.Bytes()
		if 30+len("a.zip")+len(inner)+comment == len(b) {
			return b
		}
	}
}

// ambiguous is stored data that ends early for a reader that goes forward.
func ambiguous(form ziptest.Form) []byte {
	inner := ziptest.Archive{Members: members{{Name: "x", Data: text, Descriptor: form}, {Name: "y"}}}.Bytes()
	return inner[30+len("x"):]
}

func TestReadRefuses(t *testing.T) {
	plain := among(ziptest.Member{Name: "m", Data: text})
	for _, c := range []struct {
		name  string
		bytes func() []byte
		codes []string
	}{
		// The file as a whole.
		{"empty file", func() []byte { return nil }, []string{EmptyFile}},
		{"one byte", func() []byte { return []byte("P") }, []string{NotAZip}},
		{"a page of HTML", func() []byte { return []byte("<html>not found, and long enough for an end record</html>") }, []string{NotAZip}},
		{"only the signature", func() []byte { return []byte("PK\x03\x04") }, []string{Truncated}},
		{"cut in the data", edit(plain, func(b []byte) []byte { return b[:50] }), []string{Truncated}},
		{"cut in the end record", edit(plain, func(b []byte) []byte { return b[:len(b)-1] }), []string{Truncated}},
		{"comment", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Comment = []byte("hi") }}.Bytes, []string{ArchiveComment}},
		{"cut comment", ziptest.Archive{Members: plain.Members, After: withComment(ziptest.Archive{}.Bytes(), 9)}.Bytes, []string{BytesAfterEnd}},
		{"bytes after the end", ziptest.Archive{Members: plain.Members, After: []byte{0}}.Bytes, []string{BytesAfterEnd}},
		{"a line end after the end", ziptest.Archive{Members: plain.Members, After: []byte("\r\n")}.Bytes, []string{BytesAfterEnd}},
		{"comment and more", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Comment = []byte("hi") }, After: []byte("x")}.Bytes, []string{ArchiveComment, BytesAfterEnd}},
		{"an archive in the comment", func() []byte {
			return ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Comment = hidden() }}.Bytes()
		}, []string{SecondEndRecord, BytesBeforeMembers}},
		{"two end records", ziptest.Archive{Members: plain.Members, BeforeEnd: withComment(ziptest.Archive{}.Bytes(), 22)}.Bytes, []string{SecondEndRecord, DirectoryMisplaced}},
		{"an end record in a member, up to the end", rival, []string{SecondEndRecord}},
		{"an end record in a member's comment", central(func(h *header) { h.Comment = ziptest.Archive{}.Bytes() }).Bytes, []string{SecondEndRecord}},
		{"two archives", func() []byte { return append(hidden(), plain.Bytes()...) }, []string{BytesBeforeMembers}},
		{"self-extracting", func() []byte { return append([]byte("#!/bin/sh\n"), plain.Bytes()...) }, []string{BytesBeforeMembers}},
		{"disk number", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Disk = 1 }}.Bytes, []string{SplitArchive}},
		{"directory on another disk", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.DirectoryDisk = 1 }}.Bytes, []string{SplitArchive}},
		{"fewer members on this disk", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Here = 2 }}.Bytes, []string{SplitArchive}},
		{"member on another disk", central(func(h *header) { h.Disk = 1 }).Bytes, []string{SplitArchive}},
		{"too few members counted", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Here, e.Total = 2, 2 }}.Bytes, []string{MemberCount}},
		{"too many members counted", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Here, e.Total = 4, 4 }}.Bytes, []string{MemberCount}},

		// zip64.
		{"locator elsewhere", ziptest.Archive{Members: plain.Members, Zip64: true, End64: func(e *end) { e.Locator = 0 }}.Bytes, []string{Zip64End}},
		{"bytes before the locator", ziptest.Archive{Members: plain.Members, Zip64: true, BeforeLocator: []byte("x")}.Bytes, []string{Zip64End}},
		{"long zip64 end record", ziptest.Archive{Members: plain.Members, Zip64: true, End64: func(e *end) { e.Length = 52 }}.Bytes, []string{Zip64End}},
		{"two disks", ziptest.Archive{Members: plain.Members, Zip64: true, End64: func(e *end) { e.Disks = 2 }}.Bytes, []string{SplitArchive}},
		{"zip64 disk", ziptest.Archive{Members: plain.Members, Zip64: true, End64: func(e *end) { e.Disk = 1 }}.Bytes, []string{SplitArchive}},
		{"zip64 count", ziptest.Archive{Members: plain.Members, Zip64: true, End64: func(e *end) { e.Here, e.Total = 9, 9 }}.Bytes, []string{MemberCount}},
		{"zip64 and end record differ", ziptest.Archive{Members: plain.Members, Zip64: true, End: func(e *end) { e.Here, e.Total = 2, 2 }}.Bytes, []string{Zip64End}},
		{"needless zip64 end record", ziptest.Archive{Members: plain.Members, Zip64: true, End: func(e *end) {
			e.Here, e.Total, e.Size, e.Offset = 3, 3, 146, 192
		}}.Bytes, []string{Zip64End}},
		{"zip64 end record missing", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Offset = 0xffffffff }}.Bytes, []string{Zip64End}},
		{"zip64 size above every bound", ziptest.Archive{Members: plain.Members, Zip64: true, End64: func(e *end) { e.Size = 1 << 63 }}.Bytes, []string{DirectoryTooLarge}},
		{"zip64 offset above every bound", ziptest.Archive{Members: plain.Members, Zip64: true, End64: func(e *end) { e.Offset = 1<<64 - 1 }}.Bytes, []string{DirectoryMisplaced}},
		{"zip64 count above every bound", ziptest.Archive{Members: plain.Members, Zip64: true, End64: func(e *end) { e.Here, e.Total = 1<<64-1, 1<<64-1 }}.Bytes, []string{TooManyMembers}},

		// The central directory and the bytes outside members.
		{"directory elsewhere", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Offset += 4 }}.Bytes, []string{DirectoryMisplaced}},
		{"directory too short", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Size -= 50 }}.Bytes, []string{DirectoryMisplaced, MemberCount, UnlistedMember}},
		{"no directory", ziptest.Archive{Members: plain.Members, End: func(e *end) { e.Size, e.Offset, e.Here, e.Total = 0, 0, 0, 0 }}.Bytes, []string{DirectoryMisplaced}},
		{"bytes before the end record", ziptest.Archive{Members: plain.Members, BeforeEnd: []byte("x")}.Bytes, []string{DirectoryMisplaced}},
		{"bytes in the directory", ziptest.Archive{Members: plain.Members, BeforeEnd: []byte("digital signature"), End: func(e *end) { e.Size += 17 }}.Bytes, []string{DirectoryDamaged}},
		{"central header cut", func() []byte {
			return ziptest.Archive{Members: plain.Members, BeforeEnd: append([]byte("PK\x01\x02"), bytes.Repeat([]byte{255}, 46)...), End: func(e *end) { e.Size += 50 }}.Bytes()
		}, []string{DirectoryDamaged}},
		{"bytes before the directory", ziptest.Archive{Members: plain.Members, BeforeDirectory: []byte("x")}.Bytes, []string{BytesBeforeDirectory}},
		{"bytes before the first member", ziptest.Archive{Members: members{{Name: "m", Before: []byte("x")}}}.Bytes, []string{BytesBeforeMembers}},
		{"bytes between members", among(ziptest.Member{Name: "m", Before: bytes.Repeat([]byte{0}, 64)}).Bytes, []string{BytesBetweenMembers}},
		{"unlisted member", among(ziptest.Member{Name: "evil", Data: text, Unlisted: true}).Bytes, []string{UnlistedMember}},
		{"unlisted member at the end", ziptest.Archive{Members: members{{Name: "m"}, {Name: "evil", Data: text, Unlisted: true}}}.Bytes, []string{UnlistedMember}},
		{"two members of one place", ziptest.Archive{Members: members{{Name: "m", Data: text}, {Name: "n", Data: text, Central: func(h *header) { h.Offset = 0 }}}}.Bytes,
			[]string{OverlappingMembers, UnlistedMember}},
		{"quoted members", ziptest.Archive{Members: members{
			{Name: "m", Data: text, Both: func(h *header) { h.Compressed, h.Size = 93, 93 }}, {Name: "n", Data: text},
		}}.Bytes, []string{OverlappingMembers}},
		{"no local header", central(func(h *header) { h.Offset += 5 }).Bytes, []string{BytesBetweenMembers, LocalHeaderMissing}},
		{"offset in the directory", central(func(h *header) { h.Offset = 200 }).Bytes, []string{UnlistedMember, MemberOutOfRange}},
		{"offset outside the file", central(func(h *header) { h.Offset = 1 << 31 }).Bytes, []string{UnlistedMember, MemberOutOfRange}},
		{"data into the directory", ziptest.Archive{Members: members{{Name: "m", Data: text, Both: func(h *header) { h.Compressed, h.Size = 70, 70 }}}}.Bytes, []string{MemberOutOfRange}},
		{"local name into the directory", ziptest.Archive{Members: members{{Name: "m", Local: func(h *header) { h.Extra = ziptest.Extra(9, "xx") }}, {
			Name: "n", Unwritten: true, Central: func(h *header) { h.Offset = 7 }}}}.Bytes, []string{OverlappingMembers}},
		{"sizes outside the file", both(func(h *header) { h.Compressed, h.Size = 1<<31, 1<<31 }).Bytes, []string{MemberOutOfRange, SizeMismatch, HeaderMismatch, OverlappingMembers}},

		// One member's headers.
		{"local name", local(func(h *header) { h.Name = []byte("n") }).Bytes, []string{HeaderMismatch}},
		{"local name of another length", local(func(h *header) { h.Name = []byte("long") }).Bytes, []string{HeaderMismatch}},
		{"local method", local(func(h *header) { h.Method = 8 }).Bytes, []string{HeaderMismatch}},
		{"local flags", local(func(h *header) { h.Flags = 1 << 11 }).Bytes, []string{HeaderMismatch}},
		{"local descriptor flag", local(func(h *header) { h.Flags = 1 << 3 }).Bytes, []string{HeaderMismatch}},
		{"local CRC-32", local(func(h *header) { h.CRC32++ }).Bytes, []string{HeaderMismatch}},
		{"local sizes of zero", local(func(h *header) { h.Compressed, h.Size = 0, 0 }).Bytes, []string{HeaderMismatch}},
		{"local size", local(func(h *header) { h.Size-- }).Bytes, []string{HeaderMismatch}},
		{"central size", central(func(h *header) { h.Compressed--; h.Size-- }).Bytes, []string{HeaderMismatch, BytesBetweenMembers}},
		{"central descriptor flag", central(func(h *header) { h.Flags = 1 << 3 }).Bytes, []string{HeaderMismatch, DescriptorMismatch}},
		{"stored sizes", both(func(h *header) { h.Size-- }).Bytes, []string{SizeMismatch}},
		{"method", both(func(h *header) { h.Method = 14 }).Bytes, []string{UnsupportedMethod}},
		{"encrypted", both(func(h *header) { h.Flags = 1 }).Bytes, []string{Encrypted}},
		{"strong encryption", both(func(h *header) { h.Flags = 1 << 6 }).Bytes, []string{Encrypted}},
		{"masked headers", both(func(h *header) { h.Flags = 1 << 13 }).Bytes, []string{Encrypted}},
		{"AES", both(func(h *header) { h.Method, h.Extra = 99, ziptest.Extra(0x9901, "\x02\x00AE\x03\x08\x00") }).Bytes, []string{Encrypted, UnsupportedMethod}},
		{"patched data", both(func(h *header) { h.Flags = 1 << 5 }).Bytes, []string{PatchedData}},
		{"reserved flags", both(func(h *header) { h.Flags = 1 << 15 }).Bytes, []string{ReservedFlags}},
		{"folder with data", both(func(h *header) { h.Name = []byte("m/") }).Bytes, []string{FolderData}},
		{"symlink", external("m", 0o120777<<16).Bytes, []string{Symlink}},
		{"symlink of no Unix host", among(ziptest.Member{Name: "m", Both: func(h *header) { h.MadeBy, h.External = 20, 0o120777<<16 }}).Bytes, []string{Symlink}},
		{"device", external("m", 0o060644<<16).Bytes, []string{SpecialFile}},
		{"pipe", external("m", 0o010644<<16).Bytes, []string{SpecialFile}},
		{"folder as a file", external("m", 0o040755<<16).Bytes, []string{FolderType}},
		{"name too long", named(strings.Repeat("a/", MaxName/2) + "a").Bytes, []string{NameTooLong}},
		{"nothing with a checksum", among(ziptest.Member{Name: "m", Both: func(h *header) { h.CRC32 = 5 }}).Bytes, []string{SizeMismatch}},
		{"more than deflate data can be", among(ziptest.Member{Name: "m", Data: text, Method: 8, Both: func(h *header) { h.Size = 1 << 30 }}).Bytes, []string{SizeMismatch}},
		{"folder of DOS as a file", external("m", 0x10).Bytes, []string{FolderType}},
		{"file as a folder", external("m/", 0o100644<<16).Bytes, []string{FolderType}},

		// Extra fields.
		{"extra fields cut", local(func(h *header) { h.Extra = []byte{1, 2, 3} }).Bytes, []string{ExtraDamaged}},
		{"extra field too long", central(func(h *header) { h.Extra = []byte{9, 0, 1, 0} }).Bytes, []string{ExtraDamaged}},
		{"needless zip64 field", local(func(h *header) { h.Extra = ziptest.Extra(1, uint64(1), uint64(1)) }).Bytes, []string{Zip64Extra}},
		{"zip64 field that repeats another size", local(func(h *header) { h.Extra = ziptest.Extra(1, uint64(h.Size), uint64(h.Compressed)+1) }).Bytes, []string{Zip64Extra}},
		{"zip64 field that repeats with a descriptor", among(ziptest.Member{Name: "m", Data: text, Method: 8, Descriptor: ziptest.Signed, Local: func(h *header) {
			h.Extra = ziptest.Extra(1, uint64(h.Size), uint64(h.Compressed))
		}}).Bytes, []string{Zip64Extra, DescriptorMismatch}},
		{"empty zip64 field", central(func(h *header) { h.Extra = ziptest.Extra(1) }).Bytes, []string{Zip64Extra}},
		{"zip64 field too long", central(func(h *header) {
			h.Extra, h.Size = ziptest.Extra(1, uint64(h.Size), uint64(h.Size)), 0xffffffff
		}).Bytes, []string{Zip64Extra}},
		{"two zip64 fields", central(func(h *header) {
			h.Extra = append(ziptest.Extra(1, uint64(h.Size)), ziptest.Extra(1, uint64(5))...)
			h.Size = 0xffffffff
		}).Bytes, []string{ExtraDamaged}},
		{"zip64 field missing", central(func(h *header) { h.Offset = 0xffffffff }).Bytes, []string{Zip64Extra, UnlistedMember, MemberOutOfRange}},
		{"zip64 size that differs", local(func(h *header) {
			h.Extra = ziptest.Extra(1, uint64(h.Size)+1, uint64(h.Compressed))
			h.Size, h.Compressed = 0xffffffff, 0xffffffff
		}).Bytes, []string{HeaderMismatch}},
		{"zip64 size above every bound", central(func(h *header) {
			h.Extra, h.Size = ziptest.Extra(1, uint64(1<<63)), 0xffffffff
		}).Bytes, []string{MemberOutOfRange, SizeMismatch, HeaderMismatch}},
		{"Unicode path", local(func(h *header) { h.Extra = ziptest.Extra(0x7075, byte(1), uint32(0), "evil") }).Bytes, []string{UnicodePath}},
		{"central Unicode path", central(func(h *header) { h.Extra = ziptest.Extra(0x7075, byte(1), uint32(0), "evil") }).Bytes, []string{UnicodePath}},
		{"Unicode path of version 2", central(func(h *header) { h.Extra = ziptest.Extra(0x7075, byte(2), uint32(0), "m") }).Bytes, []string{UnicodePath}},
		{"two Unicode paths", central(func(h *header) {
			h.Extra = append(ziptest.Extra(0x7075, byte(1), uint32(0), "m"), ziptest.Extra(0x7075, byte(1), uint32(0), "m")...)
		}).Bytes, []string{ExtraDamaged}},

		// Data descriptors.
		{"descriptor missing", among(ziptest.Member{Name: "m", Data: text, Method: 8, Both: func(h *header) { h.Flags |= 1 << 3 }}).Bytes, []string{DescriptorMismatch}},
		{"descriptor differs", among(ziptest.Member{Name: "m", Data: text, Method: 8, Descriptor: ziptest.Signed, ChangeDescriptor: func(b []byte) []byte {
			b[4]++
			return b
		}}).Bytes, []string{DescriptorMismatch}},
		{"bytes after the descriptor", among(ziptest.Member{Name: "m", Data: text, Method: 8, Descriptor: ziptest.Bare, ChangeDescriptor: func(b []byte) []byte {
			return append(b, 0)
		}}).Bytes, []string{BytesBetweenMembers}},
		{"descriptor cut by the directory", ziptest.Archive{Members: members{{Name: "m", Data: text, Method: 8, Descriptor: ziptest.Bare, ChangeDescriptor: func(b []byte) []byte {
			return b[:4]
		}}}}.Bytes, []string{DescriptorMismatch, BytesBeforeDirectory}},
		{"wide descriptor without zip64", among(ziptest.Member{Name: "m", Data: text, Method: 8, Descriptor: ziptest.Signed64}).Bytes, []string{DescriptorMismatch}},
		{"narrow descriptor with zip64", among(ziptest.Member{Name: "m", Data: text, Method: 8, Descriptor: ziptest.Signed, Local: func(h *header) {
			h.Extra, h.Size, h.Compressed = ziptest.Extra(1, uint64(0), uint64(0)), 0xffffffff, 0xffffffff
		}}).Bytes, []string{DescriptorMismatch}},
		{"local size beside a descriptor", among(ziptest.Member{Name: "m", Data: text, Method: 8, Descriptor: ziptest.Signed, Local: func(h *header) { h.Size = 7 }}).Bytes, []string{HeaderMismatch}},
		{"stored data with a descriptor inside", among(ziptest.Member{Name: "m", Data: ambiguous(ziptest.Signed), Descriptor: ziptest.Signed}).Bytes, []string{DescriptorAmbiguous}},
		{"stored data with a bare descriptor inside", among(ziptest.Member{Name: "m", Data: ambiguous(ziptest.Bare), Descriptor: ziptest.Signed}).Bytes, []string{DescriptorAmbiguous}},
		{"stored data with a wide descriptor inside", among(ziptest.Member{Name: "m", Data: ambiguous(ziptest.Bare64), Descriptor: ziptest.Bare}).Bytes, []string{DescriptorAmbiguous}},

		// Names.
		{"empty name", named("").Bytes, []string{NameEmpty}},
		{"NUL", named("m\x00.py").Bytes, []string{NameControl}},
		{"line end", named("m\n").Bytes, []string{NameControl}},
		{"C1 control", named("m\u0085").Bytes, []string{NameControl}},
		{"invalid UTF-8", named("m\xff").Bytes, []string{NameEncoding}},
		{"surrogate", named("m\xed\xa0\x80").Bytes, []string{NameEncoding}},
		{"overlong", named("m\xc0\xaf").Bytes, []string{NameEncoding}},
		{"UTF-8 without the flag", among(ziptest.Member{Name: "ä", Data: text}).Bytes, []string{NameEncoding}},
		{"absolute", named("/etc/passwd").Bytes, []string{NameAbsolute}},
		{"only a slash", named("/").Bytes, []string{NameAbsolute, NameElement}},
		{"two slashes in front", named("//host/share").Bytes, []string{NameAbsolute, NameElement}},
		{"drive letter", named("c:/m").Bytes, []string{NameDrive}},
		{"drive-relative", named("C:m").Bytes, []string{NameDrive}},
		{"backslash", named(`a\..\m`).Bytes, []string{NameBackslash}},
		{"parent", named("../m").Bytes, []string{NameElement}},
		{"parent within", named("a/../../m").Bytes, []string{NameElement}},
		{"parent as a folder", named("a/../").Bytes, []string{NameElement}},
		{"dot", named("./m").Bytes, []string{NameElement}},
		{"empty element", named("a//m").Bytes, []string{NameElement}},
		{"folder with two slashes", named("a//").Bytes, []string{NameElement}},
		{"duplicate", named("first").Bytes, []string{DuplicateName}},
		{"case", named("FIRST").Bytes, []string{NameCollision}},
		{"sharp s", ziptest.Archive{Members: members{{Name: "stra\u00dfe", Flags: 1 << 11}, {Name: "STRASSE"}}}.Bytes, []string{NameCollision}},
		{"normalisation", ziptest.Archive{Members: members{{Name: "\u00e9", Flags: 1 << 11}, {Name: "e\u0301", Flags: 1 << 11}}}.Bytes, []string{NameCollision}},
		{"normalisation and case", ziptest.Archive{Members: members{{Name: "\u00c9", Flags: 1 << 11}, {Name: "e\u0301", Flags: 1 << 11}}}.Bytes, []string{NameCollision}},
		{"file and folder", ziptest.Archive{Members: members{{Name: "a"}, {Name: "a/"}}}.Bytes, []string{FileAsFolder}},
		{"file as a folder of another", ziptest.Archive{Members: members{{Name: "a.b"}, {Name: "a/b"}, {Name: "a"}}}.Bytes, []string{FileAsFolder}},
		{"file as a folder by case", ziptest.Archive{Members: members{{Name: "A"}, {Name: "a/b/c"}}}.Bytes, []string{FileAsFolder}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, codes := read(t, c.bytes())
			assert.Equal(t, c.codes, codes)
		})
	}
}
