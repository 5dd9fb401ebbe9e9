package publish

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
)

var (
	wheels    = store.Is(http.MethodPut, ".whl")
	wheel1    = store.Is(http.MethodPut, torch)
	manifests = store.Is(http.MethodPut, "release-2.9.json")
	pointers  = store.Is(http.MethodPut, pointer)
	probes    = func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/.wheelmanifest-") }
)

// once does something at the first request of a kind, and lets it through.
func once(is func(*http.Request) bool, do func()) store.Fault {
	var begun atomic.Bool // what is done may ask the same again
	return store.On(is, func(_ int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
		if begun.CompareAndSwap(false, true) {
			do()
		}
		return w, false
	})
}

func both(a, b store.Fault) store.Fault {
	return func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		w, broken := a(n, w, r)
		if broken {
			return w, true
		}
		return b(n, w, r)
	}
}

// TestFaults breaks one publication in each way, looks at what is there, and
// publishes again without the fault.
func TestFaults(t *testing.T) {
	r := newRelease(t, "10", "2", "a build")
	other := newRelease(t, "7", "1", "another build")
	g := store.Start(t)
	for _, test := range []struct {
		name  string
		fault store.Fault
		exit  int
		// words are in what is said.
		words []string
		// there says which of the release must be there then: 'm' the manifest, 'p'
		// the pointer, '-' neither.
		there string
	}{
		{"nothing", nil, 0, nil, "mp"},
		{"403 for a wheel", store.On(wheel1, store.Refuse(403, "AccessDenied")), 3, []string{"the credentials lack s3:PutObject"}, "-"},
		{"403 for the manifest", store.On(manifests, store.Refuse(403, "AccessDenied")), 3, []string{"s3:PutObject", "2 of 2 wheels sent, the manifest was not"}, "-"},
		{"403 for the pointer", store.On(pointers, store.Refuse(403, "AccessDenied")), 3, []string{"s3:PutObject", "not all pointers"}, "m"},
		{"403 when reading back", store.On(store.Is(http.MethodHead, ".whl"), store.Refuse(403, "AccessDenied")), 3, []string{"s3:GetObject"}, "-"},
		{"409 twice", store.On(wheel1, store.First(2, store.Refuse(409, "ConditionalRequestConflict"))), 0, nil, "mp"},
		{"409 for good", store.On(wheel1, store.Refuse(409, "ConditionalRequestConflict")), 3, []string{"409"}, "-"},
		{"409 for the pointer, twice", store.On(pointers, store.First(2, store.Refuse(409, "ConditionalRequestConflict"))), 0, nil, "mp"},
		{"412 though nothing is there, once", store.On(wheel1, store.First(1, store.Refuse(412, "PreconditionFailed"))), 0, nil, "mp"},
		{"412 for the pointer, twice", store.On(pointers, store.First(2, store.Refuse(412, "PreconditionFailed"))), 0, nil, "mp"},
		{"429 twice", store.On(wheels, store.First(2, store.Refuse(429, "TooManyRequests"))), 0, nil, "mp"},
		{"500 twice", store.On(wheels, store.First(2, store.Refuse(500, "InternalError"))), 0, nil, "mp"},
		{"500 for the manifest, for good", store.On(manifests, store.Refuse(500, "InternalError")), 3, []string{"500 InternalError"}, "-"},
		{"503 twice, everywhere", store.First(2, store.Refuse(503, "SlowDown")), 0, nil, "mp"},
		{"503 for a wheel, for good", store.On(wheel1, store.Refuse(503, "SlowDown")), 3, []string{"503 SlowDown"}, "-"},
		{"cut before a wheel", store.On(wheel1, store.First(2, store.Sever)), 0, nil, "mp"},
		{"cut after a wheel", store.On(wheels, store.First(1, store.Lose)), 0, nil, "mp"},
		{"cut after the manifest", store.On(manifests, store.First(1, store.Lose)), 0, nil, "mp"},
		{"cut after the pointer", store.On(pointers, store.First(1, store.Lose)), 0, nil, "mp"},
		{"cut before everything, for good", store.Sever, 3, nil, "-"},
		{"slow bodies", store.On(wheels, store.Slow), 0, nil, "mp"},
		{"a wheel that changes on its way", store.On(wheel1, store.Corrupt), 3, []string{"its digest is not that of the file that was verified"}, "-"},
		{"a manifest that changes on its way", store.On(manifests, store.Corrupt), 3, nil, "-"},
		{"a store that claims another checksum", store.On(store.Is(http.MethodHead, ".whl"), store.Claim("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")), 3, []string{"reads back as something else"}, "-"},
		{"a store without checksums, cut when read back", both(
			store.On(store.Is(http.MethodHead, ""), store.Claim("")),
			store.On(store.Is(http.MethodGet, vision), store.First(1, func(_ int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
				return &store.Cut{ResponseWriter: w, Left: 100}, false
			}))), 0, nil, "mp"},
		{"a store that ignores conditions", store.Unconditional, 3, []string{"overwrite"}, "-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			prefix := t.Name()
			before := look(t, g, prefix)
			g.Break(test.fault)
			defer g.Break(nil)
			a := finish(t, r.publish(t, g, prefix))
			asked := len(g.Requests())
			g.Break(nil)
			require.Equal(t, test.exit, a.exit, a.stdout+a.stderr)
			for _, word := range test.words {
				assert.Contains(t, a.stderr, word)
			}
			now := consistent(t, g, prefix, before)
			assert.Equal(t, strings.Contains(test.there, "m"), now[r.key()] != "", "the manifest")
			assert.Equal(t, strings.Contains(test.there, "p"), now[pointer] != "", "the pointer")
			again := finish(t, r.publish(t, g, prefix))
			assert.Zero(t, again.exit, again.stderr)
			r.complete(t, consistent(t, g, prefix, now))
			assert.NotEmpty(t, now[pointer]+look(t, g, prefix)[pointer])
			row{test.name, a, again, asked, now}.log(t, r)
		})
	}

	t.Run("other bytes come between looking and sending", func(t *testing.T) {
		prefix := t.Name()
		g.Break(once(probes, func() {
			first := finish(t, command(t, g.Environment(), "publish", other.manifest, "--wheels="+other.dir, "--to=s3://"+store.Bucket+"/"+prefix, "--expect-dirty=therock"))
			assert.Zero(t, first.exit, first.stderr)
		}))
		a := finish(t, r.publish(t, g, prefix))
		asked := len(g.Requests())
		g.Break(nil)
		assert.Equal(t, 1, a.exit, a.stderr)
		assert.Contains(t, a.stderr, "put there by run 7, attempt 1")
		assert.Contains(t, a.stderr, "new build tag")
		now := consistent(t, g, prefix, nil)
		other.complete(t, now)
		assert.Empty(t, now[r.key()])
		// Now they are there from the start: each is listed, nothing is asked of
		// the place but what is there.
		g.Break(nil)
		again := finish(t, r.publish(t, g, prefix))
		assert.Equal(t, 1, again.exit)
		for k := range r.sums {
			if strings.HasSuffix(k, ".whl") {
				assert.Contains(t, again.stderr, r.sums[k])
				assert.Contains(t, again.stderr, other.sums[k])
			}
		}
		assert.NotContains(t, strings.Join(g.Requests(), "\n"), "PUT")
		consistent(t, g, prefix, now)
		row{"other bytes come between", a, again, asked, now}.log(t, r)
	})
}

// TestFileChanges changes a wheel after it was verified: the probe is the first
// request after that which writes.
func TestFileChanges(t *testing.T) {
	sample := newRelease(t, "10", "2", "a build") // builds what needs the working directory
	require.NotNil(t, sample)
	changes := map[string]func(t *testing.T, path string){
		"one bit": func(t *testing.T, path string) {
			data := read(t, path)
			data[len(data)/2] ^= 1
			require.NoError(t, os.WriteFile(path, data, 0o644))
		},
		"shorter": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 100)) },
		"longer": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, append(read(t, path), 0), 0o644))
		},
		"gone": func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
	}
	releases := map[string]*release{}
	for name := range changes {
		releases[name] = newRelease(t, "10", "2", "a build")
	}
	g := store.Start(t)
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			r, prefix := releases[name], t.Name()
			path := filepath.Join(r.dir, torch)
			good := read(t, path)
			g.Break(once(probes, func() { change(t, path) }))
			a := finish(t, r.publish(t, g, prefix))
			asked := len(g.Requests())
			g.Break(nil)
			assert.Equal(t, 1, a.exit, a.stderr)
			assert.Contains(t, a.stderr, "publication_file_changed")
			now := consistent(t, g, prefix, nil)
			assert.Empty(t, now["torch/"+torch])
			assert.Empty(t, now[r.key()])
			require.NoError(t, os.WriteFile(path, good, 0o644))
			again := finish(t, r.publish(t, g, prefix))
			assert.Zero(t, again.exit, again.stderr)
			r.complete(t, consistent(t, g, prefix, now))
			row{"a wheel changes after it was verified: " + name, a, again, asked, now}.log(t, r)
		})
	}
}
