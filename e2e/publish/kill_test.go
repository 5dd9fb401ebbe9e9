package publish

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
)

// dying does something when half of a body was read.
type dying struct {
	io.ReadCloser
	left int64
	die  func()
}

func (d *dying) Read(p []byte) (int, error) {
	if d.left <= 0 {
		d.die()
		return 0, io.ErrUnexpectedEOF
	}
	n, err := d.ReadCloser.Read(p[:min(int64(len(p)), d.left)])
	d.left -= int64(n)
	return n, err
}

// deaf does something when the server has done what it was asked for, before the
// client hears of it.
type deaf struct {
	http.ResponseWriter
	die func()
}

func (d deaf) WriteHeader(int) {
	d.die()
	panic(http.ErrAbortHandler)
}

// TestKilled kills the publisher, as the system does that gives no warning, at each
// of its requests: before it reached the server, in the middle of its body, and
// when the server has done it. Then it is run again.
func TestKilled(t *testing.T) {
	r := newRelease(t, "10", "2", "a build")
	g := store.Start(t)
	g.Break(nil)
	a := finish(t, r.publish(t, g, "killed-never", "--jobs=1"))
	require.Zero(t, a.exit, a.stderr)
	steps := g.Requests()
	require.Greater(t, len(steps), 10)
	for n := 1; n <= len(steps); n++ {
		for _, when := range []string{"before", "amid", "after"} {
			if when == "amid" && !strings.HasPrefix(steps[n-1], http.MethodPut) {
				continue // it has no body
			}
			t.Run(fmt.Sprintf("%s %d", when, n), func(t *testing.T) {
				prefix := fmt.Sprintf("killed-%s-%d", when, n)
				c := r.publish(t, g, prefix, "--jobs=1")
				var started sync.WaitGroup
				started.Add(1)
				killed := false
				kill := func() {
					started.Wait()
					killed = true
					_ = c.Process.Kill()
				}
				g.Break(func(at int, w http.ResponseWriter, q *http.Request) (http.ResponseWriter, bool) {
					switch {
					case at != n:
					case when == "before":
						kill()
						panic(http.ErrAbortHandler)
					case when == "after":
						return deaf{w, kill}, false
					case q.ContentLength > 1:
						q.Body = &dying{q.Body, q.ContentLength / 2, kill}
					}
					return w, false
				})
				require.NoError(t, c.Start())
				started.Done()
				wait(c)
				g.Break(nil)
				require.True(t, killed, "request %d was never made", n)
				assert.False(t, c.ProcessState.Exited(), "it was killed")
				now := consistent(t, g, prefix, nil)
				again := finish(t, r.publish(t, g, prefix))
				assert.Zero(t, again.exit, again.stderr)
				after := consistent(t, g, prefix, now)
				r.complete(t, after)
				assert.NotEmpty(t, after[pointer])
				row{fmt.Sprintf("killed %s %s", when, method(steps[n-1])), answer{exit: c.ProcessState.ExitCode()}, again, n, now}.log(t, r)
			})
		}
	}
}

// method is a request without what is the same in all.
func method(request string) string {
	verb, path, _ := strings.Cut(strings.TrimSpace(request), " ")
	if at := strings.LastIndex(path, "/"); at >= 0 {
		path = path[at+1:]
	}
	if strings.HasPrefix(path, ".wheelmanifest-") {
		path = "the probe"
	}
	return verb + " " + path
}
