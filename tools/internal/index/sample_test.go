package index

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// core is METADATA of the wheel at a path.
func core(relative string, requires *string) []byte {
	name, err := wheel.Parse(path.Base(relative))
	if err != nil {
		return nil
	}
	text := fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name.Distribution, name.VersionText)
	if requires != nil {
		text += "Requires-Python: " + *requires + "\n"
	}
	return []byte(text)
}

// artifact is a wheel of the given path whose digest is that of a text.
func artifact(relative, bytes string, requires *string) document.Artifact {
	name, _ := wheel.Parse(path.Base(relative))
	return document.Artifact{
		RelativePath: relative, SizeBytes: int64(len(bytes)) + 1, SHA256: digest([]byte(bytes)),
		Labels:   document.Labels{Distribution: name.Distribution, Version: name.VersionText},
		Metadata: document.Metadata{Name: name.Distribution, Version: name.VersionText, RequiresPython: requires, SHA256: digest(core(relative, requires))},
	}
}

func manifest(name string, artifacts ...document.Artifact) Document {
	return Document{Name: name, Manifest: &document.Manifest{Artifacts: artifacts}}
}

// honest gives METADATA as core makes it.
func honest(a *document.Artifact) ([]byte, []finding.Finding) {
	return core(a.RelativePath, a.Metadata.RequiresPython), nil
}

// sample is two nightly builds: torch of two versions and two Pythons, another
// project in a folder, one wheel in both.
func sample() []Document {
	requires := ">=3.10,<4"
	return []Document{
		manifest("second.json",
			artifact("torch-2.10.0a0+rocm7.14.0-cp312-cp312-linux_x86_64.whl", "c", &requires),
			artifact("triton-3.5.1-cp312-cp312-linux_x86_64.whl", "t", nil),
		),
		manifest("first.json",
			artifact("größer &/amd_torch.device_gfx942-2.9.1+rocm7.13.0-py3-none-any.whl", "d", nil),
			artifact("torch-2.9.1+rocm7.13.0-1-cp312-cp312-linux_x86_64.whl", "a", &requires),
			artifact("torch-2.9.1+rocm7.13.0-cp313-cp313-linux_x86_64.whl", "b", &requires),
			artifact("triton-3.5.1-cp312-cp312-linux_x86_64.whl", "t", nil),
		),
	}
}

func yanked(t testing.TB, texts ...string) (yanks []Yank) {
	for _, text := range texts {
		y, err := ParseYank(text)
		require.NoError(t, err)
		yanks = append(yanks, y)
	}
	return yanks
}

// brief is findings as "CODE ARTIFACT FIELD".
func brief(findings []finding.Finding) []string {
	list := []string{}
	for _, f := range findings {
		list = append(list, strings.TrimRight(f.Code+" "+f.Artifact+" "+f.Field, " "))
	}
	return list
}
