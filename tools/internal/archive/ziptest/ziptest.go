// Package ziptest writes zip archives byte by byte, so that tests can make
// each lie about an archive that archive/zip would never write. It is for
// tests only. Left alone, it writes an honest archive; every number in a
// header can be changed just before it is written.
package ziptest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
)

// Form is how a member's data descriptor is written.
type Form int

// The data descriptors of APPNOTE 4.3.9.
const (
	None     Form = iota
	Signed        // with signature, sizes of 32 bits
	Bare          // without signature
	Signed64      // sizes of 64 bits
	Bare64
)

// Header is a local or central header before it is written.
type Header struct {
	Version, MadeBy      uint16
	Flags, Method        uint16
	CRC32                uint32
	Compressed, Size     uint32
	Name, Extra, Comment []byte
	// The rest is in central headers only.
	Disk     uint16
	External uint32
	Offset   uint32
}

// Member is one member. Name, Data and Method are enough for an honest one.
type Member struct {
	Name   string
	Data   []byte
	Method uint16
	Flags  uint16
	// External are the external attributes.
	External uint32
	// Raw replaces the compressed data.
	Raw []byte
	// Descriptor leaves the local header's CRC-32 and sizes to a descriptor.
	Descriptor Form
	// Both changes both headers, Local and Central one of them.
	Both, Local, Central func(*Header)
	// ChangeDescriptor changes the bytes of the descriptor.
	ChangeDescriptor func([]byte) []byte
	// Before is written in front of the local header.
	Before []byte
	// Unlisted leaves the central header out, Unwritten everything else.
	Unlisted, Unwritten bool
}

// End is an end record, or its zip64 form, before it is written.
type End struct {
	Disk, DirectoryDisk uint32
	Here, Total         uint64
	Size, Offset        uint64
	Comment             []byte
	// Length is the length field of the zip64 form, Locator and Disks the
	// offset and number of disks of its locator.
	Length, Locator uint64
	Disks           uint32
}

// Archive is a whole archive.
type Archive struct {
	Members []Member
	// BeforeDirectory, BeforeEnd and After are written in front of the central
	// directory, between it and the end records, and after them.
	BeforeDirectory, BeforeEnd, After []byte
	// Zip64 adds a zip64 end record; the end record leaves every value to it.
	Zip64 bool
	// End and End64 change the end record and its zip64 form.
	End, End64 func(*End)
	// BeforeLocator is written between the zip64 end record and its locator.
	BeforeLocator []byte
}

// Bytes writes the archive.
func (a Archive) Bytes() []byte {
	var b bytes.Buffer
	var central []Header
	for _, m := range a.Members {
		b.Write(m.Before)
		h := m.header()
		h.Offset = uint32(b.Len())
		if !m.Unwritten {
			m.write(&b, h)
		}
		if m.Central != nil {
			m.Central(&h)
		}
		if !m.Unlisted {
			central = append(central, h)
		}
	}
	b.Write(a.BeforeDirectory)
	start := b.Len()
	for _, h := range central {
		h.writeCentral(&b)
	}
	end := End{Here: uint64(len(central)), Total: uint64(len(central)), Size: uint64(b.Len() - start), Offset: uint64(start)}
	b.Write(a.BeforeEnd)
	if a.Zip64 {
		a.write64(&b, end)
		end.Here, end.Total, end.Size, end.Offset = 0xffff, 0xffff, 0xffffffff, 0xffffffff
	}
	if a.End != nil {
		a.End(&end)
	}
	put(&b, "PK\x05\x06", uint16(end.Disk), uint16(end.DirectoryDisk), uint16(end.Here), uint16(end.Total),
		uint32(end.Size), uint32(end.Offset), uint16(len(end.Comment)), end.Comment)
	b.Write(a.After)
	return b.Bytes()
}

func (a Archive) write64(b *bytes.Buffer, end End) {
	end.Length, end.Disks, end.Locator = 44, 1, uint64(b.Len())
	if a.End64 != nil {
		a.End64(&end)
	}
	put(b, "PK\x06\x06", end.Length, uint16(45), uint16(45), end.Disk, end.DirectoryDisk, end.Here, end.Total, end.Size, end.Offset)
	b.Write(a.BeforeLocator)
	put(b, "PK\x06\x07", end.Disk, end.Locator, end.Disks)
}

func (m Member) header() Header {
	h := Header{
		Version: 20, MadeBy: 3<<8 | 20, Flags: m.Flags, Method: m.Method, CRC32: crc32.ChecksumIEEE(m.Data),
		Compressed: uint32(len(m.data())), Size: uint32(len(m.Data)), Name: []byte(m.Name), External: m.External,
	}
	if m.Descriptor != None {
		h.Flags |= 1 << 3
	}
	if m.Both != nil {
		m.Both(&h)
	}
	return h
}

func (m Member) data() []byte {
	switch {
	case m.Raw != nil:
		return m.Raw
	case m.Method != 8:
		return m.Data
	}
	return Deflate(m.Data)
}

func (m Member) write(b *bytes.Buffer, h Header) {
	crc, compressed, size := h.CRC32, h.Compressed, h.Size
	if m.Descriptor != None {
		h.CRC32, h.Compressed, h.Size = 0, 0, 0
	}
	if m.Local != nil {
		m.Local(&h)
	}
	put(b, "PK\x03\x04", h.Version, h.Flags, h.Method, uint32(0x21<<16), h.CRC32, h.Compressed, h.Size,
		uint16(len(h.Name)), uint16(len(h.Extra)), h.Name, h.Extra, m.data())
	var d bytes.Buffer
	if m.Descriptor == Signed || m.Descriptor == Signed64 {
		d.WriteString("PK\x07\x08")
	}
	switch m.Descriptor {
	case Signed, Bare:
		put(&d, crc, compressed, size)
	case Signed64, Bare64:
		put(&d, crc, uint64(compressed), uint64(size))
	}
	if m.ChangeDescriptor != nil {
		b.Write(m.ChangeDescriptor(d.Bytes()))
		return
	}
	b.Write(d.Bytes())
}

func (h Header) writeCentral(b *bytes.Buffer) {
	put(b, "PK\x01\x02", h.MadeBy, h.Version, h.Flags, h.Method, uint32(0x21<<16), h.CRC32, h.Compressed, h.Size,
		uint16(len(h.Name)), uint16(len(h.Extra)), uint16(len(h.Comment)), h.Disk, uint16(0), h.External, h.Offset,
		h.Name, h.Extra, h.Comment)
}

// Extra is one extra field; its values are numbers, bytes or strings.
func Extra(id uint16, values ...any) []byte {
	var data, b bytes.Buffer
	put(&data, values...)
	put(&b, id, uint16(data.Len()), data.Bytes())
	return b.Bytes()
}

// Deflate is data as raw deflate data.
func Deflate(data []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	return b.Bytes()
}

// put writes values in little-endian order.
func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		if s, ok := v.(string); ok {
			v = []byte(s)
		}
		if err := binary.Write(b, binary.LittleEndian, v); err != nil {
			panic(err) // only for a type without a fixed size: a fault of the test
		}
	}
}
