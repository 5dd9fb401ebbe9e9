package archive

import (
	"bytes"
	"encoding/binary"
)

// Extra fields that change what a reader sees (APPNOTE 4.5.2, 4.6.1).
const (
	extraZip64       = 0x0001
	extraStrong      = 0x0017
	extraUnicodePath = 0x7075
	extraAES         = 0x9901
)

// extra takes the extra fields of one header apart and returns the data of the
// zip64 field, nil where there is none.
func (a *reader) extra(member, where string, b, name []byte) (zip64 []byte) {
	unicode := false
	for len(b) > 0 {
		if len(b) < 4 || len(b)-4 < int(binary.LittleEndian.Uint16(b[2:])) {
			a.fault(ExtraDamaged, member, "the extra fields of the %s header are cut: the last %d bytes are no field", where, len(b))
			return zip64
		}
		f := fields(b)
		id := f.u16()
		data := f.take(int(f.u16()))
		b = f
		switch id {
		case extraZip64:
			if zip64 != nil {
				a.fault(ExtraDamaged, member, "the %s header has two zip64 fields", where)
				continue
			}
			zip64 = append([]byte{}, data...)
		case extraUnicodePath:
			if unicode {
				a.fault(ExtraDamaged, member, "the %s header has two Unicode-path fields", where)
			}
			unicode = true
			a.unicodePath(member, where, data, name)
		case extraStrong, extraAES:
			a.fault(Encrypted, member, "the %s header has a field of an encryption method: %#04x", where, id)
		}
	}
	return zip64
}

// unicodePath holds the Info-ZIP Unicode-path field against the name: some
// readers take the one, some the other.
func (a *reader) unicodePath(member, where string, data, name []byte) {
	const before = 5 // version and the CRC-32 of the name
	switch {
	case len(data) < before || data[0] != 1:
		a.fault(UnicodePath, member, "the Unicode-path field of the %s header is not of version 1", where)
	case !bytes.Equal(data[before:], name):
		a.report(fault(UnicodePath, member, "the Unicode-path field of the %s header gives another name", where).GotWant(string(data[before:]), string(name)))
	}
}

// repeats says whether a zip64 field gives again just what the local header
// says itself: Bazel's zippers write that, and there is one reading of it. With
// a data descriptor there are two, since the field decides how long that is.
func repeats(zip64 []byte, size, compressed uint64) bool {
	if len(zip64) != 16 || size == max32 || compressed == max32 {
		return false
	}
	f := fields(zip64)
	return f.u64() == size && f.u64() == compressed
}

// resolve puts the values of the zip64 field in place of those that do not fit
// 32 bits. It holds exactly those, in this order, and nothing else: readers
// that expect more or fewer would see other values.
func (a *reader) resolve(member, where string, zip64 []byte, values ...*uint64) {
	var saturated []*uint64
	for _, v := range values {
		if *v == max32 {
			saturated = append(saturated, v)
		}
	}
	if zip64 == nil && len(saturated) == 0 {
		return
	}
	if len(zip64) != 8*len(saturated) || len(saturated) == 0 {
		a.fault(Zip64Extra, member, "the %s header leaves %d values to a zip64 field, which has %d bytes", where, len(saturated), len(zip64))
		if len(zip64) < 8*len(saturated) {
			return
		}
	}
	f := fields(zip64)
	for _, v := range saturated {
		*v = f.u64()
	}
}
