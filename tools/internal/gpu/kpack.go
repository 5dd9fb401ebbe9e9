package gpu

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	kpackMagic  = "KPAK"
	kpackHeader = 16
	// maxKpackTOC and maxKernels bound the table of contents, in bytes, and
	// the code objects of one archive.
	maxKpackTOC = 64 << 20
	maxKernels  = 1 << 20
)

// kernels are the code objects of a kpack archive as they were met: before the
// table of contents, which lies at the end. Whether they are compressed shows
// in the bytes.
type kernels struct {
	// compressed says that they are numbered zstd frames; else they are known
	// by where they lie.
	compressed bool
	objects    []kernel
}

type kernel struct {
	offset int64
	size   int64
	header object
	ok     bool
}

// kpackArchive reads a file of rocm-kpack: header, code objects, MessagePack
// table of contents.
func kpackArchive(s *stream, f *found, budget *Budget) error {
	p, err := s.Peek(kpackHeader)
	if err != nil {
		return bad(CodeTruncated, "a kpack archive of %d bytes", len(p))
	}
	version, toc := binary.LittleEndian.Uint32(p[4:]), binary.LittleEndian.Uint64(p[8:])
	switch {
	case version != 1:
		return bad(VersionUnknown, "kpack archive version %d", version)
	case toc < kpackHeader || toc >= uint64(s.size):
		return bad(CodeTruncated, "a kpack archive with its table at %d of %d bytes", toc, s.size)
	case s.size-int64(toc) > maxKpackTOC:
		return bad(TooLarge, "a kpack archive's table of %d bytes is more than %d", s.size-int64(toc), maxKpackTOC)
	}
	if err := s.Discard(kpackHeader); err != nil {
		return err
	}
	k, readErr := readKernels(s, int64(toc), budget)
	if readErr != nil {
		if failed := s.failed(); failed != nil {
			return failed
		}
		// The table tells all the same what should have been there.
		f.failed(readErr, "")
	}
	if err := s.Discard(int64(toc) - s.Offset()); err != nil {
		return err
	}
	table := make([]byte, 0, min(s.Left(), 1<<20))
	b := bytes.NewBuffer(table)
	if _, err := io.Copy(b, io.LimitReader(s, maxKpackTOC)); err != nil {
		return err
	}
	t, err := parseKpack(b.Bytes())
	if err != nil {
		return err
	}
	if readErr == nil {
		t.check(k, f)
	}
	return nil
}

// readKernels reads what lies before the table of contents.
func readKernels(s *stream, end int64, budget *Budget) (k kernels, err error) {
	// The code objects begin at 16 or, aligned, at 64.
	for s.Offset() < end {
		p, err := s.Peek(int(min(16, end-s.Offset())))
		if err != nil {
			return k, err
		}
		if n := leadingZeros(p); n == len(p) {
			if err := s.Discard(int64(n)); err != nil {
				return k, err
			}
			continue
		}
		if len(p) >= 12 && binary.LittleEndian.Uint32(p[8:]) == zstdMagic {
			k.compressed = true
			return k, k.frames(s, end, budget)
		}
		break
	}
	return k, k.plain(s, end)
}

// frames reads a count and as many zstd frames, each after its size.
func (k *kernels) frames(s *stream, end int64, budget *Budget) error {
	var word [4]byte
	if _, err := io.ReadFull(s, word[:]); err != nil {
		return err
	}
	count := binary.LittleEndian.Uint32(word[:])
	if count > maxKernels {
		return bad(TooLarge, "a kpack archive of %d code objects, more than %d", count, maxKernels)
	}
	for range count {
		at := s.Offset()
		if end-at < 4 {
			return bad(CodeTruncated, "a kpack archive with %d code objects, of which %d are there", count, len(k.objects))
		}
		if _, err := io.ReadFull(s, word[:]); err != nil {
			return err
		}
		size := int64(binary.LittleEndian.Uint32(word[:]))
		if size > end-s.Offset() {
			return bad(CodeTruncated, "a code object of %d bytes at %d, where the kpack archive's table begins at %d", size, at, end)
		}
		o, err := readFrame(s, at, size, budget)
		if err != nil {
			return err
		}
		k.objects = append(k.objects, o)
	}
	return nil
}

// readFrame decodes one code object.
func readFrame(s *stream, at, size int64, budget *Budget) (k kernel, err error) {
	head, err := s.Peek(int(min(size, zstd.HeaderMaxSize)))
	if err != nil {
		return k, err
	}
	payload := &limited{s, size}
	d, err := openZstd(s, payload, head, budget)
	if err != nil {
		return k, err
	}
	defer d.close()
	header := make([]byte, elfHeaderSize)
	n, err := io.ReadFull(d, header)
	if k.header, k.ok = amdgpu(header[:n]); err == nil {
		var rest int64
		rest, err = copyWithin(d, budget)
		n += int(rest)
	}
	if failed := s.failed(); failed != nil {
		return k, failed
	}
	if err != nil && n >= elfHeaderSize {
		return k, err
	}
	k.offset, k.size = at, int64(n)
	return k, s.Discard(payload.left)
}

// copyWithin passes what a decoder of unknown length gives, within the budget.
func copyWithin(r io.Reader, budget *Budget) (n int64, err error) {
	const step = 1 << 20
	for {
		m, err := io.CopyN(io.Discard, r, step)
		n += m
		if spent := budget.spend(m); spent != nil {
			return n, spent
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, bad(CodeDamaged, "compressed device code: %v", err)
		}
	}
}

// plain looks for the code objects between here and end. Their places are
// compared with the table later.
func (k *kernels) plain(s *stream, end int64) error {
	for s.Offset() < end {
		p, err := s.Peek(int(min(maxPeek, end-s.Offset())))
		if err != nil {
			return err
		}
		i := bytes.Index(p, []byte(elfMagic))
		if i < 0 {
			// The magic may begin in the last three bytes.
			if err := s.Discard(int64(max(1, len(p)-len(elfMagic)+1))); err != nil {
				return err
			}
			continue
		}
		if err := s.Discard(int64(i)); err != nil {
			return err
		}
		header, _ := s.Peek(int(min(elfHeaderSize, end-s.Offset())))
		if o, ok := amdgpu(header); ok {
			if len(k.objects) == maxKernels {
				return bad(TooLarge, "a kpack archive of more than %d code objects", maxKernels)
			}
			k.objects = append(k.objects, kernel{offset: s.Offset(), header: o, ok: true})
		}
		if err := s.Discard(1); err != nil {
			return err
		}
	}
	return nil
}
