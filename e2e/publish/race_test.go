package publish

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
)

// together runs calls side by side.
func together(t *testing.T, calls ...*exec.Cmd) []answer {
	answers := make([]answer, len(calls))
	var group sync.WaitGroup
	for i, c := range calls {
		group.Go(func() { answers[i] = finish(t, c) })
	}
	group.Wait()
	return answers
}

// TestRace lets publishers run at once: of one release, of two that want the same
// keys, and of many runs that move one pointer.
func TestRace(t *testing.T) {
	r, other := newRelease(t, "10", "2", "a build"), newRelease(t, "11", "1", "another build")
	var runs []*release
	for n := range 6 {
		runs = append(runs, newRelease(t, fmt.Sprint(95+n), "1", "a build"))
	}
	g := store.Start(t)
	t.Run("one release, four publishers", func(t *testing.T) {
		prefix := t.Name()
		g.Break(nil)
		answers := together(t, r.publish(t, g, prefix), r.publish(t, g, prefix), r.publish(t, g, prefix), r.publish(t, g, prefix))
		sent := 0
		for _, a := range answers {
			assert.Zero(t, a.exit, a.stderr)
			sent += strings.Count(a.stdout, "sent  ")
		}
		assert.LessOrEqual(t, sent, 4, "each object is sent by one publisher")
		now := consistent(t, g, prefix, nil)
		r.complete(t, now)
		row{"four publishers of one release", answers[0], answers[1], len(g.Requests()), now}.log(t, r)
	})
	t.Run("two releases that want the same keys", func(t *testing.T) {
		prefix := t.Name()
		// Both have looked and found nothing before either of them sends.
		var looked sync.WaitGroup
		looked.Add(2)
		var arrivals sync.Map
		g.Break(store.On(probes, func(_ int, w http.ResponseWriter, q *http.Request) (http.ResponseWriter, bool) {
			if _, again := arrivals.LoadOrStore(q.URL.Path, true); !again && q.Method == http.MethodPut {
				looked.Done()
				looked.Wait()
			}
			return w, false
		}))
		answers := together(t, r.publish(t, g, prefix), other.publish(t, g, prefix))
		asked := len(g.Requests())
		g.Break(nil)
		now := consistent(t, g, prefix, nil)
		won := 0
		for i, one := range []*release{r, other} {
			if answers[i].exit == 0 {
				won++
				one.complete(t, now)
				continue
			}
			assert.Equal(t, 1, answers[i].exit, answers[i].stderr)
			assert.Contains(t, answers[i].stderr, "[publication_other_bytes]")
			assert.Empty(t, now[one.key()])
		}
		// Each may have got one of the two wheels: then neither has a manifest.
		assert.LessOrEqual(t, won, 1)
		row{"two releases that want the same keys", answers[0], answers[1], asked, now}.log(t, r)
	})
	t.Run("six runs, one pointer", func(t *testing.T) {
		prefix := t.Name()
		var calls []*exec.Cmd
		for _, one := range runs {
			calls = append(calls, one.publish(t, g, prefix))
		}
		answers := together(t, calls...)
		for _, a := range answers {
			assert.Zero(t, a.exit, a.stderr)
		}
		now := consistent(t, g, prefix, nil)
		newest := runs[len(runs)-1]
		data, _ := g.Get(t, prefix+"/"+pointer)
		require.NotEmpty(t, data)
		assert.Equal(t, target{newest.key(), newest.sums[newest.key()], "100", "1"}, pointed(t, data), "100 is newer than 99, and not older")
		// An older run that comes late leaves it alone.
		late := finish(t, runs[0].publish(t, g, prefix))
		assert.Zero(t, late.exit, late.stderr)
		assert.Contains(t, late.stdout, "newer there")
		after := consistent(t, g, prefix, now)
		assert.Equal(t, now[pointer], after[pointer])
		row{"six runs move one pointer", answers[0], late, len(g.Requests()), after}.log(t, newest)
	})
}
