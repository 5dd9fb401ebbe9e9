package store

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// body is a file of a web server as it is read.
type body struct {
	*resumed
	client *client
	url    *url.URL
	accept string
	// validator is the strong ETag or the Last-Modified of what is read.
	validator string
	// whole says that the server could not send a part.
	whole bool
	// answered is told each response; nil where nobody wants it.
	answered func(*http.Response)
}

func (c *client) body(ctx context.Context, u *url.URL, accept string, limit int64) *body {
	b := &body{client: c, url: u, accept: accept}
	b.resumed = newResumed(ctx, shown(u), limit, c.Options, b.open)
	return b
}

// open asks for the file from a byte on.
func (b *body) open(ctx context.Context, from int64) (part, error) {
	header := http.Header{"Accept-Encoding": {"identity"}, "Accept": {b.accept}}
	ranged := from > 0 && b.validator != "" && !b.whole
	if ranged {
		header.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
		header.Set("If-Range", b.validator)
	}
	response, err := b.client.send(ctx, http.MethodGet, b.url, header)
	var p part
	if err == nil {
		p, err = b.partOf(response, from, ranged)
	}
	if err == nil {
		if b.answered != nil {
			b.answered(response)
		}
		return p, nil
	}
	if response != nil {
		response.Body.Close()
	}
	if f, ok := errors.AsType[*failure](err); ranged && (errors.Is(err, errRange) || ok && f.status == http.StatusRequestedRangeNotSatisfiable) {
		b.whole = true
		return b.open(ctx, from)
	}
	return part{}, err
}

// partOf holds a response against what was asked for.
func (b *body) partOf(r *http.Response, from int64, ranged bool) (part, error) {
	if e := encoded(r); e != "" {
		return part{}, fmt.Errorf("the server sent it encoded as %s, and was asked for the file as it is", e)
	}
	if r.StatusCode == http.StatusOK {
		b.validator = validatorOf(r)
		return part{r.Body, 0, r.ContentLength}, nil
	}
	begin, end, size, err := contentRange(r.Header.Get("Content-Range"))
	length := end - begin + 1
	switch {
	case err != nil:
		return part{}, err
	case !ranged || begin != from || r.ContentLength >= 0 && r.ContentLength != length:
		return part{}, errRange
	case strings.HasPrefix(b.validator, `"`) && r.Header.Get("ETag") != "" && r.Header.Get("ETag") != b.validator:
		return part{}, errRange
	}
	return part{r.Body, begin, size}, nil
}

// validatorOf is what If-Range takes (RFC 9110, 13.1.5): a strong ETag, else the
// date.
func validatorOf(r *http.Response) string {
	if tag := r.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		return tag
	}
	return r.Header.Get("Last-Modified")
}

var rangePattern = regexp.MustCompile(`^bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)$`)

// contentRange is the first and last byte of a part and the size of the whole,
// -1 where it is not told.
func contentRange(header string) (begin, end, size int64, err error) {
	m := rangePattern.FindStringSubmatch(header)
	if m == nil {
		return 0, 0, 0, errRange
	}
	begin, _ = strconv.ParseInt(m[1], 10, 64)
	end, _ = strconv.ParseInt(m[2], 10, 64)
	if size = -1; m[3] != "*" {
		size, _ = strconv.ParseInt(m[3], 10, 64)
	}
	if end < begin || size >= 0 && end >= size {
		return 0, 0, 0, errRange
	}
	return begin, end, size, nil
}
