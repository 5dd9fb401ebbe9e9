package store

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// denied answers as S3 does.
func denied(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>a \u202emessage\n::error::</Message></Error>", code)
}

func TestS3(t *testing.T) {
	dir, keys := set(t)
	g := Start(t)
	for _, k := range keys {
		g.Put(t, "a/b/"+k, read(t, dir, k))
	}
	const manifest = "s3://" + Bucket + "/a/b/m.json"
	verify := func(t *testing.T, want int, args ...string) string {
		t.Helper()
		exit, output := call(t, g.Environment(), append([]string{"verify", "--format=text"}, args...)...)
		require.Equal(t, want, exit, output)
		return output
	}
	// of says whether a request is for the large wheel's bytes.
	of := func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, ".whl") && strings.Contains(r.URL.Path, "torchvision")
	}

	t.Run("all is there", func(t *testing.T) {
		assert.Contains(t, verify(t, 0, manifest), "PASSED")
		assert.Contains(t, verify(t, 0, manifest, "--wheels=s3://"+Bucket+"/a/b/", "--fail-on-unlisted"), "PASSED")
	})
	t.Run("elsewhere", func(t *testing.T) {
		assert.Contains(t, verify(t, 1, manifest, "--wheels=s3://"+Bucket+"/a/none"), "artifact_missing")
		assert.Contains(t, verify(t, 3, "s3://"+Bucket+"/a/b/none.json"), "404")
		assert.Contains(t, verify(t, 3, "s3://none-such/m.json"), "404")
		output := verify(t, 3, manifest, "--wheels=s3://none-such/a")
		assert.Contains(t, output, "404 NoSuchBucket")
		assert.Contains(t, output, "[place_unreadable]")
	})
	t.Run("503, then well", func(t *testing.T) {
		g.Break(func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
			if n%3 != 0 {
				denied(w, 503, "SlowDown")
			}
			return w, n%3 != 0
		})
		verify(t, 0, manifest, "--jobs=1")
	})
	t.Run("503 for good", func(t *testing.T) {
		g.Break(func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
			denied(w, 503, "SlowDown")
			return w, true
		})
		assert.Contains(t, verify(t, 3, manifest), manifest+": 503 SlowDown")
		assert.Len(t, g.Requests(), 5)
	})
	t.Run("cut", func(t *testing.T) {
		g.Break(func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
			if of(r) && r.Header.Get("Range") != "bytes=2097152-" {
				return &Cut{w, 1 << 20}, false
			}
			return w, false
		})
		verify(t, 0, manifest)
		asked := strings.Join(g.Requests(), "\n")
		assert.Contains(t, asked, "bytes=1048576-")
		assert.Contains(t, asked, "bytes=2097152-")
	})
	t.Run("replaced between", func(t *testing.T) {
		k := "a/b/" + keys[1]
		defer g.Put(t, k, read(t, dir, keys[1]))
		g.Break(func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
			if of(r) && r.Header.Get("Range") != "" {
				changed := read(t, dir, keys[1])
				changed[0] ^= 1
				g.Put(t, k, changed)
				return w, false
			}
			if of(r) {
				return &Cut{w, 1 << 20}, false
			}
			return w, false
		})
		output := verify(t, 3, manifest)
		assert.Contains(t, output, "412 PreconditionFailed")
	})
	t.Run("403", func(t *testing.T) {
		for method, want := range map[string]string{
			http.MethodHead: "the credentials lack s3:GetObject, or s3:ListBucket if nothing is there", http.MethodGet: "the credentials lack s3:GetObject",
		} {
			g.Break(func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
				no := r.Method == method && strings.HasSuffix(r.URL.Path, ".whl")
				if no {
					denied(w, 403, "AccessDenied")
				}
				return w, no
			})
			output := verify(t, 3, manifest)
			assert.Contains(t, output, want)
			assert.NotContains(t, output, "\u202e")
			assert.NotContains(t, output, "\n::")
		}
		g.Break(func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
			no := r.URL.Query().Get("list-type") != ""
			if no {
				denied(w, 403, "AccessDenied")
			}
			return w, no
		})
		assert.Contains(t, verify(t, 3, manifest, "--fail-on-unlisted"), "the credentials lack s3:ListBucket")
	})
	t.Run("a listing of pages", func(t *testing.T) {
		g.Break(nil)
		for i := range 1100 {
			g.Put(t, fmt.Sprintf("a/b/other/%04d-1.0-py3-none-any.whl", i), nil)
		}
		output := verify(t, 1, manifest, "--fail-on-unlisted")
		assert.Contains(t, output, "other/0000-1.0-py3-none-any.whl")
		assert.Contains(t, output, "100 further wheels")
	})
	t.Run("no region", func(t *testing.T) {
		exit, output := call(t, append(g.Environment(), "AWS_REGION=", "AWS_DEFAULT_REGION="), "verify", manifest)
		assert.Equal(t, 3, exit)
		assert.Contains(t, output, "no region is set")
	})
	t.Run("no credentials", func(t *testing.T) {
		exit, output := call(t, append(g.Environment(), "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_EC2_METADATA_DISABLED=true"), "verify", manifest)
		assert.Equal(t, 3, exit)
		assert.Contains(t, output, "no credentials")
	})
	t.Run("no network but the endpoint", func(t *testing.T) {
		g.Break(nil)
		// A request to anything else goes to a proxy that is not there.
		exit, output := call(t, append(g.Environment(), "HTTP_PROXY=http://127.0.0.1:1", "HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=127.0.0.1"), "verify", manifest)
		assert.Zero(t, exit, output)
	})
}
