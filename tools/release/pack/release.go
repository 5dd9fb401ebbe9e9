package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// moduleName is the archive's, and that of its only folder.
const moduleName = "rules_pytorch_manifest"

// release is what a release is made of. programs and files have the names in
// the release and in the archive, and the files that hold them.
type release struct {
	version, url    string
	programs, files map[string]string
}

// Three numbers and, for a candidate, a suffix: of what Bazel allows as the
// version of a module, what everybody compares alike.
var versions = regexp.MustCompile(`^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$`)

// check returns every fault of what was asked for.
func (r *release) check() error {
	var faults []error
	if !versions.MatchString(r.version) {
		faults = append(faults, fmt.Errorf("version: got %q, want three numbers, such as 1.2.3 or 1.2.3-rc1", r.version))
	}
	if !strings.HasPrefix(r.url, "https://") || strings.HasSuffix(r.url, "/") || strings.ContainsAny(r.url, "\"\\ \n") {
		faults = append(faults, fmt.Errorf("url: got %q, want https://..., not ending in /", r.url))
	}
	if !strings.Contains(r.url, "{version}") {
		faults = append(faults, fmt.Errorf("url: got %q, want {version} in it: each release has files of its own", r.url))
	}
	if len(r.programs) == 0 {
		faults = append(faults, errors.New("--program: got none, want the programs of the release"))
	}
	for name := range r.programs {
		if strings.ContainsAny(name, `/\"`) {
			faults = append(faults, fmt.Errorf("--program: got %q, want the name of a file", name))
		}
	}
	for _, edit := range edits {
		if r.files[edit.path] == "" {
			faults = append(faults, fmt.Errorf("--file: %s is missing from the archive: the release is written into it", edit.path))
		}
	}
	return errors.Join(faults...)
}

// write makes the folder, once all that it holds is known.
func (r *release) write(dir string) error {
	files := map[string][]byte{}
	digests := map[string]string{}
	var faults []error
	for name, path := range r.programs {
		data, err := os.ReadFile(path)
		faults = append(faults, err)
		files[name], digests[name] = data, digest(data)
	}
	members, err := r.members(digests)
	if err := errors.Join(append(faults, err)...); err != nil {
		return err
	}
	folder := moduleName + "-" + r.version
	name := folder + ".tar.gz"
	if files[name], err = archive(folder, members); err != nil {
		return err
	}
	digests[name] = digest(files[name])

	var sums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		fmt.Fprintf(&sums, "%s  %s\n", digests[name], name)
	}
	files["SHA256SUMS"] = []byte(sums.String())

	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		mode := os.FileMode(0o644)
		if r.programs[name] != "" {
			mode = 0o755
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, mode); err != nil {
			return err
		}
	}
	return nil
}

// members reads the files of the archive and writes the release into them.
func (r *release) members(digests map[string]string) (map[string][]byte, error) {
	members := map[string][]byte{}
	var faults []error
	for name, path := range r.files {
		data, err := os.ReadFile(path)
		faults = append(faults, err)
		members[name] = data
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	for _, edit := range edits {
		data, err := edit.apply(r, digests, members[edit.path])
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", edit.path, err))
		}
		members[edit.path] = data
	}
	return members, errors.Join(faults...)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
