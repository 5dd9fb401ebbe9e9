package store_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// gateway answers as an S3 server would that a test needs to do wrong; the e2e
// tests have one that does right.
func gateway(t *testing.T, h http.HandlerFunc) (url string, asked *log) {
	t.Helper()
	url, asked = serve(t, h)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_S3": url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "s3cret",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "NO_PROXY": "127.0.0.1",
	} {
		t.Setenv(name, value)
	}
	return url, asked
}

// everything asks a place all that it can be asked.
func everything(t *testing.T, s Store) map[string]error {
	t.Helper()
	errs := map[string]error{}
	_, errs["find"] = s.Find(t.Context(), want("torch-1.whl"))
	_, errs["list"] = s.Wheels(t.Context(), nil)
	_, errs["read"] = ReadWith(t.Context(), "s3://bucket/d/m.json", 10, quick().WithWaits(50*time.Millisecond, 50*time.Millisecond))
	return errs
}

// An S3 server sends nobody anywhere: requests are signed for it alone.
func TestS3Redirects(t *testing.T) {
	other, elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	for _, status := range []int{301, 302, 307, 308} {
		for _, to := range []string{other, ""} { // "": to itself
			_, asked := gateway(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", to+r.URL.Path)
				w.WriteHeader(status)
			})
			s := open(t, "s3://bucket/d")
			for what, err := range everything(t, s) {
				harmless(t, err, "s3cret")
				require.ErrorContains(t, err, fmt.Sprint(": ", status), what)
				assert.ErrorContains(t, err, "a redirect, which is not followed")
				assert.NotErrorIs(t, err, fs.ErrNotExist)
			}
			assert.Len(t, asked.all(), 3)
		}
	}
	assert.Empty(t, elsewhere.all())
}

// A server that takes a request and says nothing is given up.
func TestS3Stalls(t *testing.T) {
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	for name, body := range map[string]string{"no header": "", "half a body": "<ListBucketResult>"} {
		t.Run(name, func(t *testing.T) {
			_, asked := gateway(t, func(w http.ResponseWriter, r *http.Request) {
				if body != "" && r.Method == http.MethodGet {
					fmt.Fprint(w, body)
					w.(http.Flusher).Flush()
				}
				select {
				case <-over:
				case <-r.Context().Done():
				}
			})
			s, err := Open(t.Context(), "s3://bucket/d", quick().WithWaits(50*time.Millisecond, 50*time.Millisecond))
			require.NoError(t, err)
			for what, err := range everything(t, s) {
				harmless(t, err)
				require.Error(t, err, what)
				assert.NotErrorIs(t, err, fs.ErrNotExist)
			}
			assert.NotEmpty(t, asked.all())
		})
	}
}

// A bucket that is not there holds no wheels, which is not what is missing.
func TestNoBucket(t *testing.T) {
	gateway(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<Error><Code>NoSuchBucket</Code><Message>The bucket is not there</Message></Error>")
	})
	errs := everything(t, open(t, "s3://bucket/d"))
	require.ErrorIs(t, errs["find"], fs.ErrNotExist, "a HEAD has no code")
	require.ErrorIs(t, errs["list"], ErrNoPlace)
	require.ErrorIs(t, errs["read"], ErrNoPlace)
	assert.NotErrorIs(t, errs["read"], fs.ErrNotExist)
	for _, err := range errs {
		assert.True(t, strings.HasPrefix(err.Error(), "s3://bucket/d"), err)
	}
}
