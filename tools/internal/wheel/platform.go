package wheel

import (
	"regexp"
	"slices"
	"strings"
)

// AnyPlatform is the platform of wheels that run everywhere.
const AnyPlatform = "any"

// Platform is the operating system and processor that one member of a platform
// tag asks for, as `{system}-{architecture}`: linux-x86_64, linux-aarch64,
// windows-amd64, windows-arm64, windows-x86, macos-arm64, macos-universal2, ...
// or `any`. The architecture is spelt as the tag spells it (linux-armv7l,
// freebsd-amd64), but for win32, which is windows-x86. Releases of a system and
// C libraries fold away: manylinux and musllinux of every generation (PEP 513,
// 571, 599, 600, 656) are linux, pyodide and pyemscripten (PEP 783) emscripten.
//
// A tag of no system in the table is a platform of its own, spelt as the tag is
// in lower case, and known is false.
func Platform(tag string) (platform string, known bool) {
	tag = strings.ToLower(tag)
	if fixed, ok := fixedPlatforms[tag]; ok {
		return fixed, true
	}
	for _, s := range systems {
		if match := s.tag.FindStringSubmatch(tag); match != nil {
			return s.name + "-" + match[1], true
		}
	}
	return tag, false
}

// Platforms are the distinct platforms that the name's platform tags ask for,
// sorted: one for nearly every wheel.
func (n Name) Platforms() []string {
	var all []string
	for _, member := range n.Platform.Distinct() {
		platform, _ := Platform(member)
		all = append(all, platform)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fixedPlatforms are tags without a release in them.
var fixedPlatforms = map[string]string{
	"any":       AnyPlatform,
	"win32":     "windows-x86",
	"win_amd64": "windows-amd64",
	"win_arm64": "windows-arm64",
	"win_arm32": "windows-arm32",
	"win_ia64":  "windows-ia64",
}

// unix is a processor as `uname -m` or `uname -p` names it, which stands after a
// release of any shape.
const unix = `(x86_64|amd64|i[3-6]86|aarch64|arm64|armv[67][a-z]*|riscv64|powerpc64le|powerpc64|powerpc|ppc64le|ppc64|sparc64|i86pc|sun4[uv])`

// systems are the other tags, each with its architecture as the one group.
var systems = []struct {
	name string
	tag  *regexp.Regexp
}{
	{"linux", regexp.MustCompile(`^(?:linux|manylinux(?:1|2010|2014)|(?:many|musl)linux_[0-9]+_[0-9]+)_([a-z][a-z0-9]*(?:_64)?)$`)},
	{"macos", regexp.MustCompile(`^macosx_[0-9]+_[0-9]+_(arm64|x86_64|universal2|universal|intel|i386|fat(?:3|32|64)?|ppc|ppc64)$`)},
	{"ios", regexp.MustCompile(`^ios_[0-9]+_[0-9]+_([a-z0-9]+(?:_64)?_iphone(?:os|simulator))$`)},
	{"android", regexp.MustCompile(`^android_[0-9]+_(arm64_v8a|armeabi_v7a|x86_64|x86)$`)},
	{"emscripten", regexp.MustCompile(`^(?:emscripten_[0-9]+_[0-9]+_[0-9]+|(?:pyodide|pyemscripten)_[0-9]+_[0-9]+)_(wasm32|wasm64)$`)},
	{"wasi", regexp.MustCompile(`^wasi_(?:[0-9a-z]+_)*(wasm32|wasm64)$`)},
	{"freebsd", regexp.MustCompile(`^freebsd_[0-9a-z_]+?_` + unix + `$`)},
	{"openbsd", regexp.MustCompile(`^openbsd_[0-9a-z_]+?_` + unix + `$`)},
	{"netbsd", regexp.MustCompile(`^netbsd_[0-9a-z_]+?_` + unix + `$`)},
	{"dragonfly", regexp.MustCompile(`^dragonfly_[0-9a-z_]+?_` + unix + `$`)},
	{"solaris", regexp.MustCompile(`^(?:solaris|sunos)_[0-9a-z_]+?_` + unix + `(?:_(?:32|64)bit)?$`)},
	{"haiku", regexp.MustCompile(`^haiku_[0-9a-z_]+?_` + unix + `$`)},
	{"cygwin", regexp.MustCompile(`^cygwin_[0-9a-z_]+?_` + unix + `$`)},
	{"aix", regexp.MustCompile(`^aix_[0-9]+(?:_[0-9]+){1,3}_(32|64)$`)},
	{"mingw", regexp.MustCompile(`^mingw_` + unix + `(?:_(?:ucrt|msvcrt|clang|gnu|llvm|ucrt_(?:gnu|llvm)|msvcrt_(?:gnu|llvm)))?$`)},
}
