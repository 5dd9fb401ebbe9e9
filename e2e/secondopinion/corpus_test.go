// Package secondopinion holds wheelmanifest's reading of wheel names and
// versions against readers that others wrote: Python's packaging and the Go
// packages of deps.dev; and the schema of manifests against check-jsonschema.
// The cases of names and versions are those of the unit tests; where a reader
// differs, the difference is in a table with its reason.
package secondopinion

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
)

// root is the repository's own folder, from this one.
const root = "../.."

// line is what parse-name prints of one name.
type line struct {
	Filename string   `json:"filename"`
	OK       bool     `json:"ok"`
	Error    string   `json:"error"`
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Build    []any    `json:"build"`
	Python   []string `json:"python"`
	ABI      []string `json:"abi"`
	Platform []string `json:"platform"`
}

// build is the build tag as text, nil where there is none.
func (l line) build() []string {
	if l.Build == nil {
		return nil
	}
	return []string{fmt.Sprint(l.Build[0]), fmt.Sprint(l.Build[1])}
}

// tags are the triples that the name stands for, in the order of its sets.
func (l line) tags() []string {
	var all []string
	for _, python := range l.Python {
		for _, abi := range l.ABI {
			for _, platform := range l.Platform {
				all = append(all, python+"-"+abi+"-"+platform)
			}
		}
	}
	return all
}

// parseNames has the command read the names.
func parseNames(t *testing.T, names []string) []line {
	tool := binary.Of(t, "wheelmanifest")
	// A line feed can only be in an argument, a NUL only on standard input.
	var args, input []string
	for _, name := range names {
		if strings.Contains(name, "\n") {
			args = append(args, name)
		} else {
			input = append(input, name)
		}
	}
	said := map[string]line{}
	run := func(stdin string, args ...string) {
		command := exec.Command(tool, append([]string{"parse-name"}, args...)...)
		command.Stdin, command.Stderr = strings.NewReader(stdin), os.Stderr
		stdout, err := command.Output()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			require.NoError(t, err)
		}
		for text := range bytes.Lines(stdout) {
			var l line
			decoder := json.NewDecoder(bytes.NewReader(text))
			decoder.UseNumber()
			require.NoError(t, decoder.Decode(&l))
			said[l.Filename] = l
		}
	}
	run(strings.Join(input, "\n") + "\n")
	if len(args) > 0 {
		run("", append([]string{"--"}, args...)...)
	}
	lines := make([]line, len(names))
	for i, name := range names {
		require.Contains(t, said, name)
		lines[i] = said[name]
	}
	return lines
}

// names are the file names of the unit tests' corpus.
func names(t *testing.T) []string {
	var all []string
	for _, text := range read(t, "wheel/testdata/names.jsonl") {
		var l line
		require.NoError(t, json.Unmarshal([]byte(text), &l))
		all = append(all, l.Filename)
	}
	return all
}

// read returns the lines of a file below tools/internal but comments.
func read(t *testing.T, file string) []string {
	f, err := os.Open(filepath.Join(root, "tools/internal", file))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if text := s.Text(); text != "" && !strings.HasPrefix(text, "#") {
			all = append(all, text)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// difference is a kind of input of which another reader is known to say
// something else, with the reason. It permits; it does not demand.
type difference struct {
	input  *regexp.Regexp
	reason string
}

func known(differences []difference, input string) bool {
	for _, d := range differences {
		if d.input.MatchString(input) {
			return true
		}
	}
	return false
}
