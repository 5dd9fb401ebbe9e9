package verification_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

const (
	torch  = "torch-2.9.1-cp312-cp312-linux_x86_64.whl"
	vision = "sub/torchvision-0.24.1-cp312-cp312-linux_x86_64.whl"
)

// wheelOf is an honest wheel.
func wheelOf(distribution, version string) []byte {
	return ziptest.Wheel(distribution, version, "cp312-cp312-linux_x86_64").Bytes()
}

// put writes a file and the folders above it.
func put(t testing.TB, data []byte, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, data, 0o644))
}

// pair is a folder with two wheels, and their manifest.
func pair(t testing.TB) (dir string, m *document.Manifest) {
	t.Helper()
	dir = t.TempDir()
	put(t, wheelOf("torch", "2.9.1"), dir, torch)
	put(t, wheelOf("torchvision", "0.24.1"), dir, vision)
	return dir, manifestOf(t, dir)
}

// manifestOf makes the manifest of a folder as generate does.
func manifestOf(t testing.TB, dir string) *document.Manifest {
	t.Helper()
	sources, err := entry.Walk(dir)
	require.NoError(t, err)
	var entries []entry.Entry
	var held []contents.Contents
	for _, s := range sources {
		e, _, err := s.Read(t.Context(), entry.Options{})
		require.NoError(t, err)
		c, err := contents.Read(t.Context(), s.Path, s.Filename, s.Folder, contents.Options{})
		require.NoError(t, err)
		entries, held = append(entries, e), append(held, c)
	}
	cpu := "cpu"
	config := &document.Config{
		Declared: document.Declared{Accelerator: cpu}, Contents: true, SourceOf: document.SourceOf(),
		AllowRecordDefects: []string{"hash_mismatch", "size_mismatch"}, Wheels: []document.Input{{Path: dir}},
	}
	m, faults := document.Assemble(config, nil, [][]entry.Entry{entries}, [][]contents.Contents{held})
	require.False(t, finding.HasErrors(faults), "%v", faults)
	return m
}

// each is two workers.
func each(ctx context.Context, n int, do func(i int)) error {
	var wait sync.WaitGroup
	for worker := range 2 {
		wait.Go(func() {
			for i := worker; i < n && ctx.Err() == nil; i += 2 {
				do(i)
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

// folder is the place that a path names.
func folder(t testing.TB, dir string) store.Store {
	t.Helper()
	place, err := store.Open(t.Context(), dir, store.Options{})
	require.NoError(t, err)
	return place
}

// of is the verification of the wheels in a folder by default.
func of(t testing.TB, m *document.Manifest, dir string) Verification {
	t.Helper()
	template, err := key.Parse("{relative_path}")
	require.NoError(t, err)
	return Verification{Manifest: m, Store: folder(t, dir), WheelKey: template, Each: each}
}

func run(t testing.TB, v Verification) Result {
	t.Helper()
	result, err := v.Run(t.Context())
	require.NoError(t, err)
	c := result.Counts
	require.Equal(t, c.Artifacts, c.Verified+c.Missing+c.Differing+c.Unreadable+c.WithoutKey)
	return result
}

// codes are those of findings of one severity.
func codes(findings []finding.Finding, severity finding.Severity) []string {
	list := []string{}
	for _, f := range findings {
		if f.Severity == severity {
			list = append(list, f.Code)
		}
	}
	return list
}

var errBroken = errors.New("the line is broken")

// sorted puts artifacts in the order of a document.
func sorted(list []document.Artifact) []document.Artifact {
	return slices.SortedFunc(slices.Values(list), func(a, b document.Artifact) int { return strings.Compare(a.RelativePath, b.RelativePath) })
}

// index is where the artifact of a path is.
func index(m *document.Manifest, path string) int {
	return slices.IndexFunc(m.Artifacts, func(a document.Artifact) bool { return a.RelativePath == path })
}

func digestOf(t testing.TB, path ...string) (size int64, digest string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	size, digest, err = entry.Digest(bytes.NewReader(data))
	require.NoError(t, err)
	return size, digest
}
