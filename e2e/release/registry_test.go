package release

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

func read(t *testing.T, elements ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{bazel.Root(t)}, elements...)...))
	require.NoError(t, err)
	return data
}

// What the registry gets names the archive, and what lies in it.
func TestRegistryTemplates(t *testing.T) {
	archive := unpacked(t)
	var source struct {
		StripPrefix string `json:"strip_prefix"`
		URL         string
	}
	filled := strings.NewReplacer("{OWNER}", "pytorch-manifest", "{REPO}", "rules_pytorch_manifest", "{TAG}", "v"+version, "{VERSION}", version).
		Replace(string(read(t, ".bcr", "source.template.json")))
	require.NoError(t, json.Unmarshal([]byte(filled), &source))
	assert.Equal(t, filepath.Base(archive), source.StripPrefix)
	address, name := filepath.Split(source.URL)
	assert.Contains(t, sums(t, made(t)), name)

	// The archive lies where its programs do.
	released, err := os.ReadFile(filepath.Join(archive, "manifest", "private", "released.bzl"))
	require.NoError(t, err)
	assert.Contains(t, string(released), `url = "`+strings.TrimSuffix(address, "/")+`"`)

	var presubmit struct {
		Module struct {
			Path   string              `yaml:"module_path"`
			Matrix map[string][]string `yaml:"matrix"`
		} `yaml:"bcr_test_module"`
	}
	require.NoError(t, yaml.Unmarshal(read(t, ".bcr", "presubmit.yml"), &presubmit))
	assert.FileExists(t, filepath.Join(archive, presubmit.Module.Path, "MODULE.bazel"))
	assert.Equal(t, []string{"7.x", "8.x", "9.x"}, presubmit.Module.Matrix["bazel"])

	var metadata map[string]any
	require.NoError(t, json.Unmarshal(read(t, ".bcr", "metadata.template.json"), &metadata))
}

func TestReleaseWorkflowIsLinted(t *testing.T) {
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: bazel.Root(t)})
	require.NoError(t, err)
	name := filepath.Join(bazel.Root(t), ".github", "workflows", "release.yml")
	faults, err := linter.LintFile(name, nil)
	require.NoError(t, err)
	for _, fault := range faults {
		t.Errorf("%v", fault)
	}

	// It looks: a step's field that there is not.
	broken := filepath.Join(t.TempDir(), "release.yml")
	require.NoError(t, os.WriteFile(broken, []byte(strings.Replace(string(read(t, ".github", "workflows", "release.yml")), "runs-on:", "run-on:", 1)), 0o644))
	faults, err = linter.LintFile(broken, nil)
	require.NoError(t, err)
	assert.NotEmpty(t, faults)
}
