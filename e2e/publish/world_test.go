// Package publish runs the built program's publish against a real S3 server that
// a proxy breaks, and looks at the bucket behind the proxy's back.
package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

const (
	torch   = "torch-2.9.1-cp312-cp312-linux_x86_64.whl"
	vision  = "torchvision-0.24.1-cp312-cp312-linux_x86_64.whl"
	pointer = "latest/linux-x86_64.json"
	commit  = "0123456789abcdef0123456789abcdef01234567"
)

// command is a call of the program.
func command(t *testing.T, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(binary.Of(t, "wheelmanifest"), args...)
	c.Env = append(os.Environ(), environment...)
	return c
}

type answer struct {
	exit           int
	stdout, stderr string
}

func finish(t *testing.T, c *exec.Cmd) answer {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if status := (*exec.ExitError)(nil); !errors.As(err, &status) {
		require.NoError(t, err)
	}
	for _, word := range []string{"gateway-user", "gateway-s3cret", "Signature", "X-Amz", "\u202e", "\n::"} {
		assert.NotContains(t, stdout.String()+stderr.String(), word)
	}
	return answer{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// release is two wheels and their manifest.
type release struct {
	dir, manifest string
	run, attempt  string
	// sums are the digests of what is published, by key.
	sums map[string]string
}

// newRelease makes the wheels of a run; another text gives other bytes.
func newRelease(t *testing.T, run, attempt, text string) *release {
	t.Helper()
	r := &release{dir: t.TempDir(), run: run, attempt: attempt, sums: map[string]string{}}
	r.manifest = filepath.Join(t.TempDir(), "m.json")
	for name, content := range map[string]string{torch: text, vision: text + strings.Repeat(text+" of some size\n", 100_000)} {
		require.NoError(t, os.WriteFile(filepath.Join(r.dir, name), wheel.Make(t, name, content), 0o644))
	}
	status := fmt.Sprintf(`STABLE_THEROCK_REPO https://github.com/ROCm/TheRock
STABLE_THEROCK_COMMIT %[1]s
STABLE_THEROCK_COMMIT_TIME 2025-11-24T08:30:00Z
STABLE_THEROCK_REF refs/heads/main
STABLE_THEROCK_DIRTY true
STABLE_CI_RUN_ID %[2]s
STABLE_CI_RUN_ATTEMPT %[3]s
STABLE_CI_JOB_ID build
STABLE_CI_RUN_URL https://github.com/ROCm/TheRock/actions/runs/%[2]s
`, commit, run, attempt)
	file := filepath.Join(t.TempDir(), "stable-status.txt")
	require.NoError(t, os.WriteFile(file, []byte(status), 0o644))
	a := finish(t, command(t, nil, "generate", "--wheels="+r.dir, "--accelerator=cpu", "--pytorch-git-ref=release/2.9", "--stable-status="+file, "--quiet", "--out="+r.manifest))
	require.Zero(t, a.exit, a.stderr)
	for _, name := range []string{torch, vision} {
		project, _, _ := strings.Cut(name, "-")
		r.sums[project+"/"+name] = sum(read(t, r.dir, name))
	}
	r.sums[r.key()] = sum(read(t, r.manifest))
	return r
}

// key is the manifest's.
func (r *release) key() string {
	return r.run + "-linux-x86_64/manifests/pytorch/" + r.attempt + "/3.12-release-2.9.json"
}

// publish is a call that publishes below a prefix.
func (r *release) publish(t *testing.T, g *store.Gateway, prefix string, more ...string) *exec.Cmd {
	t.Helper()
	return command(t, g.Environment(), append([]string{"publish", r.manifest, "--wheels=" + r.dir, "--to=s3://" + store.Bucket + "/" + prefix,
		"--expect-dirty=therock", "--pointer=latest/{platform}.json", "--format=text", "--jobs=2"}, more...)...)
}

// bucket is what lies below a prefix: digests by key, without the probes of
// publishers that were killed.
type bucket map[string]string

func look(t *testing.T, g *store.Gateway, prefix string) bucket {
	t.Helper()
	b := bucket{}
	for _, k := range g.Keys(t, prefix+"/") {
		data, _ := g.Get(t, k)
		if k = strings.TrimPrefix(k, prefix+"/"); !strings.HasPrefix(k, ".wheelmanifest-") {
			b[k] = sum(data)
		}
	}
	return b
}

// consistent makes sure that nothing is half published, and nothing that was there
// before is changed or gone.
func consistent(t *testing.T, g *store.Gateway, prefix string, before bucket) bucket {
	t.Helper()
	now := look(t, g, prefix)
	for k, digest := range before {
		if k != pointer {
			assert.Equal(t, digest, now[k], "%s was overwritten or is gone", k)
		}
	}
	for k := range maps.Keys(now) {
		data, _ := g.Get(t, prefix+"/"+k)
		switch {
		case strings.Contains(k, "/manifests/"):
			var m struct {
				Artifacts []struct {
					RelativePath string `json:"relative_path"`
					SHA256       string
				}
			}
			require.NoError(t, json.Unmarshal(data, &m), k)
			require.NotEmpty(t, m.Artifacts)
			for _, a := range m.Artifacts {
				project, _, _ := strings.Cut(a.RelativePath, "-")
				assert.Equal(t, a.SHA256, now[project+"/"+a.RelativePath], "%s is readable without its wheel %s", k, a.RelativePath)
			}
		case k == pointer:
			p := pointed(t, data)
			assert.Equal(t, p.SHA256, now[p.ManifestKey], "the pointer leads to no manifest")
		}
	}
	return now
}

// complete makes sure that all of a release is there.
func (r *release) complete(t *testing.T, now bucket) {
	t.Helper()
	for k, digest := range r.sums {
		assert.Equal(t, digest, now[k], "%s is not there", k)
	}
}

type target struct {
	ManifestKey string `json:"manifest_key"`
	SHA256      string `json:"sha256"`
	RunID       string `json:"run_id"`
	RunAttempt  string `json:"run_attempt"`
}

func pointed(t *testing.T, data []byte) target {
	t.Helper()
	var p target
	require.NoError(t, json.Unmarshal(data, &p), string(data))
	return p
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return data
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// row is one line of what happened.
type row struct {
	name          string
	first, second answer
	requests      int
	there         bucket
}

func (r row) log(t *testing.T, of *release) {
	wheels := 0
	for k := range of.sums {
		if strings.HasSuffix(k, ".whl") && r.there[k] != "" {
			wheels++
		}
	}
	has := func(k string) string {
		if r.there[k] == "" {
			return "no"
		}
		return "yes"
	}
	word := "ok"
	if t.Failed() {
		word = "VIOLATED"
	}
	t.Logf("%-46s exit %3d  %3d requests  wheels %d/2  manifest %-3s  pointer %-3s  run again: exit %d  nothing overwritten, half there or lost: %s",
		r.name, r.first.exit, r.requests, wheels, has(of.key()), has(pointer), r.second.exit, word)
}

// wait ends a call that the test killed.
func wait(c *exec.Cmd) { _ = c.Wait() }
