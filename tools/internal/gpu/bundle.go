package gpu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	bundleMagic = "__CLANG_OFFLOAD_BUNDLE__"
	// maxEntries and maxID bound the table of a bundle; all of it must also
	// lie within the 64 KiB that a stream looks ahead. Real ones have at most
	// a few dozen entries.
	maxEntries = 1024
	maxID      = 512
)

type bundleEntry struct {
	offset, size int64
	id           string
}

// bundle reads one plain bundle (LLVM, ClangOffloadBundler.rst) from its
// magic to the end of its last entry.
func bundle(s *stream, f *found) error {
	entries, header, err := bundleTable(s)
	if err != nil {
		return err
	}
	// Nothing was taken so far. From here on the bytes are this bundle's.
	if err := s.Discard(header); err != nil {
		return err
	}
	at := header
	for _, e := range entries {
		if e.size == 0 {
			if _, host := entryTarget(e.id); !host {
				f.defect(CodeMissing, "a bundle entry of 0 bytes", "code for "+e.id)
			}
			continue
		}
		if e.offset < at {
			f.defect(CodeDamaged, fmt.Sprintf("bundle entry %s begins at %d, inside what comes before it", e.id, e.offset), fmt.Sprintf("%d or more", at))
			continue
		}
		if err := s.Discard(e.offset - at); err != nil {
			return err
		}
		if err := bundleCode(s, f, e); err != nil {
			return err
		}
		at = e.offset + e.size
	}
	return nil
}

// bundleTable looks at the table of a bundle: its entries by offset, and its
// length. It takes nothing from the stream.
func bundleTable(s *stream) (entries []bundleEntry, header int64, err error) {
	for n := 4 << 10; ; n *= 2 {
		p, peekErr := s.Peek(n)
		if err := s.failed(); err != nil {
			return nil, 0, err
		}
		entries, header, err = parseTable(p)
		if errors.Is(err, errShort) {
			if peekErr == nil && n < maxPeek {
				continue
			}
			return nil, 0, bad(CodeTruncated, "the table of a bundle is longer than the %d bytes that there are for it", len(p))
		}
		break
	}
	if err != nil {
		return nil, 0, err
	}
	for _, e := range entries {
		if e.offset > s.Left() || e.size > s.Left()-e.offset {
			return nil, 0, bad(CodeTruncated, "bundle entry %s ends at %d, of %d bytes", e.id, uint64(e.offset)+uint64(e.size), s.Left())
		}
	}
	slices.SortStableFunc(entries, func(a, b bundleEntry) int { return int(max(-1, min(1, a.offset-b.offset))) })
	return entries, header, nil
}

var errShort = errors.New("the table goes on")

func parseTable(p []byte) (entries []bundleEntry, header int64, err error) {
	if len(p) < 32 || string(p[:24]) != bundleMagic {
		return nil, 0, bad(CodeDamaged, "no bundle begins here")
	}
	n := binary.LittleEndian.Uint64(p[24:])
	if n > maxEntries {
		return nil, 0, bad(CodeDamaged, "a bundle of %d entries, more than %d", n, maxEntries)
	}
	at := 32
	seen := map[string]bool{}
	for range n {
		if len(p)-at < 24 {
			return nil, 0, errShort
		}
		offset, size, length := binary.LittleEndian.Uint64(p[at:]), binary.LittleEndian.Uint64(p[at+8:]), binary.LittleEndian.Uint64(p[at+16:])
		at += 24
		switch {
		case length == 0 || length > maxID:
			return nil, 0, bad(CodeDamaged, "a bundle entry's id of %d bytes", length)
		case offset > 1<<62 || size > 1<<62:
			return nil, 0, bad(CodeTruncated, "a bundle entry at %d of %d bytes", offset, size)
		case len(p)-at < int(length):
			return nil, 0, errShort
		}
		id := string(p[at : at+int(length)])
		at += int(length)
		if strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 || !strings.Contains(id, "-") {
			return nil, 0, bad(CodeDamaged, "a bundle entry's id is %q", id)
		}
		if seen[id] {
			return nil, 0, bad(CodeDamaged, "a bundle has two entries %s", id)
		}
		seen[id] = true
		entries = append(entries, bundleEntry{int64(offset), int64(size), id})
	}
	return entries, int64(at), nil
}

// bundleCode takes the bytes of one entry and notes what they are.
func bundleCode(s *stream, f *found, e bundleEntry) error {
	target, host := entryTarget(e.id)
	if host {
		return s.Discard(e.size)
	}
	if !knownKind(e.id) {
		kind, _, _ := strings.Cut(e.id, "-")
		f.unknown["bundle entry of kind "+kind] = true
	}
	p, err := s.Peek(int(min(e.size, elfHeaderSize)))
	if err != nil {
		return err
	}
	deviceImage(p, target, e.size, f)
	return s.Discard(e.size)
}

// deviceImage notes what one image is, by its first bytes. target is what its
// container calls it.
func deviceImage(p []byte, target string, size int64, f *found) {
	if o, ok := amdgpu(p); ok {
		o.prove(target, size, f)
		return
	}
	switch magic := string(p[:min(4, len(p))]); {
	case machine(p) == machineCUDA:
		sm, ok := cubin(p)
		if !ok {
			f.unknown["nvidia cubin of an unknown version"] = true
			return
		}
		f.objects++
		f.cuda[sm] = true
	case magic == "\x03\x02\x23\x07" && target == "amdgcnspirv":
		f.objects++
		f.rocm[target] = true
	case magic == "\x03\x02\x23\x07":
		f.unknown["SPIR-V for "+target] = true
	case magic == "BC\xc0\xde" || magic == "\xde\xc0\x17\x0b":
		f.unknown["LLVM bitcode for "+target] = true
	default:
		f.defect(CodeDamaged, fmt.Sprintf("bytes that begin with %x", magic), "a code object for "+target)
	}
}
