package store

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// maxRedirects is how many redirects are followed.
const maxRedirects = 5

// The waits of a request.
const (
	headerWait = 60 * time.Second
	stallWait  = 60 * time.Second
)

// defaults fills in what Options leave open.
func (o Options) defaults() Options {
	if o.transport == nil {
		o.transport = newTransport()
	}
	if o.header == 0 {
		o.header = headerWait
	}
	if o.stall == 0 {
		o.stall = stallWait
	}
	if o.backoff == nil {
		o.backoff = backoff
	}
	if o.pause == nil {
		o.pause = pause
	}
	return o
}

// newTransport is the standard library's with its proxies, which says nothing of
// a proxy's password.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		proxy, err := http.ProxyFromEnvironment(r)
		if err != nil {
			return nil, errors.New("the proxy that the environment names is no URL")
		}
		return proxy, nil
	}
	return t
}

// client asks web servers. It knows the credentials of one origin.
type client struct {
	Options
	origin string
	user   *url.Userinfo // nil where there are none
}

// newClient returns a client for a place and the place's URL without its
// credentials.
func newClient(place string, o Options) (*client, *url.URL, error) {
	u, err := webURL(place)
	if err != nil {
		return nil, nil, err
	}
	o = o.defaults()
	c := &client{o, origin(u), u.User}
	u.User = nil
	return c, u, nil
}

// once sends a request along its redirects. The response's body is watched; its
// Request has the URL that it came from.
func (c *client) once(ctx context.Context, method string, u *url.URL, header http.Header) (*http.Response, error) {
	for hop := 0; ; hop++ {
		response, err := c.hop(ctx, method, u, header)
		if err != nil {
			return nil, err
		}
		location := response.Header.Get("Location")
		if !isRedirect(response.StatusCode) || location == "" {
			return response, nil
		}
		response.Body.Close()
		if hop == maxRedirects {
			return nil, &final{errors.New("more than five redirects")}
		}
		if u, err = redirect(u, location); err != nil {
			return nil, &final{err}
		}
	}
}

// hop sends one request to one URL, without http.Client: that prints where a
// redirect leads, and forwards credentials to other hosts of a domain.
func (c *client) hop(ctx context.Context, method string, u *url.URL, header http.Header) (*http.Response, error) {
	w := newWatch(ctx)
	request, err := http.NewRequestWithContext(w.ctx, method, u.String(), nil)
	if err != nil {
		return nil, &final{errors.New("not a URL")}
	}
	request.Header = header.Clone()
	if c.user != nil && origin(u) == c.origin {
		password, _ := c.user.Password()
		request.SetBasicAuth(c.user.Username(), password)
	}
	stop := w.over(c.header)
	response, err := c.transport.RoundTrip(request)
	if stop(); err != nil {
		err = w.cause(err)
		w.cancel(context.Canceled)
		return nil, err
	}
	response.Body = &watched{response.Body, w, c.stall}
	return response, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirect is where a response sends its request.
func redirect(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https":
		return nil, errors.New("a redirect to what is no URL of http or https")
	case from.Scheme == "https" && to.Scheme == "http":
		return nil, errors.New("a redirect from https to http, to " + shown(to))
	}
	to.User, to.Fragment, to.RawFragment = nil, "", ""
	return to, nil
}
