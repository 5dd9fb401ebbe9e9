package gpu

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/tinylib/msgp/msgp"
)

// kpackTable is what a kpack archive's table of contents says.
type kpackTable struct {
	arches []string
	scheme string
	// blobs are offset and size of the code objects of scheme "none".
	blobs []span
	// kernels are the code objects by number, each with its target.
	kernels []kpackKernel
}

type kpackKernel struct {
	binary, arch string
	ordinal      int64
}

// parseKpack reads the table of contents.
func parseKpack(p []byte) (t kpackTable, err error) {
	broken := func(err error) (kpackTable, error) {
		return kpackTable{}, bad(CodeDamaged, "a kpack archive's table: %v", err)
	}
	err = eachKey(&p, func(key string) (err error) {
		switch key {
		case "gfx_arches":
			t.arches, p, err = readStrings(p)
		case "compression_scheme":
			t.scheme, p, err = msgp.ReadStringBytes(p)
		case "blobs":
			err = t.readBlobs(&p)
		case "toc":
			err = t.readKernels(&p)
		default:
			p, err = skipValue(p, maxDepth)
		}
		return err
	})
	if err != nil {
		return broken(err)
	}
	if t.scheme == "" {
		t.scheme = "none"
	}
	return t, nil
}

// eachKey reads a map: its keys here, their values in read, which takes them
// from the same bytes.
func eachKey(p *[]byte, read func(key string) error) error {
	n, rest, err := msgp.ReadMapHeaderBytes(*p)
	if err != nil {
		return err
	}
	*p = rest
	for range n {
		var key string
		if key, *p, err = msgp.ReadStringBytes(*p); err != nil {
			return err
		}
		if err := read(key); err != nil {
			return err
		}
	}
	return nil
}

func (t *kpackTable) readBlobs(p *[]byte) error {
	n, rest, err := msgp.ReadArrayHeaderBytes(*p)
	if err != nil {
		return err
	}
	*p = rest
	for range n {
		var offset, size int64
		err := eachKey(p, func(key string) (err error) {
			switch key {
			case "offset":
				offset, *p, err = msgp.ReadInt64Bytes(*p)
			case "size":
				size, *p, err = msgp.ReadInt64Bytes(*p)
			default:
				*p, err = skipValue(*p, maxDepth)
			}
			return err
		})
		if err != nil {
			return err
		}
		if len(t.blobs) == maxKernels || offset < 0 || size < 0 || size > 1<<62-offset {
			return fmt.Errorf("a code object of %d bytes at %d, number %d", size, offset, len(t.blobs))
		}
		t.blobs = append(t.blobs, span{offset, offset + size})
	}
	return nil
}

func (t *kpackTable) readKernels(p *[]byte) error {
	return eachKey(p, func(binary string) error {
		return eachKey(p, func(arch string) error {
			k := kpackKernel{binary, arch, -1}
			err := eachKey(p, func(key string) (err error) {
				if key == "ordinal" {
					k.ordinal, *p, err = msgp.ReadInt64Bytes(*p)
				} else {
					*p, err = skipValue(*p, maxDepth)
				}
				return err
			})
			if err == nil && len(t.kernels) == maxKernels {
				err = fmt.Errorf("more than %d code objects", maxKernels)
			}
			t.kernels = append(t.kernels, k)
			return err
		})
	})
}

// check holds the table against the code objects that are there.
func (t kpackTable) check(k kernels, f *found) {
	if t.scheme != "none" && t.scheme != "zstd-per-kernel" {
		f.defect(VersionUnknown, fmt.Sprintf("kpack compression scheme %q", t.scheme), "none or zstd-per-kernel")
	} else if k.compressed != (t.scheme == "zstd-per-kernel") && len(k.objects) > 0 {
		f.defect(CodeDamaged, fmt.Sprintf("a kpack archive of scheme %q, with code objects of the other one", t.scheme), "")
		return
	}
	missing := map[string]int{}
	for _, arch := range t.arches {
		missing[arch] = -1
	}
	for _, e := range t.kernels {
		o, ok := t.object(k, e.ordinal)
		if n := missing[e.arch]; n < 0 {
			missing[e.arch] = 0
		}
		switch {
		case !ok:
			missing[e.arch]++
		case !o.ok:
			f.defect(CodeDamaged, fmt.Sprintf("number %d of a kpack archive is no code object", e.ordinal), fmt.Sprintf("%s of %s", e.arch, e.binary))
		default:
			o.header.prove(e.arch, o.size, f)
		}
	}
	for _, arch := range slices.Sorted(maps.Keys(missing)) {
		switch n := missing[arch]; {
		case n < 0:
			f.defect(CodeMissing, "a kpack archive without code for "+arch, arch)
		case n > 0:
			f.defect(CodeMissing, fmt.Sprintf("a kpack archive that lacks %d code objects for %s", n, arch), arch)
		}
	}
}

// object is the code object of a number.
func (t kpackTable) object(k kernels, ordinal int64) (kernel, bool) {
	if k.compressed {
		if ordinal < 0 || ordinal >= int64(len(k.objects)) {
			return kernel{}, false
		}
		return k.objects[ordinal], true
	}
	if ordinal < 0 || ordinal >= int64(len(t.blobs)) {
		return kernel{}, false
	}
	at := t.blobs[ordinal]
	i := sort.Search(len(k.objects), func(i int) bool { return k.objects[i].offset >= at.start })
	if i == len(k.objects) || k.objects[i].offset != at.start {
		return kernel{}, true
	}
	o := k.objects[i]
	o.size = at.end - at.start
	return o, true
}
