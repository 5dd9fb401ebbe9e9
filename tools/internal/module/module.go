// Package module reads what a package says of its own version: the
// assignments at the top of torch/version.py and of its counterparts. The file
// is read as text and never run.
package module

import (
	"strings"
)

// MaxBytes is the largest file that is read.
const MaxBytes = 4 << 20

// Paths are the members that may hold a package's word on itself, the first
// one that a wheel has counting, for the distribution that a wheel's file name
// spells. torch, torchvision and torchaudio have the first, triton the second.
func Paths(distribution string) []string {
	folder := strings.ToLower(strings.NewReplacer("-", "_", ".", "_").Replace(distribution))
	return []string{folder + "/version.py", folder + "/__init__.py"}
}

// Module is what a file says. A field is nil where the file does not assign
// it, assigns None, or anything but a string literal: what only a run of the
// file could tell is unknown.
type Module struct {
	Version    *string // __version__
	GitVersion *string // git_version
	HIP        *string // hip
	CUDA       *string // cuda
}

// Read takes the last assignment at the top level of each name. It returns nil
// where the file assigns no string to any of them.
func Read(data []byte) *Module {
	m := &Module{}
	fields := map[string]**string{"__version__": &m.Version, "git_version": &m.GitVersion, "hip": &m.HIP, "cuda": &m.CUDA}
	for line := range statements(string(data)) {
		names, value := assignment(line)
		for _, name := range names {
			if field := fields[name]; field != nil {
				*field = value
			}
		}
	}
	if *m == (Module{}) {
		return nil
	}
	return m
}

// assignment takes `a = b = literal` apart, where each name may have an
// annotation. The value is nil where it is no string literal.
func assignment(line string) (names []string, value *string) {
	for {
		name := identifier(line)
		if name == "" {
			break
		}
		rest := strings.TrimLeft(line[len(name):], blanks)
		if annotation, ok := strings.CutPrefix(rest, ":"); ok {
			at := strings.IndexByte(annotation, '=')
			if at < 0 {
				break
			}
			rest = annotation[at:]
		}
		next, ok := strings.CutPrefix(rest, "=")
		if !ok || strings.HasPrefix(next, "=") {
			break
		}
		names = append(names, name)
		line = strings.TrimLeft(next, blanks)
	}
	text, rest, ok := literal(line)
	if rest = strings.TrimLeft(rest, blanks); !ok || rest != "" && rest[0] != '#' && rest[0] != ';' {
		return names, nil
	}
	return names, &text
}

const blanks = " \t\f"

// identifier is the name that the line begins with, or "".
func identifier(line string) string {
	n := 0
	for n < len(line) && (line[n] == '_' || 'a' <= line[n]|0x20 && line[n]|0x20 <= 'z' || n > 0 && '0' <= line[n] && line[n] <= '9') {
		n++
	}
	return line[:n]
}
