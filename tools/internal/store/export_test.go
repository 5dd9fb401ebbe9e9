package store

import (
	"context"
	"net/http"
	"time"
)

// For tests: waits of their own, and a server's certificate.
var (
	ReadWith  = read
	LocalPath = localPath
	Backoff   = backoff
	Asked     = asked
)

const Attempts = attempts

func (o Options) WithTransport(t http.RoundTripper) Options { o.transport = t; return o }

func (o Options) WithWaits(header, stall time.Duration) Options {
	o.header, o.stall = header, stall
	return o
}

func (o Options) WithBackoff(f func(int) time.Duration) Options { o.backoff = f; return o }

// WithSingle sets the largest object that is sent in one request.
func (o Options) WithSingle(n int64) Options { o.single = n; return o }

// WithoutPauses calls noted with each pause instead of waiting.
func (o Options) WithoutPauses(noted func(time.Duration)) Options {
	o.backoff = func(int) time.Duration { return 0 }
	o.pause = func(ctx context.Context, d time.Duration) error { noted(d); return ctx.Err() }
	return o
}
