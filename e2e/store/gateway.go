// Package store runs the built program against real servers of wheels: S3, a web
// server's folders, an index. Its S3 server runs in the test's own process,
// behind a proxy that can break each request.
package store

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
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

// Start starts a gateway for one test. A process can have one at a time, and its
// working directory is the gateway's until the test ends.
func Start(t *testing.T) *Gateway {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())

	dir := t.TempDir()
	aside := t.TempDir()
	sidecar, err := meta.NewSideCar(aside)
	require.NoError(t, err)
	t.Chdir(dir) // as the backend does itself, and never takes back
	backend, err := posix.New(dir, sidecar, posix.PosixOpts{SideCarDir: aside})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: user, RootUserSecret: secret, Region: region, Ports: []string{address}, Quiet: true,
			MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10_000, KeepAlive: true,
		})
	}()
	t.Cleanup(func() { cancel(); <-done })

	g := &Gateway{Client: s3.New(s3.Options{
		Region: region, BaseEndpoint: aws.String("http://" + address), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(user, secret, ""),
	})}
	require.Eventually(t, func() bool {
		_, err = g.Client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(Bucket)})
		return err == nil
	}, 30*time.Second, 10*time.Millisecond, "the gateway does not start")
	proxy := httptest.NewServer(g.proxy(address))
	t.Cleanup(proxy.Close)
	g.URL = proxy.URL
	return g
}

// Put puts an object into the bucket.
func (g *Gateway) Put(t *testing.T, key string, data []byte) {
	t.Helper()
	_, err := g.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(Bucket), Key: &key, Body: bytes.NewReader(data)})
	require.NoError(t, err)
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

func (g *Gateway) proxy(address string) http.HandlerFunc {
	transport := &http.Transport{}
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
		// The host stays as it was signed.
		out := r.Clone(r.Context())
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

// Cut is a writer that closes the connection after some bytes of the body.
type Cut struct {
	http.ResponseWriter
	Left int
}

func (c *Cut) Write(p []byte) (int, error) {
	if len(p) <= c.Left {
		c.Left -= len(p)
		return c.ResponseWriter.Write(p)
	}
	if _, err := c.ResponseWriter.Write(p[:c.Left]); err != nil {
		return 0, err
	}
	c.ResponseWriter.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}
