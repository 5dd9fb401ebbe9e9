package index

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// TestInstall: pip and uv take from the index what the manifests say, from a
// server that has only files and from one that negotiates JSON.
func TestInstall(t *testing.T) {
	c := newClients(t)
	w := newWorld(t)
	w.index(w.first(), w.second(), "--yank", core+"==1.1=<b>wrong</b> & \"bad\"")
	for name, serve := range map[string]func(*testing.T, string) server{"files": static, "negotiated": negotiating} {
		s := serve(t, w.root())
		for client, install := range map[string][]string{
			"pip": {"pip", "install", "--index-url", s.url},
			"uv":  {"uv", "pip", "install", "--python", c.python, "--index-url", s.url},
		} {
			t.Run(name+"/"+client, func(t *testing.T) {
				output, err := c.run(append(install, app, fussy)...)
				require.NoError(t, err, output)
				assert.Equal(t, map[string]string{app: "2.0", core: coreVersion, fussy: "1.0"}, c.installed(t),
					"neither the yanked version nor the one for another Python")
				if s.served != nil {
					served := s.served()
					assert.Equal(t, 3, served["json"], "one page a project, in JSON")
					assert.Zero(t, served["html"])
					assert.Equal(t, 3, served["wheel"])
					assert.GreaterOrEqual(t, served["metadata"], 1, "what is needed is read without the wheel")
				}
				output, err = c.run(append(install, core+"==1.1")...)
				require.NoError(t, err, output)
				assert.Contains(t, output, `<b>wrong</b> & "bad"`, "asked for, a yanked version comes with its reason")
				assert.Equal(t, map[string]string{core: "1.1"}, c.installed(t))
				output, err = c.run(append(install, fussy+"==2.0")...)
				assert.Error(t, err, output)
				if s.served != nil {
					s.served()
				}
			})
		}
		t.Run(name+"/pip download", func(t *testing.T) {
			into := t.TempDir()
			output, err := c.run("pip", "download", "--index-url", s.url, "--dest", into, app)
			require.NoError(t, err, output)
			for _, name := range []string{file(app, "2.0"), file(core, coreVersion)} {
				assert.Equal(t, read(t, w.root("first", name)), read(t, filepath.Join(into, name)))
			}
		})
	}
}

// TestRequireHashes: requirements.txt is enough for an install that trusts
// nothing but its digests.
func TestRequireHashes(t *testing.T) {
	c := newClients(t)
	w := newWorld(t)
	w.index(w.first())
	for name, serve := range map[string]func(*testing.T, string) server{"files": static, "negotiated": negotiating} {
		s := serve(t, w.root())
		for client, install := range map[string][]string{
			"pip": {"pip", "install", "--index-url", s.url},
			"uv":  {"uv", "pip", "install", "--python", c.python, "--index-url", s.url},
		} {
			t.Run(name+"/"+client, func(t *testing.T) {
				output, err := c.run(append(install, "--require-hashes", "-r", w.root("requirements.txt"))...)
				require.NoError(t, err, output)
				assert.Equal(t, map[string]string{app: "2.0", core: coreVersion}, c.installed(t))
			})
		}
		t.Run(name+"/pip download", func(t *testing.T) {
			into := t.TempDir()
			output, err := c.run("pip", "download", "--index-url", s.url, "--dest", into, "--require-hashes", "-r", w.root("requirements.txt"))
			require.NoError(t, err, output)
			assert.FileExists(t, filepath.Join(into, file(core, coreVersion)))
		})
	}
	checksums(t, w)
}

// torchaudio is a real wheel, as PyPI has it.
const torchaudio = "torchaudio-2.9.1-cp312-cp312-manylinux_2_28_x86_64.whl"

var platform = []string{"--no-deps", "--only-binary=:all:", "--python-version", "3.12", "--platform", "manylinux_2_28_x86_64"}

// TestRealWheel: torchaudio comes from our index with the bytes that PyPI gave.
func TestRealWheel(t *testing.T) {
	c := newClients(t)
	cached := filepath.Join(bazel.Cache(t), "wheels")
	if _, err := os.Stat(filepath.Join(cached, torchaudio)); err != nil {
		args := append([]string{"-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", cached}, platform...)
		if output, err := exec.Command("python3", append(args, "torchaudio==2.9.1")...).CombinedOutput(); err != nil {
			t.Skipf("SKIPPED: pip cannot download torchaudio: no real wheel was tried: %v: %s", err, output)
		}
	}
	w := newWorld(t)
	require.NoError(t, os.MkdirAll(w.root("dist"), 0o755))
	require.NoError(t, os.WriteFile(w.root("dist", torchaudio), []byte(read(t, filepath.Join(cached, torchaudio))), 0o644))
	w.index(w.manifest("dist"))
	for name, serve := range map[string]func(*testing.T, string) server{"files": static, "negotiated": negotiating} {
		s := serve(t, w.root())
		for _, args := range [][]string{{"torchaudio"}, {"--require-hashes", "-r", w.root("requirements.txt")}} {
			into := t.TempDir()
			output, err := c.run(append(append([]string{"pip", "download", "--index-url", s.url, "--dest", into}, platform...), args...)...)
			require.NoError(t, err, name+": "+output)
			assert.True(t, read(t, filepath.Join(cached, torchaudio)) == read(t, filepath.Join(into, torchaudio)), name)
		}
	}
	checksums(t, w)
}

// checksums holds the wheels of the root against SHA256SUMS.
func checksums(t *testing.T, w *world) {
	t.Helper()
	if _, err := exec.LookPath("sha256sum"); err != nil {
		t.Log("SKIPPED: no sha256sum")
		return
	}
	command := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	command.Dir = w.root()
	output, err := command.CombinedOutput()
	assert.NoError(t, err, "%s", output)
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}
