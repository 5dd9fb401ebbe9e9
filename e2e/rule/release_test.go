package rule

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

const builder = "--builder-id=https://example.com/builder"

// released is a BUILD file with a stamped manifest of one wheel of the workspace
// and one that a rule makes, which ships as :dist.
func released(rocm, policy string) string {
	return `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest", "wheel_dist")

genrule(
    name = "triton",
    srcs = ["triton.zip"],
    outs = ["made/` + triton + `"],
    cmd = "cp $< $@",
)

pytorch_manifest(
    name = "m",
    policy = ` + policy + `,
    prefix = "gfx942/",
    pytorch_rocm_arch = "gfx942",
    rocm_sdk_version = "` + rocm + `",
    stamp = 1,
    wheels = ["a b/` + torch + `", ":triton"],
)

wheel_dist(name = "dist", manifest = ":m")
wheel_dist(name = "wheels", manifest = ":m", write_manifest = False)
`
}

func newRelease(t *testing.T, rocm, policy string) *bazel.Workspace {
	w := bazel.New(t, "rule")
	stamp(w, commit(), "other", "volatile")
	w.Write("a b/"+torch, string(wheel.Make(t, torch, "torch"+rand.Text())))
	w.Write("triton.zip", string(wheel.Make(t, triton, "triton")))
	w.Write("BUILD.bazel", released(rocm, policy))
	w.Write("sub/here.txt", "")
	return w
}

// TestNothingLeavesThatDidNotPass: where the verdict is no, neither an option
// nor a manifest that is there already lets something out.
func TestNothingLeavesThatDidNotPass(t *testing.T) {
	w := newRelease(t, "7.12.0", "{}")
	w.Build("//:m", "--norun_validations")
	assert.Zero(t, w.Bazel("run", "--norun_validations", "//:m.verify").Exit, "to look at it is no harm")

	leaving := map[string][]string{
		"m.attest":  {"--checksums", "--out=sub/out"},
		"m.index":   {"--out=sub/out"},
		"m.publish": {"--to=sub/out"},
		"dist":      {"sub/out"},
		"wheels":    {"sub/out"},
	}
	for target, args := range leaving {
		for _, option := range []string{"--run_validations", "--norun_validations"} {
			result := w.Bazel("run", append([]string{option, "//:" + target, "--"}, args...)...)
			assert.Equal(t, 1, result.Exit, "%s: %s", target, result.Stderr)
			assert.Contains(t, result.Stderr, "[rocm_version_differs]", target)
			assert.Contains(t, result.Stderr, "ValidateWheelManifest", target)
			assert.False(t, w.Has("sub/out"), target)
		}
	}

	// With the policy of the rule they pass, and those that judge again know it.
	w.Write("BUILD.bazel", released("7.12.0", `{"rocm_version_differs": "warn"}`))
	for target, args := range leaving {
		result := w.Bazel("run", append([]string{"--norun_validations", "//:" + target, "--"}, args...)...)
		assert.Zero(t, result.Exit, "%s: %s", target, result.Stderr)
		assert.True(t, w.Has("sub/out"), target)
		w.Remove("sub/out")
	}
}

func TestReleaseTargets(t *testing.T) {
	w := newRelease(t, "7.11.0", "{}")
	sub := in(w, "sub")

	sums := sub.Bazel("run", "//:m.attest", "--", "--checksums")
	require.Zero(t, sums.Exit, sums.Stderr)
	assert.Equal(t, 3, strings.Count(sums.Stdout, "\n"), sums.Stdout)
	for _, name := range []string{"  gfx942/" + torch, "  gfx942/" + triton, "  m.json"} {
		assert.Contains(t, sums.Stdout, name+"\n")
	}
	require.Zero(t, sub.Bazel("run", "//:m.attest", "--", "--predicate-only", builder, "--out=provenance.json").Exit)
	assert.Contains(t, w.Read("sub/provenance.json"), `"id": "https://example.com/builder"`)

	index := sub.Bazel("run", "//:m.index", "--", "--out=index")
	require.Zero(t, index.Exit, index.Stderr)
	assert.Contains(t, w.Read("sub/index/simple/torch/index.html"), "sha256=")
	assert.True(t, w.Has("sub/index/gfx942/"+torch+".metadata"))

	published := sub.Bazel("run", "//:m.publish", "--", "--to=published")
	require.Zero(t, published.Exit, published.Stderr)
	assert.Equal(t, w.Read("a b/"+torch), w.Read("sub/published/torch/"+torch))
	again := sub.Bazel("run", "//:m.publish", "--", "--to=published", "--format=json")
	require.Zero(t, again.Exit, again.Stderr)
	assert.NotContains(t, again.Stdout, `"sent"`)
}

func TestWheelDist(t *testing.T) {
	w := newRelease(t, "7.11.0", "{}")
	sub := in(w, "sub")
	shipped := sub.Bazel("run", "//:dist", "--", "a folder/dist")
	require.Zero(t, shipped.Exit, shipped.Stderr)
	const dist = "sub/a folder/dist/"
	assert.Equal(t, w.Read("a b/"+torch), w.Read(dist+"gfx942/"+torch))
	assert.Equal(t, w.Read("triton.zip"), w.Read(dist+"gfx942/"+triton))
	assert.Equal(t, w.Read("bazel-bin/m.json"), w.Read(dist+"manifests/m.json"))
	made, err := os.Stat(filepath.Join(w.Dir, "bazel-bin/made", triton))
	require.NoError(t, err)
	linked, err := os.Lstat(filepath.Join(w.Dir, dist, "gfx942", triton))
	require.NoError(t, err)
	if strings.Contains(shipped.Stdout, `"linked"`) {
		assert.True(t, os.SameFile(made, linked), "a link to the wheel, not to the link in the runfiles")
	}
	assert.True(t, linked.Mode().IsRegular())

	// That its wheels got a second name is no change of them.
	assert.Empty(t, w.Build("//:m", "//:dist").Ran)
	verified := sub.Bazel("run", "//:m.verify", "--", "--wheels=a folder/dist", "--fail-on-unlisted")
	assert.Zero(t, verified.Exit, verified.Stderr)

	again := sub.Bazel("run", "//:dist", "--", "a folder/dist", "--format=text")
	assert.Zero(t, again.Exit, again.Stderr)
	assert.Equal(t, 3, strings.Count(again.Stdout, "there "), again.Stdout)

	// A new commit is another manifest, of the same wheels: it stands beside the
	// first in a folder of its own, and in this one nothing is overwritten.
	first := w.Read("bazel-bin/m.json")
	stamp(w, commit(), "other", "volatile")
	refused := sub.Bazel("run", "//:dist", "--", "a folder/dist")
	assert.Equal(t, 1, refused.Exit, refused.Stderr)
	assert.Contains(t, refused.Stderr, "manifests/m.json")
	assert.Contains(t, refused.Stderr, "[dist_occupied]")
	assert.Equal(t, first, w.Read(dist+"manifests/m.json"))
	bare := sub.Bazel("run", "//:wheels", "--", "bare")
	assert.Zero(t, bare.Exit, bare.Stderr)
	assert.True(t, w.Has("sub/bare/gfx942/"+torch))
	assert.False(t, w.Has("sub/bare/manifests"))

	none := sub.Bazel("run", "//:dist")
	assert.Equal(t, 2, none.Exit)
	assert.Contains(t, none.Stderr, "no DIR given: bazel run TARGET -- DIR")
}
