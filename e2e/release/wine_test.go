package release

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/fetched"
)

// The first suite whose Wine has what Go asks Windows for (bcryptprimitives.dll).
const suite = "trixie"

// What Wine needs to start a program of the console; it has no windows then.
var packages = []string{"libc6", "libgcc-s1", "liblzma5", "libunwind8", "libwine", "libz-mingw-w64", "wine64"}

// debian fills a folder with the unpacked packages of the suite, which the
// machine's own apt takes from where it takes all others.
func debian(dir string) error {
	address, err := exec.Command("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Label: Debian").Output()
	if err != nil {
		return fmt.Errorf("apt-get indextargets: %w", err)
	}
	first, _, _ := strings.Cut(string(address), "\n")
	apt := filepath.Join(dir, "apt")
	for _, below := range []string{"etc", "lists/partial", "archives/partial"} {
		if err := os.MkdirAll(filepath.Join(apt, below), 0o755); err != nil {
			return err
		}
	}
	sources := filepath.Join(apt, "etc", "sources.list")
	for name, text := range map[string]string{
		sources:                      "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] " + first + " " + suite + " main\n",
		filepath.Join(apt, "status"): "",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	options := []string{
		"-o", "Dir::Etc::sourcelist=" + sources, "-o", "Dir::Etc::sourceparts=-",
		"-o", "Dir::State=" + apt, "-o", "Dir::State::status=" + filepath.Join(apt, "status"), "-o", "Dir::Cache=" + apt,
		"-o", "APT::Architecture=amd64",
		"-o", "Acquire::Languages=none", "-o", "Acquire::Check-Valid-Until=false", "-o", "APT::Sandbox::User=root",
	}
	if err := fetched.Run(apt, "apt-get", append(options, "update")...); err != nil {
		return err
	}
	if err := fetched.Run(apt, "apt-get", append(append(options, "download"), packages...)...); err != nil {
		return err
	}
	debs, err := filepath.Glob(filepath.Join(apt, "*.deb"))
	if err != nil {
		return err
	}
	for _, deb := range debs {
		// Programs of 32 bits are half of it, and need a libc of their own.
		unpack := exec.Command("sh", "-c", `dpkg-deb --fsys-tarfile "$1" | tar -xC "$2" --exclude='*/i386-windows' --exclude='./usr/share/doc'`, "sh", deb, dir)
		if output, err := unpack.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", deb, err, output)
		}
	}
	wine := filepath.Join(dir, "usr", "lib", "wine")
	if err := os.Remove(filepath.Join(wine, "wineserver")); err != nil { // a script, and here is no shell
		return err
	}
	if err := os.Symlink("wineserver64", filepath.Join(wine, "wineserver")); err != nil {
		return err
	}
	if err := os.Symlink("/usr/x86_64-w64-mingw32/lib/zlib1.dll", filepath.Join(dir, "usr/lib/x86_64-linux-gnu/wine/x86_64-windows/zlib1.dll")); err != nil {
		return err
	}
	return os.RemoveAll(apt)
}

// Wine is no Windows, but it loads and runs what was built for one.
func TestWindowsProgramUnderWine(t *testing.T) {
	skip := func(why any) {
		t.Skipf("SKIPPED: no Wine: %v: no Windows program has run", why)
	}
	bubblewrap, err := exec.LookPath("bwrap")
	if err != nil {
		// The launcher's own.
		bubblewrap = filepath.Join(filepath.Dir(bazel.Cache(t)), "bubblewrap", "bwrap")
		if _, err := os.Stat(bubblewrap); err != nil {
			skip("no bubblewrap to run it in")
		}
	}
	root, err := fetched.Folder(t, "wine-"+suite, debian)
	if err != nil {
		skip(err)
	}

	home := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(home, "dist"), os.DirFS(filepath.Join(bazel.Root(t), "e2e", "smoke", "wheels"))))
	call := func(args ...string) *exec.Cmd {
		call := exec.Command(bubblewrap, append([]string{"--dev-bind", "/", "/", "--ro-bind", filepath.Join(root, "usr"), "/usr", "--"}, args...)...)
		call.Dir = home
		call.Env = []string{"HOME=" + home, "WINEPREFIX=" + filepath.Join(home, "prefix"), "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml="}
		return call
	}
	// It complains of programs of 32 bits, which are not there, and of fonts.
	output, err := call("/usr/lib/wine/wine64", "wineboot", "--init").CombinedOutput()
	if _, missing := os.Stat(filepath.Join(home, "prefix", "drive_c", "windows", "system32", "kernel32.dll")); missing != nil {
		skip(fmt.Sprintf("wineboot: %v: %s", err, output))
	}
	t.Cleanup(func() { call("/usr/lib/wine/wineserver64", "--kill").Run() })
	wine := func(args ...string) string {
		t.Helper()
		call := call(append([]string{"/usr/lib/wine/wine64", filepath.Join(made(t), "wheelmanifest-windows-amd64.exe")}, args...)...)
		var stderr strings.Builder
		call.Stderr = &stderr
		output, err := call.Output()
		require.NoError(t, err, "%q: %s", args, &stderr)
		return string(output)
	}

	var said struct{ Version string }
	require.NoError(t, json.Unmarshal([]byte(wine("version")), &said))
	assert.Equal(t, version, said.Version)
	assert.Contains(t, wine("parse-name", "torch-2.9.1+rocm7.11.0-cp312-cp312-win_amd64.whl"), `"platform":["win_amd64"]`)

	wine("generate", "--wheels=dist", "--out=manifest.json", "--rocm-sdk-version=7.11.0", "--pytorch-rocm-arch=gfx942")
	want, err := os.ReadFile(filepath.Join(bazel.Root(t), "e2e", "smoke", "expected.json"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(home, "manifest.json"))
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}
