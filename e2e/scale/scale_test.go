// Package scale builds manifests of a thousand made-up wheels and holds that
// what a build costs grows in proportion to their number, by counting.
package scale

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

const (
	few, many = 10, 1000
	// groups is how many manifests over shared wheels there are.
	groups = 5
)

// workspace has a target for each of a thousand wheels, and manifests of the
// first few and of all of them.
func workspace(t *testing.T) *bazel.Workspace {
	t.Helper()
	w := bazel.New(t, "scale")
	wheel.Build(t, filepath.Join(w.Dir, "dist"), "--wheels", fmt.Sprint(many), "--size=10K", "--target=gfx942", "--version=2.9.1+rocm7.11.0")
	w.Write("BUILD.bazel", fmt.Sprintf(`load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")

WHEELS = glob(["dist/*.whl"])

[filegroup(name = "wheel_%%d" %% i, srcs = [wheel]) for i, wheel in enumerate(WHEELS)]

[pytorch_manifest(
    name = name,
    pytorch_rocm_arch = "gfx942",
    rocm_sdk_version = "7.11.0",
    wheels = ["wheel_%%d" %% i for i in range(n)],
) for name, n in [("few", %d), ("many", %d)]]

# Each over all wheels, as the groups of a release share theirs.
[pytorch_manifest(
    name = "shared_%%d" %% i,
    pytorch_rocm_arch = "gfx942",
    rocm_sdk_version = "7.11.0",
    wheels = [":group"],
) for i in range(%d)]

filegroup(name = "group", srcs = ["wheel_%%d" %% i for i in range(%d)])
`, few, many, groups, many))
	return w
}

// graph is what `bazel aquery` says, as far as it is used here.
type graph struct {
	Actions []struct {
		Mnemonic  string
		Arguments []string
	}
	DepSetOfFiles []struct {
		DirectArtifactIDs []int `json:"directArtifactIds"`
	}
}

func analyse(t *testing.T, w *bazel.Workspace, targets string) (g graph) {
	t.Helper()
	result := w.Bazel("aquery", "--include_aspects", "--output=jsonproto",
		`mnemonic("^(WheelEntry|WheelContents|WheelManifest|ValidateWheelManifest|FileWrite)$", `+targets+`)`)
	require.Zero(t, result.Exit, result.Stderr)
	require.NoError(t, json.Unmarshal([]byte(result.Stdout), &g))
	return g
}

// counts are the actions by mnemonic.
func (g graph) counts() map[string]int {
	counts := map[string]int{}
	for _, a := range g.Actions {
		counts[a.Mnemonic]++
	}
	return counts
}

// words are the characters of all command lines, what goes into parameter files
// included, and direct the files that the sets of inputs list themselves.
func (g graph) words() (words, direct int) {
	for _, a := range g.Actions {
		for _, word := range a.Arguments {
			words += len(word)
		}
	}
	for _, set := range g.DepSetOfFiles {
		direct += len(set.DirectArtifactIDs)
	}
	return words, direct
}

// TestThousandWheels holds what a manifest of a thousand wheels costs.
func TestThousandWheels(t *testing.T) {
	w := workspace(t)
	for _, test := range []struct {
		name string
		do   func(*testing.T, *bazel.Workspace)
	}{{"Growth", growth}, {"Shared", shared}, {"OneChanges", oneChanges}} {
		t.Run(test.name, func(t *testing.T) { test.do(t, w.For(t)) })
	}
}

// growth: a wheel adds two actions and a constant share of command lines
// and inputs, however many others there are.
func growth(t *testing.T, w *bazel.Workspace) {
	small, large := analyse(t, w, "deps(//:few)"), analyse(t, w, "deps(//:many)")
	fixed := func(g graph, n int) map[string]int {
		counts := g.counts()
		for _, mnemonic := range []string{"WheelEntry", "WheelContents"} {
			assert.Equal(t, n, counts[mnemonic], "%s: one a wheel", mnemonic)
			delete(counts, mnemonic)
		}
		return counts
	}
	one := fixed(small, few)
	assert.Equal(t, 1, one["WheelManifest"])
	assert.Equal(t, one, fixed(large, many), "what is left does not depend on the number of wheels")

	smallWords, smallDirect := small.words()
	largeWords, largeDirect := large.words()
	t.Logf("%d wheels: %d actions, %d characters of command lines, %d direct inputs", few, len(small.Actions), smallWords, smallDirect)
	t.Logf("%d wheels: %d actions, %d characters of command lines, %d direct inputs", many, len(large.Actions), largeWords, largeDirect)
	// A quarter for the longer numbers in the names.
	assert.LessOrEqual(t, float64(largeWords), 1.25*many/few*float64(smallWords))
	assert.LessOrEqual(t, largeDirect, many/few*smallDirect)
}

// shared: however many manifests list a wheel, one action reads it.
func shared(t *testing.T, w *bazel.Workspace) {
	counts := analyse(t, w, "deps(//:all)").counts()
	assert.Equal(t, many, counts["WheelEntry"])
	assert.Equal(t, many, counts["WheelContents"])
	assert.Equal(t, groups+2, counts["WheelManifest"])
}

func count(words []string, word string) (n int) {
	for _, w := range words {
		if w == word {
			n++
		}
	}
	return n
}

// inParamFile: no command line grows with the number of wheels; what does is
// in a file.
func inParamFile(t *testing.T, w *bazel.Workspace, subcommands string) {
	const file = "bazel-bin/many.json-0.params"
	named := 0
	for line := range strings.SplitSeq(subcommands, "\n") {
		assert.Less(t, len(line), 4<<10)
		if strings.Contains(line, "/wheelmanifest @") && strings.Contains(line, "/bin/many.json-0.params") {
			named++
		}
	}
	assert.Equal(t, 1, named, subcommands)
	words := strings.Split(w.Read(file), "\n")
	for _, flag := range []string{"--entry", "--contents-of"} {
		assert.Equal(t, many, count(words, flag), flag)
	}
}

// oneChanges changes one wheel of a thousand.
func oneChanges(t *testing.T, w *bazel.Workspace) {
	w.Build("//:many")
	type artifact struct {
		Path   string `json:"relative_path"`
		SHA256 string
	}
	artifacts := func() (all []artifact) {
		var m struct{ Artifacts []artifact }
		require.NoError(t, json.Unmarshal([]byte(w.Read("bazel-bin/many.json")), &m))
		return m.Artifacts
	}
	before := artifacts()
	require.Len(t, before, many)
	assert.Empty(t, w.Build("//:many").Ran)

	// Bytes that no cache of an earlier run knows.
	wheel.Build(t, filepath.Join(w.Dir, "dist"), "--from=500", "--size=10K", "--target=gfx942", "--version=2.9.1+rocm7.11.0", "--mark", fmt.Sprint(1+rand.Uint64N(1<<62)))
	result := w.Build("//:many", "--subcommands", "--materialize_param_files")
	assert.Equal(t, map[string]int{"WheelEntry": 1, "WheelContents": 1, "WheelManifest": 1, "ValidateWheelManifest": 1}, result.Ran)
	inParamFile(t, w, result.Stderr)
	after := artifacts()
	require.Len(t, after, many)
	at := slices.IndexFunc(after, func(a artifact) bool { return strings.Contains(a.Path, "_00500-") })
	for i := range after {
		assert.Equal(t, i != at, before[i] == after[i], after[i].Path)
	}
}
