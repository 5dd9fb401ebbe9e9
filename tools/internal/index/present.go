package index

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// Foreign says why the bytes that lie at the path of a page or a list must not be
// replaced: they are not what this program writes there. Nil: they are.
func Foreign(name string, data []byte) error {
	switch {
	case name == requirements:
		if !bytes.HasPrefix(data, []byte(requirementsHead)) {
			return fmt.Errorf("it does not begin with %s", finding.Quote(strings.TrimSuffix(requirementsHead, "\n")))
		}
	case name == sums:
		return foreignSums(data)
	case path.Base(name) == pageHTML:
		if !Made(data) {
			return fmt.Errorf("it does not have %s", finding.Quote(mark))
		}
	case name == simple+pageJSON:
		return rewritten[listPage](data)
	default:
		_, err := ParsePage(ProjectOf(name), data)
		return err
	}
	return nil
}

// IsJSON says whether bytes are a page in JSON as this program writes them,
// wherever they lie.
func IsJSON(data []byte) bool {
	return rewritten[listPage](data) == nil || rewritten[projectPage](data) == nil
}

// ParsePage reads the yanks of a project's page in JSON. The error says why it is
// not one that Build made for the project.
func ParsePage(project string, data []byte) (yanks []Yank, err error) {
	var page projectPage
	if err := reread(data, &page); err != nil {
		return nil, err
	}
	if page.Name != project {
		return nil, fmt.Errorf("it is the page of %s, want %s", finding.Quote(page.Name), finding.Quote(project))
	}
	for _, f := range page.Files {
		name, err := wheel.Parse(f.Filename)
		if err != nil {
			return nil, err
		}
		y := Yank{Project: project, Version: name.Version}
		switch yanked := f.Yanked.(type) {
		case bool:
			if !yanked {
				continue
			}
		case string:
			y.Reason = yanked
		default:
			return nil, fmt.Errorf("yanked is %v, want a boolean or a text", f.Yanked)
		}
		if n := len(yanks); n == 0 || !yanks[n-1].Version.Equal(y.Version) {
			yanks = append(yanks, y)
		}
	}
	return yanks, nil
}

// reread reads what encoded wrote, and nothing else.
func reread(data []byte, page any) error {
	if err := json.Unmarshal(data, page); err != nil {
		return errors.New("it is no JSON page")
	}
	if !bytes.Equal(encoded(page), data) {
		return errors.New("it is not written as this program writes its pages")
	}
	return nil
}

func rewritten[T any](data []byte) error { return reread(data, new(T)) }

// foreignSums finds the first line that is none of sumsFile.
func foreignSums(data []byte) error {
	for line := range strings.Lines(string(data)) {
		digest, name, _ := strings.Cut(line, "  ")
		raw, err := hex.DecodeString(digest)
		if err != nil || len(raw) != 32 || !strings.HasSuffix(name, ".whl\n") {
			return fmt.Errorf("got the line %s, want the digest of a wheel", finding.Quote(strings.TrimSuffix(line, "\n")))
		}
	}
	return nil
}
