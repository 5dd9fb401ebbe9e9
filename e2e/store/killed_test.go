package store

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A process that is killed at any request leaves nothing half, and the next one
// ends what it began.
func TestKilled(t *testing.T) {
	driverProgram(t)
	g := StartProcess(t)
	for kind, size := range map[string]int{"request": 100_000, "parts": 9 << 20} {
		f := newFile(t, random(size))
		for name, lose := range map[string]Fault{"before": Sever, "after": Lose} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				for at, killed := 1, true; killed; at++ {
					killed = kill(t, g, f, fmt.Sprintf("%s-%s-%d.whl", kind, name, at), at, lose)
				}
			})
		}
	}
}

// kill kills a driver at its request number at, and says whether it came to it.
func kill(t *testing.T, g *Gateway, f file, key string, at int, lose Fault) (killed bool) {
	d := drive(t, place, g.Environment()...)
	if len(f.text) > 8<<20 { // what probes is past
		require.True(t, d.do(newFile(t, key+f.text).create("warm-"+key)).Sent)
	}
	g.Break(func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		if n != at {
			return w, false
		}
		assert.NoError(t, d.process.Process.Kill())
		return lose(n, w, r)
	})
	_, err := d.try(f.create(key))
	g.Break(nil)
	got, _ := g.Get(t, "a/b/"+key)
	assert.True(t, got == nil || sum(string(got)) == f.sha256, "half of it is there")
	again := drive(t, place, g.Environment()...).do(f.create(key))
	assert.Empty(t, again.Error)
	// What the killed one sent may have come to its end since we looked.
	assert.False(t, got != nil && again.Sent, "what was there was sent again")
	whole, _ := g.Get(t, "a/b/"+key)
	assert.Equal(t, f.sha256, sum(string(whole)))
	t.Logf("killed at request %d: %v; was there: %v; then sent: %v", at, err != nil, got != nil, again.Sent)
	return err != nil
}
