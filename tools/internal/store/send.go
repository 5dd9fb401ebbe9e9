package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// send sends a request, again where that can help. Only 200 and 206 come back
// without an error.
func (c *client) send(ctx context.Context, method string, u *url.URL, header http.Header) (*http.Response, error) {
	for try := 1; ; try++ {
		response, err := c.once(ctx, method, u, header)
		wait := c.backoff(try)
		if err == nil {
			err = statusOf(u, response)
			if err == nil {
				return response, nil
			}
			response.Body.Close()
			if !passing(response.StatusCode) {
				return nil, err
			}
			wait = max(wait, asked(response.Header.Get("Retry-After")))
		} else if ctx.Err() != nil || !transient(err) {
			return nil, fail(shown(u), err)
		}
		if try == attempts {
			return nil, fail(shown(u), err)
		}
		if err := c.pause(ctx, wait); err != nil {
			return nil, fail(shown(u), err)
		}
	}
}

// statusOf is the error of a response that is no success.
func statusOf(u *url.URL, r *http.Response) error {
	f := &failure{where: shown(u), what: strings.TrimSpace(strconv.Itoa(r.StatusCode) + " " + http.StatusText(r.StatusCode)), status: r.StatusCode}
	if last := shown(r.Request.URL); last != f.where {
		f.what += " from " + last
	}
	switch r.StatusCode {
	case http.StatusOK, http.StatusPartialContent:
		return nil
	case http.StatusNotFound, http.StatusGone:
		f.kind = fs.ErrNotExist
	case http.StatusUnauthorized:
		f.what += ": user name and password, which a URL can hold, are missing or wrong"
	}
	return f
}

// passing says whether a status can be another one later.
func passing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// transient says whether a connection that failed may succeed later.
func transient(err error) bool {
	if _, ok := errors.AsType[*final](err); ok {
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound
	}
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	return !certificate && !authority && !noTLS
}

// asked is how long a server asks to wait, up to a minute.
func asked(retryAfter string) time.Duration {
	if seconds, err := strconv.Atoi(retryAfter); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, int(askedPause/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(retryAfter); err == nil {
		return min(max(time.Until(at), 0), askedPause)
	}
	return 0
}

// head asks for a file's size. Where a server lets nobody ask that, or the URL
// is signed for reading alone, the first byte is read.
func (c *client) head(ctx context.Context, u *url.URL) (int64, error) {
	header := http.Header{"Accept-Encoding": {"identity"}}
	response, err := c.send(ctx, http.MethodHead, u, header)
	if f, ok := errors.AsType[*failure](err); ok {
		switch f.status {
		case http.StatusBadRequest, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotImplemented:
			header.Set("Range", "bytes=0-0")
			response, err = c.send(ctx, http.MethodGet, u, header)
			if f, ok := errors.AsType[*failure](err); ok && f.status == http.StatusRequestedRangeNotSatisfiable {
				return 0, nil
			}
		}
	}
	if err != nil {
		return -1, err
	}
	defer response.Body.Close()
	switch {
	case encoded(response) != "":
		return -1, nil
	case response.StatusCode == http.StatusPartialContent:
		_, _, size, err := contentRange(response.Header.Get("Content-Range"))
		if err != nil {
			return -1, fail(shown(u), err)
		}
		return size, nil
	}
	return response.ContentLength, nil
}

// encoded is the encoding of a body that is not the file as it is.
func encoded(r *http.Response) string {
	if e := r.Header.Get("Content-Encoding"); e != "identity" {
		return finding.Escape(e)
	}
	return ""
}

// page reads a whole page. It returns its media type and the URL that it came
// from.
func (c *client) page(ctx context.Context, u *url.URL, accept string, limit int64) (data []byte, mediaType string, at *url.URL, err error) {
	r := c.body(ctx, u, accept, limit+1)
	r.answered = func(response *http.Response) {
		mediaType, at = response.Header.Get("Content-Type"), response.Request.URL
	}
	if data, err = io.ReadAll(r); err != nil {
		return nil, "", nil, err
	}
	if int64(len(data)) > limit {
		return nil, "", nil, fail(shown(u), errors.New("a page of more than "+strconv.FormatInt(limit, 10)+" bytes"))
	}
	return data, mediaType, at, nil
}
