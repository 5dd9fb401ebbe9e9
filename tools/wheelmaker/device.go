package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// processors are EF_AMDGPU_MACH numbers of LLVM's BinaryFormat/ELF.h.
var processors = map[string]uint32{
	"gfx900": 0x2c, "gfx906": 0x2f, "gfx908": 0x30, "gfx90a": 0x3f, "gfx942": 0x4c, "gfx950": 0x4f,
	"gfx1030": 0x36, "gfx1100": 0x41, "gfx1101": 0x46, "gfx1102": 0x47, "gfx1103": 0x44, "gfx1150": 0x43,
	"gfx1151": 0x4a, "gfx1152": 0x55, "gfx1153": 0x58, "gfx1200": 0x48, "gfx1201": 0x4e,
}

// page is the alignment of sections and of a bundle's code objects, in bytes.
const page = 4096

// section is one of a library.
type section struct {
	name string
	data []byte
}

// fatBinaries are the sections of device code for targets as gfx942 and sm_90
// name them: a plain HIP bundle (LLVM's ClangOffloadBundler.rst) and an NVIDIA
// container, with code of the given size for each target.
func fatBinaries(targets []string, size int, code []byte) (all []section, err error) {
	var amd, nvidia []string
	for _, target := range targets {
		switch number, isNVIDIA := strings.CutPrefix(target, "sm_"); {
		case processors[target] != 0:
			amd = append(amd, target)
		case isNVIDIA && sm(number) != 0:
			nvidia = append(nvidia, target)
		default:
			return nil, fmt.Errorf("--target: got %q, want sm_NN or one of %s", target, strings.Join(known(), ", "))
		}
	}
	size = max(size+page-1, page) / page * page
	if len(amd) > 0 {
		all = append(all, section{".hip_fatbin", hipBundle(amd, size, code)})
	}
	if len(nvidia) > 0 {
		all = append(all, section{".nv_fatbin", nvidiaContainer(nvidia, size, code)})
	}
	return all, nil
}

func known() (names []string) {
	for name := range processors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// sm is the number of an NVIDIA target without suffix, 0 where it is none.
func sm(text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil || n < 50 {
		return 0
	}
	return uint32(n)
}

func hipBundle(targets []string, size int, code []byte) []byte {
	var head bytes.Buffer
	head.WriteString("__CLANG_OFFLOAD_BUNDLE__")
	put(&head, uint64(len(targets)+1))
	entry := func(offset, size int, id string) {
		put(&head, uint64(offset), uint64(size), uint64(len(id)))
		head.WriteString(id)
	}
	entry(page, 0, "host-x86_64-unknown-linux-gnu-")
	for i, target := range targets {
		entry(page+i*size, size, "hipv4-amdgcn-amd-amdhsa--"+target)
	}
	bundle := make([]byte, page, page+len(targets)*size)
	copy(bundle, head.Bytes())
	for _, target := range targets {
		// Code object version 5, of the AMD HSA operating system.
		bundle = append(bundle, object(224, 0x40, 3, processors[target], size, code)...)
	}
	return bundle
}

func nvidiaContainer(targets []string, size int, code []byte) []byte {
	const header = 64
	var b bytes.Buffer
	put(&b, uint32(0xba55ed50), uint16(1), uint16(16), uint64(len(targets)*(header+size)))
	for _, target := range targets {
		number := sm(strings.TrimPrefix(target, "sm_"))
		// A cubin that is not compressed.
		put(&b, uint16(2), uint16(0x0101), uint32(header), uint64(size), uint32(0), uint32(0), uint16(0), uint16(0),
			number, uint32(0), uint32(0), uint64(0), uint64(0), uint64(0))
		b.Write(object(190, 0x33, 7, number, size, code))
	}
	return b.Bytes()
}

// object is an ELF file of device code: a header without tables, and code.
func object(machine uint16, osabi, version byte, flags uint32, size int, code []byte) []byte {
	p := elfHeader(machine, osabi, version, flags, 0, 0)
	for len(p) < size {
		p = append(p, code[:min(len(code), size-len(p))]...)
	}
	return p
}

func elfHeader(machine uint16, osabi, version byte, flags uint32, table uint64, sections uint16) []byte {
	var b bytes.Buffer
	b.WriteString("\x7fELF\x02\x01\x01")
	b.Write([]byte{osabi, version, 0, 0, 0, 0, 0, 0, 0})
	// A shared object; entry, program header, section table.
	put(&b, uint16(3), machine, uint32(1), uint64(0), uint64(0), table, flags)
	put(&b, uint16(64), uint16(0), uint16(0), uint16(64), sections, max(sections, 1)-1)
	return b.Bytes()
}

// library is the beginning and the end of an ELF shared library for x86-64:
// the device code before its text of the given size, the section table after.
func library(code []section, text int64) (before, after []byte) {
	before = make([]byte, page)
	type place struct {
		name       string
		kind       uint32
		start, len int64
	}
	var places []place
	for _, s := range code {
		places = append(places, place{s.name, 1, int64(len(before)), int64(len(s.data))})
		before = append(before, s.data...)
		before = append(before, make([]byte, -len(before)&(page-1))...)
	}
	end := int64(len(before)) + text
	places = append(places, place{".text", 1, int64(len(before)), text}, place{".shstrtab", 3, end, 0})
	names := []byte{0}
	var table bytes.Buffer
	table.Write(make([]byte, 64))
	for i, p := range places {
		at := len(names)
		names = append(append(names, p.name...), 0)
		if i == len(places)-1 {
			p.len = int64(len(names))
		}
		put(&table, uint32(at), p.kind, uint64(2), uint64(0), p.start, p.len, uint32(0), uint32(0), uint64(page), uint64(0))
	}
	after = append(names, make([]byte, -(end+int64(len(names)))&7)...)
	copy(before, elfHeader(62, 0, 0, 0, uint64(end)+uint64(len(after)), uint16(len(places)+1)))
	return before, append(after, table.Bytes()...)
}

// put writes numbers in little-endian order.
func put(b *bytes.Buffer, numbers ...any) {
	for _, n := range numbers {
		// A bytes.Buffer takes every number of a fixed size.
		if err := binary.Write(b, binary.LittleEndian, n); err != nil {
			panic(err)
		}
	}
}
