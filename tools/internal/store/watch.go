package store

import (
	"context"
	"io"
	"time"
)

// watch ends a request that stalls. It counts only the time in which the network
// is waited for.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func newWatch(ctx context.Context) *watch {
	ctx, cancel := context.WithCancelCause(ctx)
	return &watch{ctx, cancel}
}

// over gives a wait its bound; the function it returns ends the wait.
func (w *watch) over(d time.Duration) func() bool {
	return time.AfterFunc(d, func() { w.cancel(errStalled) }).Stop
}

// cause is the reason behind an error of a request: that it stalled, where it
// did.
func (w *watch) cause(err error) error {
	if context.Cause(w.ctx) == errStalled {
		return errStalled
	}
	return err
}

// watched is a body under a watch.
type watched struct {
	io.ReadCloser
	watch *watch
	stall time.Duration
}

func (b *watched) Read(p []byte) (int, error) {
	stop := b.watch.over(b.stall)
	n, err := b.ReadCloser.Read(p)
	stop()
	if err != nil && err != io.EOF {
		err = b.watch.cause(err)
	}
	return n, err
}

func (b *watched) Close() error {
	b.watch.cancel(context.Canceled)
	return b.ReadCloser.Close()
}
