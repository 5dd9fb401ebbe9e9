package index

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
)

// silent does something when the server has done what it was asked for, before the
// client hears of it.
type silent struct {
	http.ResponseWriter
	do func()
}

func (s silent) WriteHeader(int) {
	s.do()
	panic(http.ErrAbortHandler)
}

// half does something when half of a body was read.
type half struct {
	io.ReadCloser
	left int64
	do   func()
}

func (h *half) Read(p []byte) (int, error) {
	if h.left <= 0 {
		h.do()
		return 0, io.ErrUnexpectedEOF
	}
	n, err := h.ReadCloser.Read(p[:min(int64(len(p)), h.left)])
	h.left -= int64(n)
	return n, err
}

// TestPublishedKilled kills the publisher of the second build's index at each of its
// requests, before it reached the server, in the middle of its body and when the
// server has done it. What is there then promises nothing that is not, and the same
// call ends it.
func TestPublishedKilled(t *testing.T) {
	w := newWorld(t)
	binary.Of(t, "wheelmanifest")
	first, second := w.first(), w.second()
	g := store.Start(t)
	b := bucket{w, g, "killed-never"}
	b.publish(first)
	b.done(b.index("first"))
	b.publish(second)
	before := b.objects()
	require.Equal(t, 2, promises(t, before))
	yank := "--yank=" + core + "==" + coreVersion + "=bad"
	g.Break(nil)
	b.done(b.index("second", yank))
	steps := g.Requests()
	want := b.objects()
	require.Equal(t, 5, promises(t, want))
	kills := 0
	for n := 1; n <= len(steps); n++ {
		method, _, _ := strings.Cut(steps[n-1], " ")
		for _, when := range []string{"before", "amid", "after"} {
			if when == "amid" && method != http.MethodPut || when == "after" && method != http.MethodPut && method != http.MethodDelete {
				continue // it has no body, or changes nothing
			}
			t.Run(fmt.Sprintf("%s %d", when, n), func(t *testing.T) {
				w := *w
				w.t = t
				b := bucket{&w, g, fmt.Sprintf("killed-%s-%d", when, n)}
				g.Break(nil)
				for key, data := range before {
					g.Put(t, b.prefix+"/"+key, []byte(data))
				}
				call := b.index("second", yank)
				var started sync.WaitGroup
				started.Add(1)
				killed := false
				kill := func() {
					started.Wait()
					killed = true
					_ = call.Process.Kill()
				}
				g.Break(func(at int, rw http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
					switch {
					case at != n:
						return rw, false
					case when == "after":
						return silent{rw, kill}, false
					case when == "amid":
						r.Body = &half{r.Body, r.ContentLength / 2, kill}
						return rw, false
					}
					kill()
					panic(http.ErrAbortHandler)
				})
				require.NoError(t, call.Start())
				started.Done()
				err := call.Wait()
				g.Break(nil)
				require.True(t, killed, "request %d was never made", n)
				var exit *exec.ExitError
				require.True(t, errors.As(err, &exit) && !exit.Exited(), "it was killed")
				there := b.objects()
				listed := promises(t, there)
				for key, data := range before {
					if !strings.HasPrefix(key, "simple/") && key != "requirements.txt" && key != "SHA256SUMS" {
						assert.Equal(t, data, there[key], "%s was overwritten or is gone", key)
					}
				}
				b.done(b.index("second", yank))
				assert.Equal(t, want, b.objects(), "it was not brought to its end")
				kills++
				t.Logf("killed %-6s %-40s  %d wheels listed, each of them there; run again: 5", when, short(steps[n-1]), listed)
			})
		}
	}
	t.Logf("killed %d times at %d requests: nothing promised that is not there, nothing lost", kills, len(steps))
}

// TestPublishedThroughFaults breaks the requests of a publisher that writes a page:
// what can be mended is, what cannot is said, and nothing half stays.
func TestPublishedThroughFaults(t *testing.T) {
	w := newWorld(t)
	binary.Of(t, "wheelmanifest")
	first, second := w.first(), w.second()
	g := store.Start(t)
	b := bucket{w, g, "faults-none"}
	b.publish(first)
	b.done(b.index("first"))
	b.publish(second)
	before := b.objects()
	b.done(b.index("second"))
	want := b.objects()
	page := store.Is(http.MethodPut, "/simple/"+core+"/index.json")
	writes := func(r *http.Request) bool {
		return r.Method == http.MethodPut && !strings.Contains(r.URL.Path, "probe")
	}
	every := func(*http.Request) bool { return true }
	for _, test := range []struct {
		name  string
		fault store.Fault
		exit  int
		say   string
	}{
		{"503 twice", store.On(page, store.First(2, store.Refuse(http.StatusServiceUnavailable, "SlowDown"))), 0, ""},
		{"409 twice", store.On(page, store.First(2, store.Refuse(http.StatusConflict, "ConditionalRequestConflict"))), 0, ""},
		{"412 twice", store.On(page, store.First(2, store.Refuse(http.StatusPreconditionFailed, "PreconditionFailed"))), 0, ""},
		{"connection cut", store.On(page, store.First(1, store.Sever)), 0, ""},
		{"answer lost", store.On(page, store.First(1, store.Lose)), 0, ""},
		{"three answers lost", store.On(writes, store.First(3, store.Lose)), 0, ""},
		{"bytes changed on the way", store.On(page, store.Corrupt), 3, "[publication_failed]"},
		{"403 on a page", store.On(page, store.Refuse(http.StatusForbidden, "AccessDenied")), 3, "s3:PutObject"},
		{"403 on lists", store.On(store.Is(http.MethodGet, "/"+store.Bucket), store.Refuse(http.StatusForbidden, "AccessDenied")), 3, "s3:ListBucket"},
		{"the store ignores conditions", store.On(every, store.Unconditional), 3, "[publication_failed]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := *w
			w.t = t
			b := bucket{&w, g, "faults-" + strings.ReplaceAll(test.name, " ", "-")}
			g.Break(nil)
			for key, data := range before {
				g.Put(t, b.prefix+"/"+key, []byte(data))
			}
			g.Break(test.fault)
			call := b.index("second")
			output, err := call.CombinedOutput()
			asked := len(g.Requests())
			g.Break(nil)
			exit := call.ProcessState.ExitCode()
			assert.Equal(t, test.exit, exit, "%v: %s", err, output)
			assert.Contains(t, string(output), test.say)
			assert.NotContains(t, string(output), "gateway-s3cret")
			listed := promises(t, b.objects())
			if test.exit == 0 {
				assert.Equal(t, want, b.objects())
			}
			b.done(b.index("second"))
			assert.Equal(t, want, b.objects())
			t.Logf("%-30s exit %d  %3d requests  %d wheels listed, each of them there; run again: 5", test.name, exit, asked, listed)
		})
	}
}

// short is a request without what is the same in all.
func short(request string) string {
	method, key, _ := strings.Cut(strings.TrimSpace(request), " ")
	key = strings.TrimPrefix(strings.TrimPrefix(key, "/"+store.Bucket), "/killed-never/")
	key = strings.NewReplacer("rules-pytorch-manifest-never-published-", "", "rules_pytorch_manifest_never_published_", "").Replace(key)
	switch {
	case key == "":
		key = "the list"
	case strings.HasPrefix(key, ".wheelmanifest-"):
		key = "the probe"
	case strings.HasSuffix(key, ".metadata"):
		key = path.Base(key)
	}
	return method + " " + key
}
