package verify

import (
	"archive/zip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
)

// metadataOf is METADATA of a wheel.
func metadataOf(t *testing.T, name string) []byte {
	t.Helper()
	archive, err := zip.OpenReader(name)
	require.NoError(t, err)
	defer archive.Close()
	for _, member := range archive.File {
		if strings.HasSuffix(member.Name, ".dist-info/METADATA") {
			from, err := member.Open()
			require.NoError(t, err)
			data, err := io.ReadAll(from)
			require.NoError(t, err)
			return data
		}
	}
	require.Fail(t, "no METADATA", name)
	return nil
}

// TestS3 verifies wheels in a bucket, under keys of their own.
func TestS3(t *testing.T) {
	dir, manifest := set(t)
	gateway := store.Start(t)
	upload := func(key string, path ...string) {
		data, err := os.ReadFile(filepath.Join(path...))
		require.NoError(t, err)
		gateway.Put(t, key, data)
	}
	upload("v5/rocm/torch/"+torch, dir, torch)
	upload("v5/rocm/torchvision/"+vision, dir, "gfx942", vision)
	upload("runs/m.json", manifest)
	verify := func(more ...string) answer {
		t.Helper()
		c := command(t, append([]string{"verify", "s3://" + store.Bucket + "/runs/m.json", "--wheels=s3://" + store.Bucket + "/v5/rocm",
			"--wheel-key={name}/{filename}", "--format=text"}, more...)...)
		c.Env = append(os.Environ(), gateway.Environment()...)
		return finish(t, c)
	}
	a := verify("--contents", "--fail-on-unlisted")
	assert.Zero(t, a.exit, a.stdout)
	assert.Equal(t, "PASSED: 2 wheels: 2 verified, 0 missing, 0 differing, 0 unreadable; 0 unlisted; 0 errors, 0 warnings\n", a.stderr)

	// A body that is cut in the middle is taken up where it was.
	cut := 0
	gateway.Break(func(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, torch) && r.Header.Get("Range") == "" && cut == 0 {
			cut++
			return &store.Cut{ResponseWriter: w, Left: 300}, false
		}
		return w, false
	})
	a = verify("--jobs=1")
	assert.Zero(t, a.exit, a.stdout)
	assert.Equal(t, 1, cut)
	assert.Contains(t, strings.Join(gateway.Requests(), "\n"), "bytes=300-")
	gateway.Break(nil)

	// METADATA beside a wheel is held to the manifest; of what nobody promised,
	// 403 says no more than that whoever may not list cannot tell.
	beside := "v5/rocm/torch/" + torch + ".metadata"
	gateway.Put(t, beside, metadataOf(t, filepath.Join(dir, torch)))
	a = verify()
	assert.Zero(t, a.exit, a.stdout)
	gateway.Put(t, beside, append(metadataOf(t, filepath.Join(dir, torch)), "Requires-Dist: evil\n"...))
	a = verify()
	assert.Equal(t, 1, a.exit)
	assert.Equal(t, 1, strings.Count(a.stdout, "\n"), a.stdout)
	assert.Contains(t, a.stdout, torch+": /metadata/sha256: ")
	assert.Contains(t, a.stdout, "[served_metadata_differs]")
	gateway.Break(func(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		denied := strings.HasSuffix(r.URL.Path, ".metadata")
		if denied {
			w.WriteHeader(http.StatusForbidden)
		}
		return w, denied
	})
	a = verify()
	assert.Zero(t, a.exit, a.stdout)
	gateway.Break(nil)
	gateway.Put(t, beside, metadataOf(t, filepath.Join(dir, torch)))

	// Other bytes of the same length, one wheel more, and no permission.
	flip(t, dir, torch)
	upload("v5/rocm/torch/"+torch, dir, torch)
	upload("v5/rocm/apex/apex-1-py3-none-any.whl", manifest)
	a = verify()
	assert.Equal(t, 1, a.exit)
	assert.Contains(t, a.stdout, "[artifact_digest_differs]")
	assert.Contains(t, a.stdout, "warning: apex/apex-1-py3-none-any.whl: ")
	gateway.Break(func(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		denied := strings.HasSuffix(r.URL.Path, vision)
		if denied {
			w.WriteHeader(http.StatusForbidden)
		}
		return w, denied
	})
	a = verify()
	assert.Equal(t, 3, a.exit)
	assert.Contains(t, a.stdout, "[artifact_digest_differs]")
	assert.Contains(t, a.stdout, "s3:GetObject")
	assert.Contains(t, a.last(), "FAILED: 2 wheels: 0 verified, 0 missing, 1 differing, 1 unreadable; 1 unlisted; 2 errors, 1 warning")
}
