// Package docs holds the documentation against the code.
package docs

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(bazel.Root(t), path))
	require.NoError(t, err)
	return string(data)
}

func TestEveryFieldIsDescribed(t *testing.T) {
	var schema map[string]any
	require.NoError(t, json.Unmarshal([]byte(read(t, "tools/internal/document/schema.json")), &schema))
	text := read(t, "docs/manifest-format.md")
	count := 0
	var walk func(value any)
	walk = func(value any) {
		object, ok := value.(map[string]any)
		if !ok {
			return
		}
		properties, _ := object["properties"].(map[string]any)
		for name := range properties {
			count++
			assert.Contains(t, text, "\n| `"+name+"` |", "docs/manifest-format.md")
		}
		for _, child := range object {
			walk(child)
		}
	}
	walk(schema)
	assert.Greater(t, count, 70, "the schema's fields were not found")
}

// A code is the first word of a finding, or a constant whose name says so.
var codes = []*regexp.Regexp{
	regexp.MustCompile(`(?:Errorf|Warningf|\.fault|onfigFault)\("([a-z0-9_]+)"`),
	regexp.MustCompile(`(?m)^\s+Code[A-Z]\w*\s+= "([a-z0-9_]+)"`),
}

// Files that hold nothing but codes.
var codeFile = regexp.MustCompile(`= "([a-z0-9]+_[a-z0-9_]+)"`)

func TestEveryCodeIsListed(t *testing.T) {
	text := read(t, "docs/findings.md") + read(t, "docs/gpu-code.md")
	count := 0
	require.NoError(t, filepath.WalkDir(filepath.Join(bazel.Root(t), "tools"), func(path string, _ fs.DirEntry, err error) error {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		patterns := codes
		if filepath.Base(path) == "codes.go" {
			patterns = append(patterns[:len(patterns):len(patterns)], codeFile)
		}
		for _, pattern := range patterns {
			for _, match := range pattern.FindAllStringSubmatch(string(data), -1) {
				count++
				// A code that ends in _ is the beginning of several.
				if !strings.Contains(text, "`"+match[1]+"`") && !(strings.HasSuffix(match[1], "_") && strings.Contains(text, "`"+match[1])) {
					t.Errorf("%s: no page lists the code %s", path, match[1])
				}
			}
		}
		return nil
	}))
	assert.Greater(t, count, 80, "the code's findings were not found")
}

// Links of the documentation lead to files.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "docs/after-the-build.md", "docs/attestation.md", "docs/index.md", "docs/publishing.md", "docs/releasing.md", "examples/README.md", "docs/findings.md", "docs/gpu-code.md", "docs/manifest-format.md", "docs/rules.md"} {
		for _, match := range link.FindAllStringSubmatch(read(t, page), -1) {
			_, err := os.Stat(filepath.Join(bazel.Root(t), filepath.Dir(page), match[1]))
			assert.NoError(t, err, page)
		}
	}
}

// The example of a difference is what the program prints of the manifests beside
// it.
func TestDifferenceIsWhatIsPrinted(t *testing.T) {
	program := binary.Of(t, "wheelmanifest")
	diff := exec.Command(program, "diff", "torch-2.8.0.json", "torch-2.9.1.json", "--format=text")
	diff.Dir = filepath.Join(bazel.Root(t), "docs", "examples")
	output, err := diff.Output()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 1, exit.ExitCode(), "%s", exit.Stderr)
	assert.Contains(t, read(t, "docs/after-the-build.md"), "\n```\n"+string(output)+"```\n")

	help, err := exec.Command(program, "diff", "--help").Output()
	require.NoError(t, err)
	kinds := 0
	for _, match := range regexp.MustCompile(`(?m)^  ([a-z]+) {2,}(.+)$`).FindAllStringSubmatch(string(help), -1) {
		kinds++
		assert.Contains(t, read(t, "docs/after-the-build.md"), "| `"+match[1]+"` | "+match[2]+" |")
	}
	assert.Greater(t, kinds, 15)
}
