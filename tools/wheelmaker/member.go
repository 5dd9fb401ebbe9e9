package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"hash/crc32"
	"io"
)

// member is a file of a wheel, in parts: what is larger than memory is made of
// few that are used again and again.
type member struct {
	name  string
	parts []part
	// stored members are written as they are, others as deflate data.
	stored bool
}

// part is a piece of a member's content. The packed pieces of one member make
// one stream of deflate data.
type part struct {
	data, packed []byte
}

// file is a member of one part.
func file(name string, data []byte) (member, error) {
	packed, err := pack(data, true)
	return member{name: name, parts: []part{{data, packed}}}, err
}

// pack deflates data, as the whole of a stream or as a piece that others can
// follow: it then ends at a byte, and refers to nothing before it.
func pack(data []byte, whole bool) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if whole {
		err = w.Close()
	} else {
		err = w.Flush()
	}
	return b.Bytes(), err
}

// endOfStream is an empty last block with fixed codes (RFC 1951, 3.2.6).
var endOfStream = part{nil, []byte{0x03, 0x00}}

// sum is what RECORD and the archive say of a member, before it is written.
type sum struct {
	size, packed int64
	crc          uint32
	digest       [sha256.Size]byte
}

func (m member) sum() (s sum) {
	crc, digest := crc32.NewIEEE(), sha256.New()
	both := io.MultiWriter(crc, digest)
	for _, p := range m.parts {
		both.Write(p.data) // a hash's Write fails never
		s.size += int64(len(p.data))
		s.packed += int64(len(p.packed))
	}
	if m.stored {
		s.packed = s.size
	}
	s.crc = crc.Sum32()
	digest.Sum(s.digest[:0])
	return s
}

// add writes a member with its sizes in the local header, as the common build
// tools do, and not in a data descriptor, as zip.Writer would.
func (m member) add(archive *zip.Writer, s sum) error {
	header := &zip.FileHeader{
		Name:               m.name,
		Method:             zip.Deflate,
		CRC32:              s.crc,
		CompressedSize64:   uint64(s.packed),
		UncompressedSize64: uint64(s.size),
		// 1980-01-01, the first day the format knows.
		ModifiedDate: 1<<5 | 1,
	}
	if m.stored {
		header.Method = zip.Store
	}
	header.SetMode(0o644)
	body, err := archive.CreateRaw(header)
	if err != nil {
		return err
	}
	for _, p := range m.parts {
		data := p.packed
		if m.stored {
			data = p.data
		}
		if _, err := body.Write(data); err != nil {
			return err
		}
	}
	return nil
}
