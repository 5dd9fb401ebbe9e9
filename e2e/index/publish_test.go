package index

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/store"
)

// bucket is a prefix of a real S3 server to which the builds of a world are
// published.
type bucket struct {
	*world
	g      *store.Gateway
	prefix string
}

func (b bucket) place() string { return "s3://" + store.Bucket + "/" + b.prefix }

// call runs wheelmanifest with the gateway's credentials.
func (b bucket) call(args ...string) *exec.Cmd {
	c := exec.Command(binary.Of(b.t, "wheelmanifest"), args...)
	c.Env = append(os.Environ(), b.g.Environment()...)
	return c
}

// publish puts wheels and manifest of a build there.
func (b bucket) publish(manifest string) {
	b.t.Helper()
	output, err := b.call("publish", manifest, "--wheels="+b.root(), "--to="+b.place(), "--manifest-key=runs/"+filepath.Base(manifest)).CombinedOutput()
	require.NoError(b.t, err, "%s", output)
}

// index is a call that publishes the index, by somebody who has the wheels of one
// build.
func (b bucket) index(build string, more ...string) *exec.Cmd {
	return b.call(append([]string{"index", "--to=" + b.place(), "--wheels=" + b.root(build), "--jobs=1", "--format=text"}, more...)...)
}

// done is a call that must succeed.
func (b bucket) done(c *exec.Cmd) string {
	b.t.Helper()
	output, err := c.CombinedOutput()
	require.NoError(b.t, err, "%s", output)
	return string(output)
}

// objects are what lies there, by key, without the probes of publishers that were
// killed.
func (b bucket) objects() map[string]string {
	b.t.Helper()
	found := map[string]string{}
	for _, key := range b.g.Keys(b.t, b.prefix+"/") {
		data, _ := b.g.Get(b.t, key)
		if key = strings.TrimPrefix(key, b.prefix+"/"); !strings.HasPrefix(key, ".wheelmanifest-") {
			found[key] = string(data)
		}
	}
	return found
}

type listing struct {
	Projects []struct{ Name string }
	Files    []struct {
		Filename, URL string
		Hashes        map[string]string
		Core          map[string]string `json:"core-metadata"`
	}
}

// promises makes sure that what the pages promise is there, and says how many
// wheels they list.
func promises(t *testing.T, objects map[string]string) (wheels int) {
	t.Helper()
	for key, data := range objects {
		folder, file := path.Split(key)
		if !strings.HasPrefix(folder, "simple/") {
			continue
		}
		if file == "index.html" {
			for link := range strings.SplitSeq(data, "<a ") {
				from, after, is := strings.Cut(link, `#sha256=`)
				if _, from, _ = strings.Cut(from, `href="`); is {
					assert.Equal(t, after[:64], sum(objects[target(t, folder, from)]), "%s promises %s", key, from)
				}
				if _, core, is := strings.Cut(link, ` data-core-metadata="sha256=`); is {
					assert.Equal(t, core[:64], sum(objects[target(t, folder, from)+".metadata"]), "%s promises METADATA of %s", key, from)
				}
			}
			continue
		}
		var p listing
		require.NoError(t, json.Unmarshal([]byte(data), &p), key)
		for _, one := range p.Projects {
			assert.Contains(t, objects, "simple/"+one.Name+"/index.html", key)
			assert.Contains(t, objects, "simple/"+one.Name+"/index.json", key)
		}
		for _, f := range p.Files {
			wheels++
			at := target(t, folder, f.URL)
			assert.Equal(t, f.Hashes["sha256"], sum(objects[at]), "%s promises %s", key, at)
			if core := f.Core["sha256"]; core != "" {
				assert.Equal(t, core, sum(objects[at+".metadata"]), "%s promises METADATA of %s", key, at)
			}
		}
	}
	return wheels
}

// target is the key that a link leads to.
func target(t *testing.T, folder, link string) string {
	t.Helper()
	link, err := url.PathUnescape(link)
	require.NoError(t, err)
	return path.Join(folder, link)
}

func sum(data string) string {
	s := sha256.Sum256([]byte(data))
	return hex.EncodeToString(s[:])
}

// TestPublished: two publishers make the index of one bucket at once, each with the
// wheels of its own build, and installers find both builds in it. Then the bucket
// is served.
func TestPublished(t *testing.T) {
	c := newClients(t)
	w := newWorld(t)
	binary.Of(t, "wheelmanifest")
	first, second := w.first(), w.second()
	b := bucket{w, store.Start(t), "whl"}
	b.publish(first)
	b.publish(second)
	// Both have read that there is no page before either of them writes one.
	var looked sync.WaitGroup
	looked.Add(2)
	var probes sync.Map
	b.g.Break(func(_ int, rw http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		if _, again := probes.LoadOrStore(r.URL.Path, true); r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/.wheelmanifest-probe-") && !again {
			looked.Done()
			looked.Wait()
		}
		return rw, false
	})
	calls := []*exec.Cmd{b.index("first"), b.index("second", "--yank", core+"==1.1=<b>wrong</b> & \"bad\"", "--yank", fussy+"==2.0")}
	output := make([]bytes.Buffer, len(calls))
	for i, call := range calls {
		call.Stdout, call.Stderr = &output[i], &output[i]
		require.NoError(t, call.Start())
	}
	for i, call := range calls {
		require.NoError(t, call.Wait(), output[i].String())
	}
	puts := map[string]int{}
	for _, request := range b.g.Requests() {
		if key, is := strings.CutPrefix(strings.TrimSpace(request), "PUT /"+store.Bucket+"/whl/"); is && !strings.HasPrefix(key, ".wheelmanifest-") {
			puts[key]++
		}
	}
	b.g.Break(nil)
	objects := b.objects()
	assert.Equal(t, 5, promises(t, objects))
	assert.Greater(t, puts["simple/"+app+"/index.json"], 1, "they did meet: %v", puts)
	t.Logf("two publishers, one index: %d pages and lists put with %d requests, 5 wheels listed, nothing lost", 2+2+2*3, total(puts)-5)
	again := b.done(b.index("first"))
	assert.Contains(t, again, "an index of 5 wheels in 2 manifests: 15 already there")

	for key, want := range map[string][2]string{
		"simple/index.html":    {"text/html; charset=utf-8", "no-cache"},
		"simple/index.json":    {typeJSON, "no-cache"},
		"requirements.txt":     {"text/plain; charset=utf-8", "no-cache"},
		metadataOf(app, "2.0"): {"text/plain; charset=utf-8", "public, max-age=31536000, immutable"},
	} {
		got, err := b.g.Client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(store.Bucket), Key: aws.String("whl/" + key)})
		require.NoError(t, err, key)
		assert.Equal(t, want, [2]string{aws.ToString(got.ContentType), aws.ToString(got.CacheControl)}, key)
	}

	served := t.TempDir()
	for key, data := range objects {
		name := filepath.Join(served, filepath.FromSlash(key))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(data), 0o644))
	}
	for name, serve := range map[string]func(*testing.T, string) server{"files": static, "negotiated": negotiating} {
		s := serve(t, served)
		for client, install := range map[string][]string{
			"pip": {"pip", "install", "--index-url", s.url},
			"uv":  {"uv", "pip", "install", "--python", c.python, "--index-url", s.url},
		} {
			t.Run(name+"/"+client, func(t *testing.T) {
				output, err := c.run(append(install, app, fussy)...)
				require.NoError(t, err, output)
				assert.Equal(t, map[string]string{app: "2.0", core: coreVersion, fussy: "1.0"}, c.installed(t), "of both builds, and not what is yanked")
				output, err = c.run(append(install, "--require-hashes", "-r", filepath.Join(served, "requirements.txt"))...)
				require.NoError(t, err, output)
				assert.Equal(t, map[string]string{app: "2.0", core: coreVersion, fussy: "1.0"}, c.installed(t))
			})
		}
		t.Run(name+"/pip download", func(t *testing.T) {
			into := t.TempDir()
			output, err := c.run("pip", "download", "--index-url", s.url, "--dest", into, app)
			require.NoError(t, err, output)
			for _, name := range []string{file(app, "2.0"), file(core, coreVersion)} {
				assert.Equal(t, read(t, w.root("first", name)), read(t, filepath.Join(into, name)))
			}
		})
	}
	sums := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	sums.Dir = served
	said, err := sums.CombinedOutput()
	assert.NoError(t, err, "%s", said)
}

// TestPublishedBySix: six builds of one project come at once, each published and
// indexed by itself. Nobody gives up, and none is lost.
func TestPublishedBySix(t *testing.T) {
	w := newWorld(t)
	var builds, manifests []string
	for n := range 6 {
		builds = append(builds, fmt.Sprintf("build%d", n))
		manifests = append(manifests, w.build(builds[n], map[string]string{file(core, fmt.Sprintf("1.%d", n)): ""}))
	}
	b := bucket{w, store.Start(t), "six"}
	b.g.Break(nil)
	said := make([]string, len(builds))
	var group sync.WaitGroup
	for n := range builds {
		group.Go(func() {
			for _, call := range []*exec.Cmd{
				b.call("publish", manifests[n], "--wheels="+b.root(), "--to="+b.place(), "--manifest-key=runs/"+builds[n]+".json", "--quiet"),
				b.index(builds[n], "--quiet"),
			} {
				if output, err := call.CombinedOutput(); err != nil {
					said[n] += fmt.Sprintf("%v: %s", err, output)
				}
			}
		})
	}
	group.Wait()
	assert.Equal(t, make([]string, len(builds)), said)
	puts := 0
	for _, request := range b.g.Requests() {
		if strings.HasPrefix(request, "PUT /"+store.Bucket+"/six/simple/"+core+"/index.json") {
			puts++
		}
	}
	objects := b.objects()
	assert.Equal(t, len(builds), promises(t, objects))
	for _, name := range []string{"index.json", "index.html"} {
		assert.Equal(t, len(builds), strings.Count(objects["simple/"+core+"/"+name], "core-metadata\"")+strings.Count(objects["simple/"+core+"/"+name], " data-core-metadata="), name)
	}
	assert.Contains(t, objects["requirements.txt"], core+"==1.5")
	t.Logf("six publishers of one project: its page was put with %d requests, 6 wheels listed with METADATA, nobody gave up", puts)
}

func total(counts map[string]int) (n int) {
	for _, one := range counts {
		n += one
	}
	return n
}

func metadataOf(project, version string) string {
	return project + "/" + file(project, version) + ".metadata"
}

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
