package gpu

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// The numbers of ELF files (System V gABI; LLVM's BinaryFormat/ELF.h).
const (
	elfMagic      = "\x7fELF"
	elfHeaderSize = 64
	elfClass64    = 2
	elfLittle     = 1
	machineAMDGPU = 224
	osabiAMDHSA   = 0x40
)

// processors are the EF_AMDGPU_MACH numbers of LLVM's ELF.h, with gfx940 and
// gfx941, which it had until version 20.
var processors = map[uint32]string{
	0x20: "gfx600", 0x21: "gfx601", 0x22: "gfx700", 0x23: "gfx701", 0x24: "gfx702", 0x25: "gfx703",
	0x26: "gfx704", 0x28: "gfx801", 0x29: "gfx802", 0x2a: "gfx803", 0x2b: "gfx810", 0x2c: "gfx900",
	0x2d: "gfx902", 0x2e: "gfx904", 0x2f: "gfx906", 0x30: "gfx908", 0x31: "gfx909", 0x32: "gfx90c",
	0x33: "gfx1010", 0x34: "gfx1011", 0x35: "gfx1012", 0x36: "gfx1030", 0x37: "gfx1031", 0x38: "gfx1032",
	0x39: "gfx1033", 0x3a: "gfx602", 0x3b: "gfx705", 0x3c: "gfx805", 0x3d: "gfx1035", 0x3e: "gfx1034",
	0x3f: "gfx90a", 0x40: "gfx940", 0x41: "gfx1100", 0x42: "gfx1013", 0x43: "gfx1150", 0x44: "gfx1103",
	0x45: "gfx1036", 0x46: "gfx1101", 0x47: "gfx1102", 0x48: "gfx1200", 0x49: "gfx1250", 0x4a: "gfx1151",
	0x4b: "gfx941", 0x4c: "gfx942", 0x4e: "gfx1201", 0x4f: "gfx950", 0x50: "gfx1310", 0x51: "gfx9-generic",
	0x52: "gfx10-1-generic", 0x53: "gfx10-3-generic", 0x54: "gfx11-generic", 0x55: "gfx1152", 0x57: "gfx1154",
	0x58: "gfx1153", 0x59: "gfx12-generic", 0x5a: "gfx1251", 0x5b: "gfx12-5-generic", 0x5c: "gfx1172",
	0x5d: "gfx1170", 0x5e: "gfx1171", 0x5f: "gfx9-4-generic", 0x62: "gfx11-7-generic", 0x63: "gfx13-generic",
}

// object is what the ELF header of an AMDGPU code object says.
type object struct {
	mach uint32
	// version is EI_ABIVERSION: 0 to 4 are code object versions 2 to 6.
	version byte
	// xnack and sramecc are "", "-" or "+".
	xnack, sramecc string
	// processor is the name of mach, empty where it has none.
	processor string
	// end is where the section table ends, the last thing in a code object.
	end uint64
}

// amdgpu reads the header of a 64-bit AMDGPU ELF. ok is false for anything
// else.
func amdgpu(header []byte) (o object, ok bool) {
	if machine(header) != machineAMDGPU || header[4] != elfClass64 || header[7] != osabiAMDHSA {
		return object{}, false
	}
	flags := binary.LittleEndian.Uint32(header[48:])
	o = object{mach: flags & 0xff, version: header[8], processor: processors[flags&0xff]}
	o.end = elfHeaderSize
	if table := binary.LittleEndian.Uint64(header[40:]); table > 0 {
		o.end = max(o.end, table+uint64(binary.LittleEndian.Uint16(header[58:]))*uint64(binary.LittleEndian.Uint16(header[60:])))
	}
	switch {
	case o.version >= 2:
		modes := [4]string{2: "-", 3: "+"}
		o.xnack, o.sramecc = modes[flags>>8&3], modes[flags>>10&3]
	case o.version == 1:
		// Off and any look alike here.
		if flags&0x100 != 0 {
			o.xnack = "+"
		}
		if flags&0x200 != 0 {
			o.sramecc = "+"
		}
	}
	return o, true
}

// machine is the e_machine of a little-endian ELF header, 0 where it is none.
func machine(header []byte) uint16 {
	if len(header) < elfHeaderSize || string(header[:4]) != elfMagic || header[5] != elfLittle {
		return 0
	}
	return binary.LittleEndian.Uint16(header[18:])
}

// target is the target id that the header proves: gfx942:sramecc+:xnack-.
func (o object) target() string { return targetID(o.processor, o.sramecc, o.xnack) }

func targetID(processor, sramecc, xnack string) string {
	if sramecc != "" {
		processor += ":sramecc" + sramecc
	}
	if xnack != "" {
		processor += ":xnack" + xnack
	}
	return processor
}

// claimed is a target id taken apart.
type claimed struct {
	processor, sramecc, xnack string
}

// parseTarget reads `<processor>[:sramecc+|-][:xnack+|-]` (LLVM's
// AMDGPUUsage, Target ID). ok is false for other text.
func parseTarget(text string) (c claimed, ok bool) {
	parts := strings.Split(text, ":")
	if c.processor = parts[0]; !processorName(c.processor) {
		return claimed{}, false
	}
	for _, part := range parts[1:] {
		name, sign := strings.TrimRight(part, "+-"), part[len(strings.TrimRight(part, "+-")):]
		switch {
		case sign != "+" && sign != "-":
			return claimed{}, false
		case name == "xnack" && c.xnack == "":
			c.xnack = sign
		case name == "sramecc" && c.sramecc == "":
			c.sramecc = sign
		default:
			return claimed{}, false
		}
	}
	return c, true
}

// processorName says whether the text has the form of a processor's name:
// gfx90a, gfx1201, gfx9-4-generic. Newer compilers know more of them than the
// table does.
func processorName(text string) bool {
	rest, ok := strings.CutPrefix(text, "gfx")
	if rest = strings.TrimSuffix(rest, "-generic"); !ok || rest == "" || len(rest) > 16 {
		return false
	}
	return strings.Trim(rest, "0123456789abcdef-") == "" && rest[0] >= '0' && rest[0] <= '9'
}

// prove holds the code object against the target that its container names
// (empty: none) and notes what it is.
func (o object) prove(want string, size int64, f *found) {
	f.objects++
	if size > 0 && o.end > uint64(size) {
		f.defect(CodeTruncated, fmt.Sprintf("a code object of %d bytes for %s", size, o.name(want)), fmt.Sprintf("%d bytes, as its header says", o.end))
	}
	claim, ok := parseTarget(want)
	if o.processor == "" {
		// The number is newer than the table, or the object older than the
		// numbers (code object version 2): the name is all there is.
		if o.mach != 0 {
			f.unknown[fmt.Sprintf("amdgpu processor 0x%02x", o.mach)] = true
		} else if !ok {
			f.unknown["amdgpu code object without processor"] = true
		}
		if ok {
			f.rocm[targetID(claim.processor, claim.sramecc, claim.xnack)] = true
		}
		return
	}
	got := o
	if o.version < 2 && ok {
		// Their flags do not tell "off" or "any" apart, and those of version 2
		// nothing at all.
		got.xnack, got.sramecc = older(o.xnack, claim.xnack, o.version), older(o.sramecc, claim.sramecc, o.version)
	}
	f.rocm[got.target()] = true
	if want != "" && (!ok || targetID(claim.processor, claim.sramecc, claim.xnack) != got.target()) {
		f.defect(TargetMismatch, got.target(), want)
	}
}

func older(flag, claim string, version byte) string {
	if version == 0 || flag == "" && claim == "-" || flag == "+" && claim == "" {
		return claim
	}
	return flag
}

func (o object) name(want string) string {
	if o.processor == "" {
		return want
	}
	return o.target()
}

// entryTarget is the target in a bundle entry's id, which is spelt
// `<kind>-<triple>[-<target-id>]` with triples of three or four parts (LLVM,
// ClangOffloadBundler.rst). host says that the entry is the host's.
func entryTarget(id string) (target string, host bool) {
	kind, rest, _ := strings.Cut(id, "-")
	if kind == "host" {
		return "", true
	}
	if i := strings.Index(rest, "-gfx"); i >= 0 {
		return rest[i+1:], false
	}
	return rest[strings.LastIndexByte(rest, '-')+1:], false
}

// entryKinds are the offload kinds of bundle entries.
var entryKinds = []string{"host", "hip", "hipv4", "openmp"}

func knownKind(id string) bool {
	kind, _, ok := strings.Cut(id, "-")
	return ok && slices.Contains(entryKinds, kind)
}
