package contents

import (
	"path"
	"regexp"
	"strings"
)

// target finds a processor in a name: two digits of major version take four
// characters in all, one digit three (LLVM's AMDGPUUsage). What follows it is
// for the caller to judge.
var target = regexp.MustCompile(`gfx(1[0-9][0-9][0-9a-f]|[6-9][0-9][0-9a-f]|[1-9][0-9]?(-[0-9]+)?-generic)`)

// features are a target's modes as file names spell them: `-xnack+`, `:xnack+`.
var features = regexp.MustCompile(`^[:-](sramecc|xnack)[+-]`)

// containers are the endings of files that are for one target each.
var containers = map[string]bool{".co": true, ".hsaco": true, ".hipfb": true, ".kpack": true, ".aks2": true}

// libraries are the folders in which ROCm's libraries keep kernels, and tables
// for kernels, by target.
var libraries = []string{"rocblas/library/", "hipblaslt/library/", "hipsparselt/library/", "aotriton.images/", "miopen/db/"}

// named returns the targets that a member's name claims, where it lies at a
// place that has code by target. The names of miopen/db go on with the number
// of compute units: gfx942130 is gfx942, and gfx90878 is gfx908.
func named(member string) []string {
	part, tuned := "", false
	for _, library := range libraries {
		if at := strings.Index("/"+member, "/"+library); at >= 0 {
			part, tuned = member[at+len(library):], library == "miopen/db/"
		}
	}
	if part == "" && containers[strings.ToLower(path.Ext(member))] {
		part = path.Base(member)
	}
	var list []string
	for part != "" {
		at := target.FindStringIndex(part)
		if at == nil {
			break
		}
		name, rest := part[at[0]:at[1]], part[at[1]:]
		inside := at[0] > 0 && isAlphanumeric(part[at[0]-1])
		part = rest
		if inside || !tuned && rest != "" && isAlphanumeric(rest[0]) {
			continue
		}
		for {
			mode := features.FindString(rest)
			if mode == "" {
				break
			}
			name += ":" + mode[1:]
			rest = rest[len(mode):]
		}
		list = append(list, name)
	}
	return list
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
