package publication_test

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

func ref(s string) *string { return &s }

// sample is what matters here of a document of two wheels.
func sample(run, text string) *document.Manifest {
	m := &document.Manifest{
		SchemaVersion: "1.0", Platform: "any", PythonVersion: "any", PyTorchGitRef: ref("main"), Stamped: true,
		RunID: ref(run), RunAttempt: ref("1"),
		TheRock: &document.Checkout{Repo: ref("https://github.com/ROCm/TheRock")},
		Sources: map[string]document.Source{"pytorch": {Remote: ref("https://github.com/pytorch/pytorch")}},
	}
	for _, k := range []string{apex, torch} {
		name := path.Base(k)
		sum := sha256.Sum256([]byte(name + text))
		m.Artifacts = append(m.Artifacts, document.Artifact{
			RelativePath: name, SizeBytes: int64(len(name + text)), SHA256: hex.EncodeToString(sum[:]),
			Labels: document.Labels{Distribution: strings.Split(name, "-")[0]},
			Build:  &document.Build{RunID: ref(run), RunAttempt: ref("1")},
		})
	}
	return m
}
