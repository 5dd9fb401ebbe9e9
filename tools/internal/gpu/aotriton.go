package gpu

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

const (
	aotritonMagic  = "AKS2"
	aotritonHeader = 16
	aotritonEntry  = 20
	// maxAotriton bounds the directory of one image, in entries and bytes.
	maxAotriton     = 1 << 20
	maxAotritonSize = 64 << 20
)

// aotriton reads one .aks2 file (ROCm/aotriton, v3python/aks2.py): a header and
// one .xz stream of a directory and the code objects that it names.
func aotriton(s *stream, f *found, budget *Budget) error {
	p, err := s.Peek(aotritonHeader)
	if err != nil {
		return bad(CodeTruncated, "an AOTriton image of %d bytes", len(p))
	}
	size, count, directory := int64(binary.LittleEndian.Uint32(p[4:])), int64(binary.LittleEndian.Uint32(p[8:])), int64(binary.LittleEndian.Uint32(p[12:]))
	if count > maxAotriton || directory > maxAotritonSize {
		return bad(TooLarge, "an AOTriton image with %d code objects in a directory of %d bytes", count, directory)
	}
	if directory > size || count*(aotritonEntry+1) > directory {
		return bad(CodeDamaged, "an AOTriton image of %d bytes with %d code objects in a directory of %d", size, count, directory)
	}
	if err := s.Discard(aotritonHeader); err != nil {
		return err
	}
	if err := budget.spend(size); err != nil {
		return err
	}
	d, err := openXZ(s, size, budget)
	if err != nil {
		return aotritonError(s, err)
	}
	defer d.Close()
	inner := within(d, size)
	if err := aotritonImages(inner, count, directory, f); err != nil && inner.failed() == nil {
		return err
	}
	if err := done(inner, d); err != nil {
		return aotritonError(s, err)
	}
	return nil
}

func aotritonError(s *stream, err error) error {
	if failed := s.failed(); failed != nil {
		return failed
	}
	var m *malformed
	if errors.As(err, &m) {
		return err
	}
	return bad(CodeDamaged, "an AOTriton image: %v", err)
}

type aotritonImage struct {
	offset, size int64
	name         string
}

// aotritonImages reads the directory and the code objects behind it. Their
// offsets count from the directory's end.
func aotritonImages(s *stream, count, directory int64, f *found) error {
	table := make([]byte, 0, min(directory, 1<<20))
	for int64(len(table)) < directory {
		p, err := s.Peek(int(min(maxPeek, directory-int64(len(table)))))
		if err != nil {
			return err
		}
		table = append(table, p...)
		s.take(len(p))
	}
	images, err := parseAotriton(table, count)
	if err != nil {
		return err
	}
	for _, i := range images {
		at := s.Offset() - directory
		switch {
		case i.size == 0:
			continue
		case i.offset < at:
			f.defect(CodeDamaged, fmt.Sprintf("AOTriton's %q at %d, inside what comes before it", i.name, i.offset), fmt.Sprintf("%d or more", at))
			continue
		case i.offset > s.size-directory-i.size:
			f.defect(CodeTruncated, fmt.Sprintf("AOTriton's %q of %d bytes at %d of %d", i.name, i.size, i.offset, s.size-directory), "")
			continue
		}
		if err := s.Discard(i.offset - at); err != nil {
			return err
		}
		p, err := s.Peek(int(min(i.size, elfHeaderSize)))
		if err != nil {
			return err
		}
		if o, ok := amdgpu(p); ok {
			o.prove("", i.size, f)
		} else {
			f.defect(CodeDamaged, fmt.Sprintf("AOTriton's %q begins with % x", i.name, p[:min(len(p), 4)]), "a code object")
		}
		if err := s.Discard(i.size); err != nil {
			return err
		}
	}
	return nil
}

func parseAotriton(p []byte, count int64) (images []aotritonImage, err error) {
	for n := range count {
		if len(p) < aotritonEntry {
			return nil, bad(CodeTruncated, "an AOTriton directory that ends after %d of %d entries", n, count)
		}
		offset, size, length := binary.LittleEndian.Uint32(p[8:]), binary.LittleEndian.Uint32(p[12:]), int64(binary.LittleEndian.Uint32(p[16:]))
		if p = p[aotritonEntry:]; length > int64(len(p)) || length > maxPeek {
			return nil, bad(CodeDamaged, "an AOTriton directory entry with a name of %d bytes", length)
		}
		name := p[:min(length, maxID)]
		if i := slices.Index(name, 0); i >= 0 {
			name = name[:i]
		}
		images = append(images, aotritonImage{int64(offset), int64(size), string(name)})
		p = p[length:]
	}
	slices.SortStableFunc(images, func(a, b aotritonImage) int { return cmp.Compare(a.offset, b.offset) })
	return images, nil
}
