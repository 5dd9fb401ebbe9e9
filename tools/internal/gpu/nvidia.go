package gpu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// NVIDIA publishes neither the fat binary's layout nor the cubin's flags. What
// is here was learnt from public readers, from what ptxas 12.9 and 13.5 and
// fatbinary 13.5 write, and holds for every entry of torch 2.9.1, cuBLAS 12.9,
// cuFFT 12.5, cuSPARSELt 0.10, nvJPEG 12 and 13, NCCL 2.32 and cupy 13.6.

// Flags of an entry, and of a member of a concatenated one.
const (
	flagLZ4  = 0x2000
	flagZstd = 0x8000
	flagArch = 0x100000 // the suffix a
	flagFam  = 0x200000 // the suffix f
)

// Kinds of entry.
const (
	kindPTX    = 1
	kindCubin  = 2
	kindConcat = 0x100
)

// maxCapability is the largest compute capability, without its dot, that is
// taken for one: 99.9.
const maxCapability = 999

// image is one piece of GPU code as a fat binary describes it.
type nvidiaCode struct {
	kind  uint16
	arch  uint32
	flags uint64
}

// target is the image's target as NVIDIA's tools spell it. The entry is what
// the driver goes by: what the cubin's own flags say of the suffix is known to
// be wrong in cuBLAS, and missing where ptxas 13 wrote it.
func (i nvidiaCode) target() (string, error) {
	if i.arch < 10 || i.arch > maxCapability {
		return "", bad(CodeDamaged, "compute capability %d: want 10 to %d", i.arch, maxCapability)
	}
	name := "sm_"
	if i.kind == kindPTX {
		name = "compute_"
	}
	name += strconv.Itoa(int(i.arch))
	switch i.flags & (flagArch | flagFam) {
	case flagArch:
		name += "a"
	case flagFam:
		name += "f"
	case flagArch | flagFam:
		return "", bad(CodeDamaged, "%s has the suffix a and the suffix f", name)
	}
	return name, nil
}

// note adds the image to f. prefix is its beginning, as much as is known; it
// must be what the entry says.
func (i nvidiaCode) note(f *found, prefix []byte) error {
	name, err := i.target()
	if err != nil {
		return err
	}
	var got string
	switch i.kind {
	case kindCubin:
		if len(prefix) > 0 && !isCubin(prefix) {
			return bad(CodeDamaged, "the entry for %s holds no cubin", name)
		}
		if own, ok := cubin(prefix); ok && capability(own) != i.arch {
			got = own
		}
		f.cuda[name] = true
	case kindPTX:
		// Encrypted PTX is legal and says nothing.
		if own, ok := ptx(prefix); ok && capability(own) != i.arch {
			got = own
		}
		f.ptx[name] = true
	}
	f.objects++
	if got != "" {
		f.defect(TargetMismatch, got, name)
	}
	return nil
}

// capability is the number in a target, 0 where there is none.
func capability(target string) uint32 {
	_, number, _ := strings.Cut(target, "_")
	n, err := strconv.ParseUint(strings.TrimRight(number, "af"), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

const (
	machineCUDA = 190 // EM_CUDA, of the ELF registry
	// cubinHeader is what isCubin and cubin need, in bytes: an ELF header.
	cubinHeader = 64
)

// isCubin says whether a file begins as an ELF file for NVIDIA's GPUs does.
func isCubin(header []byte) bool {
	return len(header) >= cubinHeader && string(header[:4]) == "\x7fELF" && (header[4] == 1 || header[4] == 2) && header[5] == 1 &&
		binary.LittleEndian.Uint16(header[18:]) == machineCUDA
}

// cubin reads the target of NVIDIA machine code from the first 64 bytes of its
// ELF file. It knows both layouts of e_flags: of ABI version 7, up to CUDA
// 12.x, and of version 8. A cubin that lies in a file of its own may lack the
// suffix of its target: see withSuffix.
func cubin(header []byte) (target string, ok bool) {
	if !isCubin(header) {
		return "", false
	}
	flags := binary.LittleEndian.Uint32(header[48:])
	if header[4] == 1 { // ELFCLASS32
		flags = binary.LittleEndian.Uint32(header[36:])
	}
	number, suffix := flags&0xff, flags&0x800 != 0
	switch osabi, version := header[7], header[8]; {
	case osabi == 0x33 && version <= 7:
	case (osabi == 0x33 || osabi == 0x41) && version == 8:
		number, suffix = flags>>8&0xff, flags&8 != 0
	default:
		return "", false
	}
	if number < 10 {
		return "", false
	}
	target = "sm_" + strconv.Itoa(int(number))
	// The suffix came with 9.0; older cubins use the bit for something else.
	if suffix && number >= 90 {
		target += "a"
	}
	return target, true
}

// withSuffix completes the target of a cubin whose flags may lack the suffix:
// ptxas 13.5 writes the same ones for sm_100, sm_100a and sm_100f. What it was
// asked for stands in the note .note.nv.tkinfo, of which file is enough where
// the cubin is small.
func withSuffix(target string, file []byte) (full string, known bool) {
	if target[len(target)-1] == 'a' || capability(target) < 90 {
		return target, true
	}
	_, rest, ok := bytes.Cut(file, []byte("-arch "+target))
	if !ok || len(rest) == 0 {
		return target, false
	}
	switch rest[0] {
	case 'a', 'f':
		return target + string(rest[0]), true
	case ' ', 0:
		return target, true
	}
	return target, false
}

// noteCubin adds a file that is a cubin itself to f, and says whether it is
// one. header is its beginning.
func noteCubin(header []byte, f *found) bool {
	if !isCubin(header) {
		return false
	}
	f.objects++
	target, ok := cubin(header)
	if !ok {
		f.defect(VersionUnknown, fmt.Sprintf("cubin of OS ABI %#x, version %d", header[7], header[8]), "OS ABI 0x33 or 0x41, version 7 or 8")
		return true
	}
	target, known := withSuffix(target, header)
	f.cuda[target] = true
	if !known {
		f.unknown["suffix of the cubin for "+target] = true
	}
	return true
}
