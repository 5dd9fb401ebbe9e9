package archive

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// differ reports a field in which the local header is not as the central one.
func (a *reader) differ(h *header, field string, local, central any) {
	if local == central {
		return
	}
	a.report(fault(HeaderMismatch, h.Name, "local and central header differ in %s", field).
		At(field).GotWant(fmt.Sprint(local), fmt.Sprint(central)))
}

// descriptor checks the data descriptor that follows a member's data at end
// (APPNOTE 4.3.9), with or without its signature, and returns where it ends.
// Its sizes have 64 bits exactly where the member is in zip64 form.
func (a *reader) descriptor(h *header, end, next, directory int64, wide bool) (int64, error) {
	b, err := a.bytes(end, min(24, directory-end))
	if err != nil {
		return 0, err
	}
	bare := binary.LittleEndian.AppendUint32(nil, h.CRC32)
	if wide {
		bare = binary.LittleEndian.AppendUint64(bare, uint64(h.CompressedSize))
		bare = binary.LittleEndian.AppendUint64(bare, uint64(h.Size))
	} else {
		bare = binary.LittleEndian.AppendUint32(bare, uint32(h.CompressedSize))
		bare = binary.LittleEndian.AppendUint32(bare, uint32(h.Size))
	}
	signed := append(bytes.Clone(descriptorSignature), bare...)
	found := int64(-1)
	for _, want := range [][]byte{signed, bare} {
		at := end + int64(len(want))
		if bytes.HasPrefix(b, want) && (found < 0 || at == next) {
			found = at
		}
	}
	if found < 0 {
		a.report(fault(DescriptorMismatch, h.Name, "the data descriptor at offset %d is missing or does not say what the central header does", end).
			GotWant(fmt.Sprintf("% x", b), fmt.Sprintf("% x, its signature before it or not", bare)))
		// A damaged one is no gap as well.
		if length := next - end; length >= 12 && length <= 24 {
			return next, nil
		}
		return end, nil
	}
	if h.Method == Stored && found <= next {
		return found, a.scan(h)
	}
	return found, nil
}

// scan looks through stored data whose length only a data descriptor tells: a
// reader that goes forward takes the first descriptor that fits for the
// member's end, and what follows for the next member.
func (a *reader) scan(h *header) error {
	const overlap = 24 // the longest descriptor
	chunk := make([]byte, 64<<10)
	for from := int64(0); from < h.CompressedSize; {
		b, err := a.into(chunk[:min(int64(len(chunk)), h.CompressedSize-from)], h.DataOffset+from)
		if err != nil {
			return err
		}
		for i := 0; ; i++ {
			next := bytes.Index(b[i:], []byte("PK"))
			if next < 0 {
				break
			}
			i += next
			if endsAt(b, i, from) {
				a.fault(DescriptorAmbiguous, h.Name, "the member is stored with a data descriptor, and %d bytes into its data it seems to end: readers without the central directory see another member", from+int64(i))
				return nil
			}
		}
		if from+int64(len(b)) == h.CompressedSize {
			return nil
		}
		from += int64(len(b)) - 2*overlap
	}
	return nil
}

// endsAt says whether the data could end at the signature b[i:], b being the
// data from the given position on: a signed descriptor there, or a bare one
// before the next header, gives exactly the length so far.
func endsAt(b []byte, i int, from int64) bool {
	length := func(at, before int) bool {
		size := uint64(from) + uint64(i-before)
		if i < before || at < 0 || at+4 > len(b) {
			return false
		}
		if uint64(binary.LittleEndian.Uint32(b[at:])) == size {
			return true
		}
		return at+8 <= len(b) && binary.LittleEndian.Uint64(b[at:]) == size
	}
	switch {
	case bytes.HasPrefix(b[i:], descriptorSignature):
		return length(i+8, 0)
	case bytes.HasPrefix(b[i:], localSignature), bytes.HasPrefix(b[i:], centralSignature),
		bytes.HasPrefix(b[i:], end64Signature), bytes.HasPrefix(b[i:], endSignature):
		return length(i-8, 12) || length(i-16, 20)
	}
	return false
}
