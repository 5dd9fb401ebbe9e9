package gpu

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// What follows builds files for tests, one function a layout. None of it
// shares code with the readers.

func u16(v int) []byte       { return binary.LittleEndian.AppendUint16(nil, uint16(v)) }
func u32(v int) []byte       { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }
func u64(v int) []byte       { return binary.LittleEndian.AppendUint64(nil, uint64(v)) }
func cat(p ...[]byte) []byte { return bytes.Join(p, nil) }

func pad(p []byte, align int) []byte {
	return append(p, make([]byte, (align-len(p)%align)%align)...)
}

// Feature bits of e_flags, from code object version 4 on.
const (
	xnackAny, xnackOff, xnackOn       = 0x100, 0x200, 0x300
	srameccAny, srameccOff, srameccOn = 0x400, 0x800, 0xc00
)

// codeObject is an AMDGPU ELF file: header, some bytes, empty section table.
func codeObject(flags, abi, size int) []byte {
	p := make([]byte, max(size, 64))
	copy(p, "\x7fELF\x02\x01\x01\x40")
	p[8] = byte(abi)
	copy(p[16:], u16(3))
	copy(p[18:], u16(224))
	copy(p[48:], u32(flags))
	copy(p[52:], u16(64))
	copy(p[58:], u16(64))
	for i := 64; i < len(p); i++ {
		p[i] = byte(i*7 + flags)
	}
	return p
}

// part is one entry of a bundle.
type part struct {
	id   string
	code []byte
}

const (
	hostID = "host-x86_64-unknown-linux-gnu-"
	hipID  = "hipv4-amdgcn-amd-amdhsa--"
)

// gfx942, gfx90a on with xnack, gfx1100.
func parts() []part {
	return []part{
		{hostID, nil},
		{hipID + "gfx942", codeObject(0x4c|xnackAny|srameccAny, 3, 500)},
		{hipID + "gfx90a:sramecc+:xnack-", codeObject(0x3f|xnackOff|srameccOn, 2, 300)},
		{hipID + "gfx1100", codeObject(0x41, 4, 64)},
	}
}

var partTargets = []string{"gfx1100", "gfx90a:sramecc+:xnack-", "gfx942"}

// plain is a bundle with its entries aligned as given.
func plain(align int, parts ...part) []byte {
	header := cat([]byte("__CLANG_OFFLOAD_BUNDLE__"), u64(len(parts)))
	size := len(header)
	for _, p := range parts {
		size += 24 + len(p.id)
	}
	at := (size + align - 1) / align * align
	body := make([]byte, at-size)
	for _, p := range parts {
		header = cat(header, u64(at), u64(len(p.code)), u64(len(p.id)), []byte(p.id))
		body = pad(append(body, p.code...), 1)
		if gap := (align - len(p.code)%align) % align; len(p.code) > 0 {
			body = append(body, make([]byte, gap)...)
			at += len(p.code) + gap
		}
	}
	return append(header, body...)
}

func zstdBytes(t testing.TB, p []byte) []byte {
	e, err := zstd.NewWriter(nil, zstd.WithSingleSegment(true))
	require.NoError(t, err)
	return e.EncodeAll(p, nil)
}

func zlibBytes(t testing.TB, p []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err := w.Write(p)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// ccob is a compressed bundle of data that is compressed already.
func ccob(version, method, raw int, data []byte) []byte {
	head := cat([]byte("CCOB"), u16(version), u16(method))
	switch version {
	case 1:
		return cat(head, u32(raw), u64(0x1234), data)
	case 2:
		return cat(head, u32(24+len(data)), u32(raw), u64(0x1234), data)
	default:
		return cat(head, u64(32+len(data)), u64(raw), u64(0x1234), data)
	}
}

// piece is a section of a library made here.
type piece struct {
	name string
	data []byte
	kind int // sh_type, 1 where it is 0
	size int // where the section says something else than it has
}

// library is an ELF shared library of sections, each at a page of its own,
// with its names before the section table.
func library(pieces ...piece) []byte { return libraryAt(4096, pieces...) }

func libraryAt(align int, pieces ...piece) []byte {
	file := make([]byte, 64)
	names := []byte("\x00.shstrtab\x00")
	headers := make([]byte, 64)
	header := func(name string, kind, offset, size int) {
		at := bytes.Index(names, []byte("\x00"+name+"\x00")) + 1
		if at == 0 {
			at = len(names)
			names = append(append(names, name...), 0)
		}
		h := cat(u32(at), u32(kind), u64(2), u64(0), u64(offset), u64(size), u32(0), u32(0), u64(align), u64(0))
		headers = append(headers, h...)
	}
	for _, p := range pieces {
		file = pad(file, align)
		header(p.name, max(p.kind, 1), len(file), max(p.size, len(p.data)))
		file = append(file, p.data...)
	}
	at := len(file)
	header(".shstrtab", 3, at, 0)
	copy(headers[len(headers)-32:], u64(len(names)))
	file = pad(append(file, names...), 8)
	copy(file, "\x7fELF\x02\x01\x01\x00")
	copy(file[16:], u16(3))
	copy(file[18:], u16(62))
	copy(file[20:], u32(1))
	copy(file[40:], u64(len(file)))
	copy(file[52:], u16(64))
	copy(file[58:], u16(64))
	copy(file[60:], u16(len(headers)/64))
	copy(file[62:], u16(len(headers)/64-1))
	return append(file, headers...)
}

// dll is a PE image of sections whose data begin at multiples of 512.
func dll(pieces ...piece) []byte {
	const table = 0x80 + 24 + 240
	file := make([]byte, table+40*len(pieces))
	copy(file, "MZ")
	copy(file[0x3c:], u32(0x80))
	copy(file[0x80:], "PE\x00\x00\x64\x86")
	copy(file[0x86:], u16(len(pieces)))
	copy(file[0x94:], u16(240))
	copy(file[0x98:], u16(0x20b))
	copy(file[0x98+108:], u32(16))
	for i, p := range pieces {
		file = pad(file, 512)
		h := file[table+40*i:]
		copy(h[:8], p.name)
		raw := pad(bytes.Clone(p.data), 512)
		copy(h[8:], u32(max(p.size, len(p.data))))
		copy(h[12:], u32(4096*(i+1)))
		copy(h[16:], u32(len(raw)))
		copy(h[20:], u32(len(file)))
		file = append(file, raw...)
	}
	return file
}

func wrapperBytes(magic uint32, n int) (p []byte) {
	for i := range n {
		p = cat(p, u32(int(magic)), u32(1), u64(0x1000*i), u64(i))
	}
	return p
}

func scanBytes(t testing.TB, p []byte) File {
	f, err := Scan("m", int64(len(p)), bytes.NewReader(p), &Budget{})
	require.NoError(t, err)
	return f
}
