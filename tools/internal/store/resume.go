package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"time"
)

const (
	// attempts is how often something is tried in all.
	attempts = 5
	// progress is how many bytes make the tries new.
	progress = 1 << 20
	// The pauses between tries.
	shortPause, longPause, askedPause = 500 * time.Millisecond, 8 * time.Second, time.Minute
)

// backoff is how long to wait after a try that failed, the first one being 1:
// half of it by chance, so that many readers do not come back together.
func backoff(try int) time.Duration {
	whole := min(shortPause<<(try-1), longPause)
	return whole/2 + rand.N(whole/2)
}

// pause waits, or returns early where the context ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// part is the body of one response: a file from some byte on.
type part struct {
	body io.ReadCloser
	from int64
	// size is that of the whole file, -1 where it is not told.
	size int64
}

// opener opens a file at a byte, or at 0 where it cannot do that. It makes its
// own tries.
type opener func(ctx context.Context, from int64) (part, error)

// resumed reads a file over as many connections as it takes.
type resumed struct {
	ctx   context.Context
	where string
	open  opener
	o     Options

	body     io.ReadCloser // nil where it must be opened
	at, left int64
	size     int64     // -1 until it is told
	sum      hash.Hash // of what was delivered
	tries    int
	mark     int64 // where tries was 0
	err      error
}

func newResumed(ctx context.Context, where string, limit int64, o Options, open opener) *resumed {
	return &resumed{ctx: ctx, where: where, open: open, o: o, left: limit, size: -1, sum: sha256.New()}
}

// begun opens the file, so that it is known at once whether it is there.
func (r *resumed) begun(where string) (io.ReadCloser, string, error) {
	if err := r.begin(); err != nil {
		return nil, where, fail(r.where, err)
	}
	return r, where, nil
}

func (r *resumed) Read(p []byte) (int, error) {
	for r.err == nil {
		n, err := r.once(p)
		if n > 0 || err == nil {
			return n, nil
		}
		if err == io.EOF || r.ctx.Err() != nil || errors.Is(err, ErrChanged) {
			r.stop(err)
			break
		}
		if err := r.broke(err); err != nil {
			r.stop(err)
		}
	}
	return 0, r.err
}

// once reads from the body at hand.
func (r *resumed) once(p []byte) (int, error) {
	if r.left <= 0 || r.at == r.size {
		return 0, io.EOF
	}
	if r.body == nil {
		if err := r.begin(); err != nil {
			return 0, err
		}
	}
	n, err := r.body.Read(p[:min(int64(len(p)), r.left)])
	if r.size >= 0 && r.at+int64(n) > r.size {
		return 0, ErrChanged
	}
	r.sum.Write(p[:n])
	r.at += int64(n)
	r.left -= int64(n)
	if err == io.EOF && r.at < r.size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// begin opens the file where reading broke off, or at its start.
func (r *resumed) begin() error {
	p, err := r.open(r.ctx, r.at)
	if err != nil {
		return &final{err}
	}
	if r.size >= 0 && p.size >= 0 && p.size != r.size {
		p.body.Close()
		return ErrChanged
	}
	if r.size < 0 {
		r.size = p.size
	}
	r.body = p.body
	if p.from == r.at {
		return nil
	}
	return r.skip()
}

// skip reads what was delivered already, which must be the same.
func (r *resumed) skip() error {
	again := sha256.New()
	n, err := io.CopyN(again, r.body, r.at)
	switch {
	case err == io.EOF && n < r.at, err == nil && !bytes.Equal(again.Sum(nil), r.sum.Sum(nil)):
		return ErrChanged
	}
	return err
}

// final is an error that another try would not change.
type final struct{ err error }

func (f *final) Error() string { return f.err.Error() }
func (f *final) Unwrap() error { return f.err }

// broke waits before the next try, or says why there is none.
func (r *resumed) broke(err error) error {
	if last, ok := errors.AsType[*final](err); ok {
		return last.err
	}
	r.close()
	if r.at-r.mark >= progress {
		r.tries, r.mark = 0, r.at
	}
	if r.tries++; r.tries == attempts {
		return fmt.Errorf("broke off after %d bytes, %d times: %w", r.at, attempts, err)
	}
	return r.o.pause(r.ctx, r.o.backoff(r.tries))
}

// stop ends reading for good.
func (r *resumed) stop(err error) {
	r.close()
	if r.ctx.Err() != nil {
		err = r.ctx.Err()
	}
	if err != io.EOF {
		err = fail(r.where, err)
	}
	r.err = err
}

func (r *resumed) close() {
	if r.body != nil {
		r.body.Close()
		r.body = nil
	}
}

func (r *resumed) Close() error {
	r.close()
	if r.err == nil {
		r.err = fail(r.where, errors.New("is closed"))
	}
	return nil
}
