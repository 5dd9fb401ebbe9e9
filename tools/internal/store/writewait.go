package store

import (
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// answerWaits is how many waits for an answer a request gets that puts
// something: stores digest it first.
const answerWaits = 5

// patient is an HTTP client that ends each request that stalls: when no byte of
// it is taken, when no answer comes, when the answer pauses.
type patient struct {
	client        s3.HTTPClient
	header, stall time.Duration
}

func (p *patient) Do(r *http.Request) (*http.Response, error) {
	w := newWatch(r.Context())
	wait := p.header
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		wait *= answerWaits
	}
	r = r.WithContext(w.ctx)
	timer := time.AfterFunc(wait, func() { w.cancel(errStalled) })
	var up *upload
	if r.Body != nil && r.Body != http.NoBody {
		up = &upload{ReadCloser: r.Body, timer: timer, stall: p.stall, answer: wait}
		r.Body = up
	}
	response, err := p.client.Do(r)
	if up != nil {
		up.finish()
	}
	timer.Stop()
	if err != nil {
		err = w.cause(err)
		w.cancel(nil)
		return nil, err
	}
	response.Body = &watched{response.Body, w, p.stall}
	return response, nil
}

// upload is the body of a request. Only the time counts in which the network is
// waited for.
type upload struct {
	io.ReadCloser
	timer         *time.Timer
	stall, answer time.Duration

	mu   sync.Mutex
	done bool
}

func (u *upload) Read(p []byte) (int, error) {
	u.mu.Lock()
	if !u.done {
		u.timer.Stop()
	}
	u.mu.Unlock()
	n, err := u.ReadCloser.Read(p)
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.done:
	case err != nil:
		u.timer.Reset(u.answer)
	default:
		u.timer.Reset(u.stall)
	}
	return n, err
}

// finish says that an answer is there.
func (u *upload) finish() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.done = true
}
