package merge

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func ref[T any](v T) *T { return &v }

// commit and digest are made of a text, so that tests can name them.
func commit(of string) string { return digest(of)[:40] }
func digest(of string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(of))) }

// tags are a file name's platform and Python in the document's words.
func tags(file string) (platform, python string) {
	parts := strings.Split(strings.TrimSuffix(file, ".whl"), "-")
	platform = map[string]string{"linux_x86_64": "linux-x86_64", "win_amd64": "windows-amd64", "manylinux_2_28_aarch64": "linux-aarch64", "any": "any"}[parts[len(parts)-1]]
	python = "any"
	if minor, is := strings.CutPrefix(parts[len(parts)-3], "cp3"); is && parts[len(parts)-2] != "abi3" {
		python = "3." + minor
	}
	return platform, python
}

// wheelAt is an artifact; what it says of its bytes depends on its name alone.
func wheelAt(path string) document.Artifact {
	file := path[strings.LastIndexByte(path, '/')+1:]
	parts := strings.Split(strings.TrimSuffix(file, ".whl"), "-")
	a := document.Artifact{
		RelativePath: path, SizeBytes: int64(len(file)), SHA256: digest(file),
		Labels: document.Labels{
			Framework: document.Framework, BuildVariant: ref("release"), ROCmArch: document.List{"gfx942"},
			Distribution: parts[0], Version: parts[1],
			PythonTag: parts[len(parts)-3], ABITag: parts[len(parts)-2], PlatformTag: parts[len(parts)-1],
		},
		Metadata: document.Metadata{
			Name: parts[0], Version: parts[1], RequiresDist: []string{"numpy"}, SHA256: digest("METADATA of " + file),
			Tags: []string{strings.Join(parts[len(parts)-3:], "-")},
		},
		Build: &document.Build{Status: document.Rebuilt},
	}
	if len(parts) == 6 {
		a.Labels.BuildTag = &parts[2]
	}
	return a
}

// read gives an artifact the contents that a version of the reader finds.
func read(a *document.Artifact, reader int64) {
	a.Contents = &document.Contents{
		Reader: reader, Members: 10 + reader, Record: "verified", Defects: []document.Defect{},
		Module:     &document.Module{Path: "torch/version.py", Version: ref(fmt.Sprint("2.9.", reader))},
		DeviceCode: document.DeviceCode{ROCm: []string{"gfx942"}, Files: []document.DeviceFile{{Path: "a.so", ROCm: []string{"gfx942"}, Objects: reader}}},
	}
}

// documentOf is a valid document, unstamped, of some wheels.
func documentOf(paths ...string) *document.Manifest {
	m := &document.Manifest{
		SchemaVersion: "1.0", Project: ref("TheRock"), Component: ref("pytorch"), BuildType: ref("external"),
		ArtifactGroup: ref("pytorch-wheels"), BuildVariant: ref("release"), Accelerator: ref("rocm"),
		ROCmSDKVersion: ref("7.14.0"), PyTorchROCmArch: document.List{"gfx942"}, Sources: map[string]document.Source{},
	}
	for _, path := range paths {
		m.Artifacts = append(m.Artifacts, wheelAt(path))
	}
	derive(m)
	return m
}

// derive sorts the artifacts and says what their names do.
func derive(m *document.Manifest) {
	slices.SortFunc(m.Artifacts, func(a, b document.Artifact) int { return strings.Compare(a.RelativePath, b.RelativePath) })
	m.Platform, m.PythonVersion = "any", "any"
	for _, a := range m.Artifacts {
		platform, python := tags(a.RelativePath)
		for _, pair := range [][2]*string{{&m.Platform, &platform}, {&m.PythonVersion, &python}} {
			switch is, more := pair[0], *pair[1]; {
			case *is == "any":
				*is = more
			case more != "any" && more != *is:
				*is = "multiple"
			}
		}
	}
}

// stamp makes a document one of a CI run.
func stamp(m *document.Manifest, run string) {
	m.Stamped = true
	m.RunID, m.RunAttempt, m.JobID = ref(run), ref("1"), ref("build")
	m.RunURL = ref("https://ci.example/runs/" + run)
	m.TheRock = &document.Checkout{Repo: ref("https://github.com/ROCm/TheRock"), Commit: commit("therock"), CommitTime: ref("2025-11-24T08:30:00Z"), Ref: ref("refs/heads/main")}
	m.Sources["pytorch"] = source("pytorch")
	for i := range m.Artifacts {
		m.Artifacts[i].Build = &document.Build{
			Status: document.Rebuilt, Timestamp: ref("2025-11-24T09:00:00Z"), RunID: m.RunID, RunAttempt: m.RunAttempt,
			JobID: m.JobID, RunURL: m.RunURL, Commit: ref(commit("pytorch")),
		}
	}
}

func source(name string) document.Source {
	return document.Source{
		Dir: ref("src/" + name), Commit: commit(name), CommitTime: ref("2025-11-23T08:30:00Z"),
		Describe: ref("v1"), Remote: ref("https://github.com/ROCm/" + name + ".git"), Branch: ref("main"),
	}
}

// named gives documents the names a.json, b.json and so on.
func named(documents ...*document.Manifest) []Named {
	var list []Named
	for i, m := range documents {
		list = append(list, Named{string(rune('a'+i)) + ".json", m})
	}
	return list
}

func encoded(t testing.TB, m *document.Manifest) string {
	t.Helper()
	data, err := m.Encode()
	require.NoError(t, err)
	return string(data)
}

// clone is a copy that shares nothing.
func clone(t testing.TB, m *document.Manifest) *document.Manifest {
	t.Helper()
	copied, findings := document.Decode([]byte(encoded(t, m)))
	require.False(t, finding.HasErrors(findings), "%v", findings)
	return copied
}

// merged joins documents that agree.
func merged(t *testing.T, o Options, documents ...*document.Manifest) *document.Manifest {
	t.Helper()
	for _, m := range documents {
		require.Empty(t, m.Validate())
	}
	m, findings := Merge(named(documents...), o)
	require.Empty(t, findings)
	return m
}

// refused are the findings of documents that do not agree, as lines.
func refused(t *testing.T, o Options, documents ...*document.Manifest) []string {
	t.Helper()
	for _, m := range documents {
		require.Empty(t, m.Validate())
	}
	m, findings := Merge(named(documents...), o)
	require.Nil(t, m)
	var lines []string
	for _, f := range findings {
		require.Equal(t, finding.Error, f.Severity)
		lines = append(lines, f.String())
	}
	return lines
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }
