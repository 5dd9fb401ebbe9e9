package index

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
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
