package index

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// tampered is one change to a served folder, and who takes what comes of it.
type tampered struct {
	what   string
	change func(*testing.T, *world)
	// takes has a letter for each reader that takes it, in the order of the
	// table's columns. The manifest, its bundle, the key and what is in made/ came
	// another way than what is served; only wheelmanifest verify looks at the
	// bundle. pip --require-hashes trusts neither page nor METADATA, and reads
	// neither's digests. verify of the index must refuse everything; of a bucket
	// with the same files, what is wrong with files that it has: a bucket has no
	// pages, and nothing in it promises METADATA.
	takes string
}

// readers are the columns: a letter, a heading, and whether the folder is taken.
var readers = []struct {
	letter, heading string
	takes           func(c *clients, w *world, url string) (output string, err error)
}{
	{"p", "pip", func(c *clients, w *world, url string) (string, error) {
		return c.run("pip", "install", "--index-url", url, app)
	}},
	{"P", "pip --require-hashes", func(c *clients, w *world, url string) (string, error) {
		return c.run("pip", "install", "--index-url", url, "--require-hashes", "-r", w.kept())
	}},
	{"u", "uv", func(c *clients, w *world, url string) (string, error) {
		return c.run("uv", "pip", "install", "--python", c.python, "--index-url", url, app)
	}},
	{"U", "uv --require-hashes", func(c *clients, w *world, url string) (string, error) {
		return c.run("uv", "pip", "install", "--python", c.python, "--index-url", url, "--require-hashes", "-r", w.kept())
	}},
	{"s", "sha256sum -c", func(c *clients, w *world, url string) (string, error) {
		command := exec.Command("sha256sum", "--check", "--strict", w.dir+"/made/SHA256SUMS")
		command.Dir = w.root()
		output, err := command.CombinedOutput()
		return string(output), err
	}},
	{"i", "wheelmanifest index", func(c *clients, w *world, url string) (string, error) {
		output, err := exec.Command(binary.Of(w.t, "wheelmanifest"), "index", w.dir+"/first.json", "--wheels="+w.root(), "--out="+w.dir+"/again").CombinedOutput()
		return string(output), err
	}},
	{"v", "wheelmanifest verify", func(c *clients, w *world, url string) (string, error) {
		output, err := exec.Command(binary.Of(w.t, "wheelmanifest"), "verify", w.dir+"/first.json", "--format=text", "--wheels="+url, "--bundle="+w.dir+"/bundle.json", "--key="+w.dir+"/key.pub").CombinedOutput()
		return string(output), err
	}},
	{"b", "verify of s3://", func(c *clients, w *world, url string) (string, error) {
		return w.verifyBucket()
	}},
}

// verifyBucket puts all that is served into a bucket, and verifies that.
func (w *world) verifyBucket() (output string, err error) {
	prefix := filepath.Base(w.dir)
	require.NoError(w.t, filepath.WalkDir(w.root(), func(name string, one fs.DirEntry, err error) error {
		require.NoError(w.t, err)
		if one.IsDir() {
			return nil
		}
		below, err := filepath.Rel(w.root(), name)
		require.NoError(w.t, err)
		w.gateway.Put(w.t, prefix+"/"+filepath.ToSlash(below), []byte(read(w.t, name)))
		return nil
	}))
	command := exec.Command(binary.Of(w.t, "wheelmanifest"), "verify", w.dir+"/first.json", "--format=text", "--wheels=s3://"+store.Bucket+"/"+prefix, "--bundle="+w.dir+"/bundle.json", "--key="+w.dir+"/key.pub")
	command.Env = append(os.Environ(), w.gateway.Environment()...)
	data, err := command.CombinedOutput()
	return string(data), err
}

// kept is a requirements file that came another way than the index.
func (w *world) kept() string { return w.dir + "/made/requirements.txt" }

// change replaces text in a served file.
func (w *world) change(path, old, new string) { replace(w.t, w.root(path), old, new) }

func replace(t *testing.T, name, old, new string) {
	t.Helper()
	before := read(t, name)
	after := strings.ReplaceAll(before, old, new)
	require.NotEqual(t, before, after, name)
	require.NoError(t, os.WriteFile(name, []byte(after), 0o644))
}

const (
	page    = "simple/" + core + "/index.html"
	appPage = "simple/" + app + "/index.html"
)

// digest is that of a served file.
func (w *world) digest(path ...string) string {
	sum := sha256.Sum256([]byte(read(w.t, w.root(path...))))
	return hex.EncodeToString(sum[:])
}

func metadataDigest(w *world) string { return w.digest("first", file(app, "2.0")+".metadata") }

// requireNothing takes the requirement of app out of METADATA that is served, and
// returns the digests of both.
func requireNothing(w *world) (old, new string) {
	old = metadataDigest(w)
	w.change("first/"+file(app, "2.0")+".metadata", "Requires-Dist: "+core+"\n", "")
	return old, metadataDigest(w)
}

// evil puts another wheel of the same name into the place of core's, and returns
// the digests of both.
func evil(t *testing.T, w *world) (old, new string) {
	name := w.root("first", file(core, coreVersion))
	old = w.digest("first", file(core, coreVersion))
	require.NoError(t, os.WriteFile(name, wheel.Make(t, file(core, coreVersion), "evil"), 0o644))
	return old, w.digest("first", file(core, coreVersion))
}

var changes = []tampered{
	{"nothing", func(*testing.T, *world) {}, "pPuUsivb"},
	{"another wheel", func(t *testing.T, w *world) { evil(t, w) }, ""},
	{"a wheel cut short", func(t *testing.T, w *world) {
		require.NoError(t, os.Truncate(w.root("first", file(core, coreVersion)), 300))
	}, ""},
	{"another wheel, its digest in the page", func(t *testing.T, w *world) {
		old, new := evil(t, w)
		w.change(page, old, new)
	}, "pu"},
	{"another wheel, no digest in the page", func(t *testing.T, w *world) {
		old, _ := evil(t, w)
		w.change(page, "#sha256="+old, "")
	}, "pu"},
	{"another digest in the page", func(t *testing.T, w *world) {
		old, new := evil(t, w)
		require.NoError(t, os.WriteFile(w.root("first", file(core, coreVersion)), wheel.Make(t, file(core, coreVersion), file(core, coreVersion)), 0o644))
		w.change(page, old, new)
	}, "PUsib"},
	{"no wheel in the page", func(t *testing.T, w *world) { w.change(page, "<a ", "<p ") }, "sib"},
	{"METADATA without its requirement", func(t *testing.T, w *world) {
		requireNothing(w)
	}, "Psi"},
	{"METADATA is not there", func(t *testing.T, w *world) {
		require.NoError(t, os.Remove(w.root("first", file(app, "2.0")+".metadata")))
	}, "Psib"},
	{"METADATA, and its digest in the page", func(t *testing.T, w *world) {
		old, new := requireNothing(w)
		w.change(appPage, old, new)
	}, "PuUsi"},
	{"METADATA, and no digest of it in the page", func(t *testing.T, w *world) {
		old, _ := requireNothing(w)
		w.change(appPage, "sha256="+old, "true")
	}, "PuUsi"},
	{"METADATA's digest in the page", func(t *testing.T, w *world) {
		w.change(appPage, metadataDigest(w), strings.Repeat("0", 64))
	}, "Psib"},
	{"Requires-Python in the page", func(t *testing.T, w *world) {
		w.change(page, "data-requires-python=\"&gt;=3.10\"", "data-requires-python=\"&gt;=4\"")
	}, "sib"},
	{"another wheel, in page and manifest", func(t *testing.T, w *world) {
		name := w.root("first", file(core, coreVersion))
		before := len(read(t, name))
		old, new := evil(t, w)
		w.change(page, old, new)
		replace(t, w.dir+"/first.json", old, new)
		replace(t, w.dir+"/first.json", fmt.Sprintf(`"size_bytes": %d`, before), fmt.Sprintf(`"size_bytes": %d`, len(read(t, name))))
	}, "pui"},
	{"a byte of the bundle", func(t *testing.T, w *world) {
		name := w.dir + "/bundle.json"
		data := []byte(read(t, name))
		data[len(data)/2] ^= 1
		require.NoError(t, os.WriteFile(name, data, 0o644))
	}, "pPuUsi"},
}

// why finds the line of an answer that says what was noticed.
var why = regexp.MustCompile(`(?m)^.*(DO NOT MATCH THE HASHES|[Hh]ash mismatch|No matching distribution|no versions? of|FAILED|index_wheel_differs|index_digest_differs|artifact_[a-z]+|served_metadata_[a-z]+|index_metadata_digest_differs|index_requires_python_differs|subject_missing|bundle_[a-z]+|error \(?404|Failed to extract archive|inconsistent Requires-Dist|does not satisfy Python).*$`)

// TestTampered prints who refuses which change to what is served, and holds the
// table against what is known.
func TestTampered(t *testing.T) {
	c := newClients(t)
	gateway := store.StartProcess(t)
	var table, reasons strings.Builder
	fmt.Fprintf(&table, "%-42s", "changed")
	for _, r := range readers {
		fmt.Fprintf(&table, "| %-7s ", r.heading)
	}
	for _, one := range changes {
		w := newWorld(t)
		w.gateway = gateway
		manifest := w.first()
		w.index(manifest)
		w.attest(manifest)
		s := static(t, w.root())
		one.change(t, w)
		fmt.Fprintf(&table, "\n%-42s", one.what)
		taken := ""
		for _, r := range readers {
			output, err := r.takes(c, w, s.url)
			word := "REFUSES"
			if err == nil {
				word, taken = "takes", taken+r.letter
			} else {
				line := why.FindString(output)
				assert.NotEmpty(t, line, "%s: %s refuses it for another reason: %s", one.what, r.heading, output)
				fmt.Fprintf(&reasons, "\n%s: %s: %s", one.what, r.heading, strings.TrimSpace(line))
			}
			fmt.Fprintf(&table, "| %-*s ", max(len(r.heading), len(word), 7), word)
			if want := strings.Contains(one.takes, r.letter); want != (err == nil) {
				t.Errorf("%s: %s: want it taken: %v; it said: %s", one.what, r.heading, want, output)
			}
			if strings.Contains("pPuU", r.letter) {
				c.installed(t)
			}
		}
		assert.Equal(t, one.takes, taken, one.what)
		assert.Equal(t, one.what == "nothing", strings.Contains(taken, "v"), "%s: our own verify refuses everything", one.what)
	}
	t.Logf("who refuses what\n%s\n\nand why%s", table.String(), reasons.String())
}
