// Package store runs the built program against real servers of wheels: S3, a web
// server's folders, an index. Its S3 server runs in the test's own process,
// behind a proxy that can break each request.
package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

// What every gateway is opened with.
const (
	Bucket = "wheels"
	user   = "gateway-user"
	secret = "gateway-s3cret"
	region = "us-east-1"
)

// Fault breaks the request with the number n, from 1; false lets it through. It
// may wrap the writer that the answer goes to.
type Fault func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool)

// Gateway is an S3 server with one bucket.
type Gateway struct {
	// URL is the proxy's.
	URL string
	// Client speaks to the server itself.
	Client *s3.Client

	mu       sync.Mutex
	fault    Fault
	requests []string
}

// Put puts an object into the bucket.
func (g *Gateway) Put(t *testing.T, key string, data []byte) {
	t.Helper()
	_, err := g.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(Bucket), Key: &key, Body: bytes.NewReader(data)})
	require.NoError(t, err)
}

// Get is an object's content and user metadata; nil where nothing is there.
func (g *Gateway) Get(t *testing.T, key string) ([]byte, map[string]string) {
	t.Helper()
	got, err := g.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(Bucket), Key: &key})
	if none := (*types.NoSuchKey)(nil); errors.As(err, &none) {
		return nil, nil
	}
	require.NoError(t, err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	return data, got.Metadata
}

// Keys are all keys that begin with a prefix.
func (g *Gateway) Keys(t *testing.T, prefix string) []string {
	t.Helper()
	var keys []string
	pages := s3.NewListObjectsV2Paginator(g.Client, &s3.ListObjectsV2Input{Bucket: aws.String(Bucket), Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys
}

// Uploads are the keys of the multipart uploads that are neither complete nor
// aborted.
func (g *Gateway) Uploads(t *testing.T) []string {
	t.Helper()
	got, err := g.Client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String(Bucket)})
	require.NoError(t, err)
	var keys []string
	for _, u := range got.Uploads {
		keys = append(keys, *u.Key)
	}
	return keys
}

// Environment is that of a program that uses the proxy.
func (g *Gateway) Environment() []string {
	return []string{
		"AWS_ENDPOINT_URL_S3=" + g.URL, "AWS_REGION=" + region, "AWS_ACCESS_KEY_ID=" + user, "AWS_SECRET_ACCESS_KEY=" + secret,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "NO_PROXY=127.0.0.1",
	}
}

// Break sets the fault and forgets the requests so far.
func (g *Gateway) Break(f Fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fault, g.requests = f, nil
}

// Requests are the requests since then: method, path, Range.
func (g *Gateway) Requests() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.requests...)
}

// serve starts the proxy before the server at an address.
func (g *Gateway) serve(t *testing.T, address string) {
	proxy := httptest.NewServer(g.proxy(address))
	t.Cleanup(proxy.Close)
	g.URL = proxy.URL
}

func (g *Gateway) proxy(address string) http.HandlerFunc {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	return func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.requests = append(g.requests, r.Method+" "+r.URL.Path+" "+r.Header.Get("Range"))
		n, fault := len(g.requests), g.fault
		g.mu.Unlock()
		if fault != nil {
			broken := false
			if w, broken = fault(n, w, r); broken {
				return
			}
		}
		// The host stays as it was signed. What reached the server stays there,
		// whatever the client hears of it.
		out := r.Clone(context.WithoutCancel(r.Context()))
		out.URL.Scheme, out.URL.Host, out.RequestURI = "http", address, ""
		response, err := transport.RoundTrip(out)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		for name, values := range response.Header {
			w.Header()[name] = values
		}
		if response.ContentLength >= 0 {
			w.Header().Set("Content-Length", strconv.FormatInt(response.ContentLength, 10))
		}
		w.WriteHeader(response.StatusCode)
		_, _ = io.Copy(w, response.Body) // a client that is gone is its own matter
	}
}
