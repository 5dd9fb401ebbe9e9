package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Is says whether a request has a method and a path that ends in a suffix; an
// empty one is any.
func Is(method, suffix string) func(r *http.Request) bool {
	return func(r *http.Request) bool {
		return (method == "" || r.Method == method) && strings.HasSuffix(r.URL.Path, suffix)
	}
}

// On applies a fault to some requests.
func On(is func(r *http.Request) bool, f Fault) Fault {
	return func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		if !is(r) {
			return w, false
		}
		return f(n, w, r)
	}
}

// First applies a fault to the first requests that reach it.
func First(times int32, f Fault) Fault {
	var seen atomic.Int32
	return func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		if seen.Add(1) > times {
			return w, false
		}
		return f(n, w, r)
	}
}

// Refuse answers a status and a code as S3 does, without asking the server.
func Refuse(status int, code string) Fault {
	return func(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>a \u202emessage\n::error::</Message></Error>", code)
		}
		return w, true
	}
}

// Sever closes the connection before anything reached the server.
func Sever(int, http.ResponseWriter, *http.Request) (http.ResponseWriter, bool) {
	panic(http.ErrAbortHandler)
}

// Lose closes the connection when the server has done what it was asked for.
func Lose(_ int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
	return lost{w}, false
}

type lost struct{ http.ResponseWriter }

func (lost) WriteHeader(int) { panic(http.ErrAbortHandler) }

// Stall takes nothing of the body and does not answer before the client has lost
// its patience, which must be shorter than five seconds.
func Stall(_ int, _ http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
	select {
	case <-r.Context().Done():
	case <-time.After(5 * time.Second):
	}
	panic(http.ErrAbortHandler)
}

// Slow takes the body in small pieces.
func Slow(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
	r.Body = struct {
		io.Reader
		io.Closer
	}{slowly{r.Body}, r.Body}
	return w, false
}

type slowly struct{ io.Reader }

func (s slowly) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return s.Reader.Read(p[:min(len(p), 64<<10)])
}

// Corrupt flips a bit of the body on its way to the server.
func Corrupt(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if len(data) > 0 {
		data[len(data)/2] ^= 1
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	return w, false
}

// Unconditional makes the store one that knows no conditions: they are taken off
// the request, which is signed again.
func Unconditional(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
	if r.Header.Get("If-Match")+r.Header.Get("If-None-Match") == "" {
		return w, false
	}
	r.Header.Del("If-Match")
	r.Header.Del("If-None-Match")
	sign := *r
	sign.URL.Host, sign.URL.Scheme = r.Host, "http"
	err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).SignHTTP(context.Background(),
		aws.Credentials{AccessKeyID: user, SecretAccessKey: secret}, &sign, r.Header.Get("X-Amz-Content-Sha256"), "s3", region, time.Now())
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return w, false
}

// Claim changes the checksum that the store tells of an object.
func Claim(digest string) Fault {
	return func(_ int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
		return &claim{w, digest}, false
	}
}

type claim struct {
	http.ResponseWriter
	digest string
}

func (c *claim) WriteHeader(status int) {
	if c.Header().Del("X-Amz-Checksum-Sha256"); c.digest != "" {
		c.Header().Set("X-Amz-Checksum-Sha256", c.digest)
	}
	c.ResponseWriter.WriteHeader(status)
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
