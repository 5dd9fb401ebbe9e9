// Package index installs from the indexes that `wheelmanifest index` makes, with
// the real pip, uv and sha256sum.
package index

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// The clients that the table of refusals was seen with.
const (
	uvRelease  = "uv==0.13.9"
	pipRelease = "pip==26.3"
)

// The projects of the tests. Nothing but 127.0.0.1 is asked for them.
const (
	app   = "rules-pytorch-manifest-never-published-app"
	core  = "rules-pytorch-manifest-never-published-core"
	fussy = "rules-pytorch-manifest-never-published-fussy"

	coreVersion = "1.0+rocm7.14.0"
)

// file is the name of a wheel.
func file(project, version string) string {
	return strings.ReplaceAll(project, "-", "_") + "-" + version + "-py3-none-any.whl"
}

// world is a folder that is served: wheels, and an index of them.
type world struct {
	t   *testing.T
	dir string // root/ is served; work/ is not
	// gateway is where the bucket is, for those who ask for one.
	gateway *store.Gateway
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, dir: t.TempDir()}
	require.NoError(t, os.MkdirAll(w.root(), 0o755))
	return w
}

// root is what the servers serve.
func (w *world) root(path ...string) string {
	return filepath.Join(append([]string{w.dir, "root"}, path...)...)
}

// build puts wheels into a folder of the root and returns their manifest. lines
// are what METADATA says of requirements, by file name.
func (w *world) build(folder string, lines map[string]string) (manifest string) {
	w.t.Helper()
	require.NoError(w.t, os.MkdirAll(w.root(folder), 0o755))
	for name, line := range lines {
		var args []string
		if line != "" {
			args = []string{"--requires", line}
		}
		require.NoError(w.t, os.WriteFile(w.root(folder, name), wheel.Make(w.t, name, name, args...), 0o644))
	}
	return w.manifest(folder)
}

// manifest is that of the wheels in a folder of the root.
func (w *world) manifest(folder string) string {
	w.t.Helper()
	manifest := filepath.Join(w.dir, folder+".json")
	status := filepath.Join(w.dir, "stable-status.txt")
	require.NoError(w.t, os.WriteFile(status, []byte(`STABLE_THEROCK_REPO https://github.com/ROCm/TheRock
STABLE_THEROCK_COMMIT 0123456789abcdef0123456789abcdef01234567
STABLE_THEROCK_COMMIT_TIME 2025-11-24T08:30:00Z
STABLE_THEROCK_REF refs/heads/main
STABLE_THEROCK_DIRTY false
STABLE_BUILD_STARTED_AT 2025-11-24T09:00:00Z
`), 0o644))
	w.tool("generate", "--wheels="+w.root(folder), "--prefix="+folder, "--accelerator=cpu", "--contents=off", "--stable-status="+status, "--out="+manifest)
	return manifest
}

// attest signs a manifest: the bundle is bundle.json, the key is key.pub.
func (w *world) attest(manifest string) {
	w.t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(w.t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(w.t, err)
	open, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(w.t, err)
	key := filepath.Join(w.dir, "key")
	require.NoError(w.t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	require.NoError(w.t, os.WriteFile(key+".pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open}), 0o600))
	w.tool("attest", manifest, "--builder-id=https://example.com/builder", "--key="+key, "--out="+filepath.Join(w.dir, "bundle.json"))
}

// index makes an index and puts it beside the wheels, as a user would who serves
// both from one root.
func (w *world) index(args ...string) {
	w.t.Helper()
	made := filepath.Join(w.dir, "made")
	w.tool(append([]string{"index", "--wheels=" + w.root(), "--out=" + made}, args...)...)
	require.NoError(w.t, filepath.WalkDir(made, func(name string, one fs.DirEntry, err error) error {
		require.NoError(w.t, err)
		below, err := filepath.Rel(made, name)
		require.NoError(w.t, err)
		if one.IsDir() {
			return os.MkdirAll(w.root(below), 0o755)
		}
		data, err := os.ReadFile(name)
		require.NoError(w.t, err)
		return os.WriteFile(w.root(below), data, 0o644)
	}))
}

// first is a build: an application and what it needs.
func (w *world) first() (manifest string) {
	return w.build("first", map[string]string{file(app, "2.0"): core, file(core, coreVersion): ""})
}

// second is a later build: a newer core, and a project whose newest version asks
// for another Python.
func (w *world) second() (manifest string) {
	w.build("second", map[string]string{file(core, "1.1"): "", file(fussy, "1.0"): "", file(fussy, "2.0"): ""})
	w.ask("second/"+file(fussy, "2.0"), "Requires-Python: >=3.10", "Requires-Python: >=4")
	return w.manifest("second")
}

// ask changes METADATA of a wheel that nobody is going to install: RECORD has the
// old digest of it.
func (w *world) ask(name, old, new string) {
	w.t.Helper()
	archive, err := zip.OpenReader(w.root(name))
	require.NoError(w.t, err)
	defer archive.Close()
	var b bytes.Buffer
	changed := zip.NewWriter(&b)
	for _, member := range archive.File {
		from, err := member.Open()
		require.NoError(w.t, err)
		data, err := io.ReadAll(from)
		require.NoError(w.t, err)
		to, err := changed.Create(member.Name)
		require.NoError(w.t, err)
		_, err = to.Write(bytes.ReplaceAll(data, []byte(old), []byte(new)))
		require.NoError(w.t, err)
	}
	require.NoError(w.t, changed.Close())
	require.NoError(w.t, os.WriteFile(w.root(name), b.Bytes(), 0o644))
}

// tool runs wheelmanifest.
func (w *world) tool(args ...string) {
	w.t.Helper()
	output, err := exec.Command(binary.Of(w.t, "wheelmanifest"), args...).CombinedOutput()
	require.NoError(w.t, err, "wheelmanifest %s: %s", args, output)
}

// clients are an empty virtual environment and uv.
type clients struct {
	dir, python, uv string
}

// newClients skips the test where Python or PyPI is not there. What they are
// told of other indexes, by file or environment, is taken away.
func newClients(t *testing.T) *clients {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: no python3: no client was tried")
	}
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: the paths of virtual environments are those of Linux")
	}
	uv := filepath.Join(bazel.Cache(t), strings.ReplaceAll(uvRelease, "==", "-"))
	if _, err := os.Stat(filepath.Join(uv, "bin", "uv")); err != nil {
		if output, err := exec.Command(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", uv, uvRelease).CombinedOutput(); err != nil {
			t.Skipf("SKIPPED: pip cannot install %s: no client was tried: %v: %s", uvRelease, err, output)
		}
	}
	c := &clients{dir: t.TempDir(), uv: filepath.Join(uv, "bin", "uv")}
	if output, err := exec.Command(python, "-m", "venv", c.dir).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: python3 -m venv: no client was tried: %v: %s", err, output)
	}
	c.python = filepath.Join(c.dir, "bin", "python")
	if output, err := exec.Command(c.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pipRelease).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: pip cannot install %s: no client was tried: %v: %s", pipRelease, err, output)
	}
	return c
}

// run calls a client without any configuration but the arguments.
func (c *clients) run(args ...string) (output string, err error) {
	if args[0] == "pip" {
		args = append([]string{c.python, "-m"}, args...)
	}
	if args[0] == "uv" {
		args = append([]string{c.uv}, args[1:]...)
	}
	command := exec.Command(args[0], args[1:]...)
	for _, one := range os.Environ() {
		if !strings.HasPrefix(one, "PIP_") && !strings.HasPrefix(one, "UV_") && !strings.HasPrefix(one, "PYTHON") {
			command.Env = append(command.Env, one)
		}
	}
	command.Env = append(command.Env, "PIP_CONFIG_FILE="+os.DevNull, "PIP_NO_CACHE_DIR=1", "PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_NO_INPUT=1", "PIP_RETRIES=0",
		"UV_NO_CONFIG=1", "UV_NO_CACHE=1", "UV_HTTP_RETRIES=0", "UV_PYTHON_DOWNLOADS=never", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	data, err := command.CombinedOutput()
	return string(data), err
}

// installed are the versions of the packages in the environment, which has none
// but pip's own afterwards.
func (c *clients) installed(t *testing.T) map[string]string {
	t.Helper()
	output, err := c.run("uv", "pip", "freeze", "--python", c.python, "--exclude", "pip", "--exclude", "setuptools")
	require.NoError(t, err, output)
	found := map[string]string{}
	remove := []string{"uv", "pip", "uninstall", "--python", c.python}
	for line := range strings.Lines(output) {
		name, version, pinned := strings.Cut(strings.TrimSpace(line), "==")
		if pinned {
			found[name] = version
			remove = append(remove, name)
		}
	}
	if len(found) > 0 {
		output, err := c.run(remove...)
		require.NoError(t, err, output)
	}
	return found
}
