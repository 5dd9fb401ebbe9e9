package examples

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

const (
	rocm = "7.11.0"
	tags = "-cp312-cp312-linux_x86_64.whl"
)

// set is what a build for a version of ROCm makes.
func set(rocm string) []string {
	var names []string
	for _, name := range []string{"torch-2.9.1", "torchvision-0.24.1", "torchaudio-2.9.1", "triton-3.5.1", "apex-1.9.0"} {
		names = append(names, name+"+rocm"+rocm+tags)
	}
	return names
}

// git runs git where no configuration of the user's counts.
func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	command := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=e2e", "-c", "user.email=e2e@example.com"}, args...)...)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "git %v: %s", args, output)
}

// checkout is a git repository with one commit and an origin.
func checkout(t *testing.T, dir, origin string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "remote", "add", "origin", origin)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "README"), []byte(origin), 0o644))
	git(t, dir, "add", "README")
	git(t, dir, "commit", "-q", "-m", "first")
}

// built is the workspace of the Linux build after the steps that are the user's
// own: sources and wheels are there.
func built(t *testing.T, rocm, run string) *runner {
	t.Helper()
	r := newRunner(t, linux, "build", map[string]string{
		"inputs.amdgpu_family": "gfx94X-dcgpu", "inputs.pytorch_rocm_arch": "gfx942", "inputs.python_version": "3.12",
		"inputs.pytorch_git_ref": "release/2.9", "inputs.rocm_version": rocm})
	r.env = append(r.env, "GITHUB_ACTIONS=true", "GITHUB_RUN_ID="+run, "GITHUB_RUN_ATTEMPT=1", "GITHUB_JOB=build",
		"GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=ROCm/TheRock")
	checkout(t, r.dir, "https://github.com/ROCm/TheRock.git")
	for _, source := range []string{"pytorch", "pytorch_vision", "pytorch_audio", "triton", "apex"} {
		dir := filepath.Join(r.dir, "src", source)
		checkout(t, dir, "https://github.com/ROCm/"+source+".git")
		require.NoError(t, os.WriteFile(filepath.Join(dir, "README"), []byte("changed by HIPIFY"), 0o644))
	}
	status, err := os.ReadFile(filepath.Join(bazel.Root(t), "tools", "workspace_status.sh"))
	require.NoError(t, err)
	r.write("tools/workspace_status.sh", status)
	for _, name := range set(rocm) {
		r.write("dist/"+name, wheel.Make(t, name, name))
	}
	return r
}

// document is what the tests read of the manifest.
type document struct {
	Stamped   bool
	RunID     string `json:"run_id"`
	GitRef    string `json:"pytorch_git_ref"`
	Suffix    string `json:"version_suffix"`
	Artifacts []struct {
		RelativePath string `json:"relative_path"`
		SHA256       string
		Build        struct{ Timestamp, Commit string }
	}
	Sources map[string]struct{ Dirty bool }
	Therock struct{ Dirty bool }
}

func (r *runner) manifest() document {
	r.t.Helper()
	var d document
	require.NoError(r.t, json.Unmarshal([]byte(r.read(filepath.Join(r.dir, "dist", "manifest.json"))), &d))
	return d
}

// facts runs the build's steps up to the manifest.
func (r *runner) facts() {
	r.t.Helper()
	began := r.done("Note when the build began").variables["BUILD_STARTED_AT"]
	require.Regexp(r.t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`, began)
	r.env = append(r.env, "BUILD_STARTED_AT="+began)
	r.done("Read the facts of git and CI")
}

func TestTheLinuxBuild(t *testing.T) {
	r := built(t, rocm, "42")
	r.facts()
	for _, step := range []string{"Write the manifest", "Judge the set by its manifest", "Verify the wheels"} {
		r.done(step)
	}
	m := r.manifest()
	assert.True(t, m.Stamped)
	assert.Equal(t, []string{"42", "release/2.9", "+rocm" + rocm}, []string{m.RunID, m.GitRef, m.Suffix})
	assert.Len(t, m.Artifacts, len(set(rocm)))
	assert.Len(t, m.Sources, 5)
	assert.False(t, m.Therock.Dirty, "what a build leaves is not tracked")
	for name, source := range m.Sources {
		assert.True(t, source.Dirty, name)
	}
	for _, artifact := range m.Artifacts {
		assert.NotEmpty(t, artifact.Build.Commit, artifact.RelativePath)
		assert.Regexp(t, `Z$`, artifact.Build.Timestamp)
	}
	assert.Equal(t, map[string]string{"name": "wheels-linux-gfx94X-dcgpu-3.12-release-2.9"}, r.done("Name the artifact").outputs)
}

// A name from outside becomes no second line, and no command.
func TestTheArtifactsNameIsHarmless(t *testing.T) {
	r := built(t, rocm, "42")
	r.values["inputs.pytorch_git_ref"] = "x\nname=y/$(touch pwned)`touch pwned`\""
	assert.Equal(t, map[string]string{"name": "wheels-linux-gfx94X-dcgpu-3.12-x-name-y---touch-pwned--touch-pwned--"}, r.done("Name the artifact").outputs)
	assert.NoFileExists(t, filepath.Join(r.dir, "pwned"))
}

// What fails the build, and leaves nothing that could be published.
func TestTheLinuxBuildFails(t *testing.T) {
	t.Run("a wheel is missing", func(t *testing.T) {
		r := built(t, rocm, "42")
		r.facts()
		r.write("dist/manifest.json", []byte(`{"schema_version": "1.0"}`))
		require.NoError(t, os.Remove(filepath.Join(r.dir, "dist", set(rocm)[4])))
		s := r.run("Write the manifest")
		assert.Equal(t, 1, s.exit)
		assert.Contains(t, s.log, "expected_missing")
		assert.NoFileExists(t, filepath.Join(r.dir, "dist", "manifest.json"))
	})
	t.Run("a source is missing", func(t *testing.T) {
		r := built(t, rocm, "42")
		require.NoError(t, os.RemoveAll(filepath.Join(r.dir, "src", "triton")))
		s := r.run("Read the facts of git and CI")
		assert.Equal(t, 1, s.exit)
		assert.Contains(t, s.log, "src/triton")
	})
	t.Run("a wheel was written anew after the manifest", func(t *testing.T) {
		r := built(t, rocm, "42")
		r.facts()
		r.done("Write the manifest")
		r.write("dist/"+set(rocm)[0], wheel.Make(t, set(rocm)[0], "split afterwards"))
		s := r.run("Verify the wheels")
		assert.Equal(t, 1, s.exit)
		assert.Contains(t, s.log, set(rocm)[0])
	})
	t.Run("a wheel came after the manifest", func(t *testing.T) {
		r := built(t, rocm, "42")
		r.facts()
		r.done("Write the manifest")
		late := "amd_torch_device_gfx942-2.9.1+rocm" + rocm + tags
		r.write("dist/"+late, wheel.Make(t, late, "late"))
		s := r.run("Verify the wheels")
		assert.Equal(t, 1, s.exit)
		assert.Contains(t, s.log, late)
	})
}
