package index

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

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
