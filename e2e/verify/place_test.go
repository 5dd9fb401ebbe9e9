package verify

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// python serves a folder with Python's own web server, which knows no ranges.
func python(t *testing.T, dir string) (url string) {
	t.Helper()
	c := exec.Command("python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", dir, "0")
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	if err := c.Start(); err != nil {
		t.Skipf("SKIPPED: this machine has no python3: %v", err)
	}
	t.Cleanup(func() {
		assert.NoError(t, c.Process.Kill())
		_ = c.Wait() // killed
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	match := regexp.MustCompile(`\((http://[^)]*)\)`).FindStringSubmatch(line)
	require.NotNil(t, match, line)
	return match[1]
}

// TestPlaces asks the same questions of every kind of place.
func TestPlaces(t *testing.T) {
	for name, place := range map[string]func(t *testing.T, dir string) string{
		"folder": func(_ *testing.T, dir string) string { return dir },
		"file":   func(_ *testing.T, dir string) string { return "file://" + filepath.ToSlash(dir) },
		"http":   python,
	} {
		t.Run(name, func(t *testing.T) {
			dir, manifest := set(t)
			at := place(t, dir)
			for _, more := range [][]string{nil, {"--contents"}, {"--contents", "--jobs=1", "--quiet"}} {
				a := call(t, append([]string{"verify", manifest, "--wheels=" + at, "--format=text"}, more...)...)
				assert.Zero(t, a.exit, a.stdout)
				// A server's page does not tell what is in its folders.
				warnings := map[bool]string{false: "0 warnings", true: "1 warning"}[name == "http"]
				assert.Equal(t, "PASSED: 2 wheels: 2 verified, 0 missing, 0 differing, 0 unreadable; 0 unlisted; 0 errors, "+warnings+"\n", a.stderr)
			}
			flip(t, dir, "gfx942", vision)
			require.NoError(t, os.Remove(filepath.Join(dir, torch)))
			a := call(t, "verify", manifest, "--wheels="+at, "--format=text", "--contents")
			assert.Equal(t, 1, a.exit)
			assert.Contains(t, a.last(), "FAILED: 2 wheels: 0 verified, 1 missing, 1 differing, 0 unreadable; 0 unlisted; 2 errors, ")
			assert.Contains(t, a.stdout, "gfx942/"+vision+": /sha256: ")
			assert.Contains(t, a.stdout, "[artifact_digest_differs]")
			assert.Contains(t, a.stdout, torch)
			assert.Contains(t, a.stdout, "[artifact_missing]")
		})
	}
}

// TestManifestBesideItsWheels: without --wheels, and the manifest from the place
// too.
func TestManifestBesideItsWheels(t *testing.T) {
	dir, manifest := set(t)
	data, err := os.ReadFile(manifest)
	require.NoError(t, err)
	put(t, data, dir, "m.json")
	for _, name := range []string{filepath.Join(dir, "m.json"), "file://" + filepath.ToSlash(dir) + "/m.json", python(t, dir) + "/m.json"} {
		a := call(t, "verify", name, "--contents")
		assert.Zero(t, a.exit, a.stdout)
		assert.Contains(t, a.last(), "PASSED: 2 wheels: 2 verified")
	}
	c := command(t, "verify", "m.json", "--wheels=wheels")
	c.Env = append(os.Environ(), "BUILD_WORKING_DIRECTORY="+filepath.Dir(dir))
	put(t, data, filepath.Dir(dir), "m.json")
	a := finish(t, c)
	assert.Zero(t, a.exit, a.stdout)
}

// TestNoPlace: a folder of a web server that is not there holds no wheels, which
// is not what is missing.
func TestNoPlace(t *testing.T) {
	dir, manifest := set(t)
	at := python(t, dir)
	a := call(t, "verify", manifest, "--wheels="+at+"none/", "--format=text")
	assert.Equal(t, 3, a.exit)
	assert.Contains(t, a.stdout, "none/: 404 Not Found [place_unreadable]")
	assert.Equal(t, "FAILED: 2 wheels: 0 verified, 0 missing, 0 differing, 2 unreadable; 0 unlisted; 1 error, 0 warnings", a.last())
	a = call(t, "verify", manifest, "--wheels="+at+"gfx942/", "--format=text", "--wheel-key=x/{filename}")
	assert.Equal(t, 1, a.exit, "the key decides, and not the listing")
	assert.Contains(t, a.stdout, "gfx942/x/"+strings.ReplaceAll(vision, "+", "%2B")+": 404 Not Found; "+vision+" has its name (--wheel-key?)")
	assert.Contains(t, a.last(), "0 verified, 2 missing")
}
