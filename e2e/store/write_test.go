package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const place = "s3://" + Bucket + "/a/b"

// gateways runs a test against both kinds of server.
func gateways(t *testing.T, test func(t *testing.T, g *Gateway)) {
	driverProgram(t)
	t.Run("in process", func(t *testing.T) { test(t, Start(t)) })
	t.Run("process", func(t *testing.T) { test(t, StartProcess(t)) })
}

// file is content in a file.
type file struct{ path, text, sha256 string }

func newFile(t *testing.T, text string) file {
	path := filepath.Join(t.TempDir(), "content")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return file{path, text, sum(text)}
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// create is the order to put it under a key, as it was verified.
func (f file) create(key string) order {
	return order{
		"Do": "create", "Key": key, "File": f.path, "SHA256": f.sha256, "Size": len(f.text), "Type": "application/zip",
		"CacheControl": "public, max-age=31536000, immutable", "Metadata": map[string]string{"run-id": "7"},
	}
}

// completes are the requests that make an object of either kind readable.
func completes(r *http.Request) bool {
	return r.Method == http.MethodPut && r.URL.Query().Get("uploadId") == "" || r.Method == http.MethodPost && r.URL.Query().Get("uploadId") != ""
}

// sends are those that hold an object's bytes.
func sends(r *http.Request) bool { return r.Method == http.MethodPut }

// of leaves probes alone.
func of(is func(*http.Request) bool) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, ".whl") && is(r) }
}

// The faults of one Create, and what comes of it. Whatever comes, a second one
// without the fault finds or makes the object, and no upload stays open.
var faults = []struct {
	name  string
	fault func() Fault
	// end is sent, there, or a part of the error.
	end string
	// left says that the object is there after an error.
	left bool
}{
	{"none", func() Fault { return nil }, "sent", false},
	{"403", func() Fault { return On(of(completes), Refuse(403, "AccessDenied")) }, "403 AccessDenied a \\u202emessage\\x0a::error::: the credentials lack s3:PutObject", false},
	{"404, no bucket", func() Fault { return On(of(completes), Refuse(404, "NoSuchBucket")) }, "404 NoSuchBucket", false},
	{"409, twice", func() Fault { return On(of(completes), First(2, Refuse(409, "ConditionalRequestConflict"))) }, "sent", false},
	{"409, always", func() Fault { return On(of(completes), Refuse(409, "ConditionalRequestConflict")) }, "409 ConditionalRequestConflict", false},
	{"412, nothing there", func() Fault { return On(of(completes), First(1, Refuse(412, "PreconditionFailed"))) }, "sent", false},
	{"412, always", func() Fault { return On(of(completes), Refuse(412, "PreconditionFailed")) }, "what was there is gone again", false},
	{"429, four times", func() Fault { return On(of(sends), First(4, Refuse(429, "Odd"))) }, "sent", false},
	{"500, twice", func() Fault { return On(of(completes), First(2, Refuse(500, "InternalError"))) }, "sent", false},
	{"503, four times", func() Fault { return On(of(completes), First(4, Refuse(503, "SlowDown"))) }, "sent", false},
	{"503, always", func() Fault { return On(of(completes), Refuse(503, "SlowDown")) }, "503 SlowDown", false},
	{"501", func() Fault { return On(of(completes), Refuse(501, "NotImplemented")) }, "501 NotImplemented", false},
	{"cut before, twice", func() Fault { return On(of(sends), First(2, Sever)) }, "sent", false},
	{"cut before, always", func() Fault { return On(of(sends), Sever) }, "a/b/", false},
	{"cut after, once", func() Fault { return On(of(completes), First(1, Lose)) }, "", false},
	{"cut after, always", func() Fault { return On(of(completes), Lose) }, "a/b/", true},
	{"cut after each part, once", func() Fault { return On(of(sends), First(1, Lose)) }, "", false},
	{"stalls once", func() Fault { return On(of(completes), First(1, Stall)) }, "sent", false},
	{"slow", func() Fault { return On(of(sends), Slow) }, "sent", false},
	{"other bytes arrive", func() Fault { return On(of(sends), Corrupt) }, "refuses what arrived", false},
	{"403 where it is read", func() Fault {
		return both(On(of(completes), First(1, Refuse(412, "PreconditionFailed"))), On(Is(http.MethodHead, ".whl"), Refuse(403, "")))
	}, "the credentials lack s3:GetObject", false},
}

// both are two faults.
func both(a, b Fault) Fault {
	return func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		w, broken := a(n, w, r)
		if broken {
			return w, true
		}
		return b(n, w, r)
	}
}

func TestCreate(t *testing.T) {
	kinds := map[string]file{"request": newFile(t, random(300_000)), "parts": newFile(t, random(9<<20))}
	gateways(t, func(t *testing.T, g *Gateway) {
		d := drive(t, place, append(g.Environment(), "STORE_DRIVER_STALL=700")...)
		for kind, f := range kinds {
			for _, c := range faults {
				t.Run(kind+"/"+c.name, func(t *testing.T) {
					key := "wheel/" + strings.ReplaceAll(c.name, " ", "+") + "-" + kind + ".whl"
					g.Break(c.fault())
					a := d.do(f.create(key))
					asked := len(g.Requests())
					g.Break(nil)
					data, _ := g.Get(t, "a/b/"+key)
					came := a.Error
					switch {
					case a.Sent:
						came = "sent"
					case a.Error == "":
						came = "there"
					default:
						assert.Contains(t, a.Error, place+"/"+key)
						assert.Equal(t, c.left, data != nil, "there after an error")
					}
					assert.Contains(t, came, c.end)
					assert.LessOrEqual(t, asked, 60)
					t.Logf("%-28s %-8s %3d requests: %s", c.name, kind, asked, came)
					assert.Empty(t, g.Uploads(t))

					again := d.do(f.create(key))
					assert.Empty(t, again.Error)
					assert.Equal(t, data == nil, again.Sent)
					got, metadata := g.Get(t, "a/b/"+key)
					assert.Equal(t, sum(f.text), sum(string(got)))
					assert.Equal(t, map[string]string{"checksum-sha256": f.sha256, "run-id": "7"}, metadata)
				})
			}
		}
		assert.NotContains(t, strings.Join(g.Keys(t, ""), " "), "probe")
	})
}

func TestCreateOverOthers(t *testing.T) {
	small, large := newFile(t, random(1000)), newFile(t, random(9<<20))
	gateways(t, func(t *testing.T, g *Gateway) {
		d := drive(t, place, g.Environment()...)
		for kind, f := range map[string]file{"request": small, "parts": large} {
			key := kind + ".whl"
			require.True(t, d.do(f.create(key)).Sent)
			other := newFile(t, f.text[1:]+"x")
			a := d.do(other.create(key))
			assert.Equal(t, "exists", a.Kind, a.Error)
			assert.Equal(t, f.sha256, a.SHA256)
			assert.Equal(t, "7", a.Metadata["run-id"])
			assert.Equal(t, place+"/"+key+": other bytes are there: got sha256 "+f.sha256+", want "+other.sha256, a.Error)
			// A composite checksum, none, and one that the metadata claims are no proof.
			for name, fault := range map[string]Fault{
				"composite": On(Is(http.MethodHead, ".whl"), Claim("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=-2")),
				"none":      On(Is(http.MethodHead, ".whl"), Claim("")),
			} {
				g.Break(fault)
				assert.Equal(t, f.sha256, d.do(other.create(key)).SHA256, name)
				a := d.do(f.create(key))
				assert.Equal(t, answer{SHA256: f.sha256, Version: a.Version, Size: int64(len(f.text))}, a, name)
				assert.Contains(t, strings.Join(g.Requests(), "\n"), http.MethodGet, name)
			}
			g.Break(On(Is(http.MethodGet, ".whl"), Refuse(403, "AccessDenied")))
			if kind == "parts" {
				assert.Contains(t, d.do(f.create(key)).Error, "the credentials lack s3:GetObject")
			}
			g.Break(nil)
			_, err := g.Client.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: aws.String(Bucket), Key: aws.String("a/b/claims-" + key), Body: strings.NewReader("other"),
				Metadata: map[string]string{"checksum-sha256": f.sha256},
			})
			require.NoError(t, err)
			assert.Equal(t, sum("other"), d.do(f.create("claims-"+key)).SHA256)
		}
		// What the store itself says decides, without reading it.
		g.Break(On(Is(http.MethodHead, ".whl"), Claim(base64.StdEncoding.EncodeToString(make([]byte, 32)))))
		assert.Equal(t, strings.Repeat("0", 64), d.do(small.create("request.whl")).SHA256)
		assert.NotContains(t, strings.Join(g.Requests(), "\n"), http.MethodGet)
		assert.Empty(t, g.Uploads(t))
	})
}

// A file that changed since it was verified never gets there, and is not tried
// twice.
func TestSourceChanged(t *testing.T) {
	driverProgram(t)
	g := Start(t)
	d := drive(t, place, g.Environment()...)
	for kind, size := range map[string]int{"request": 100_000, "parts": 9 << 20} {
		f := newFile(t, random(size))
		require.True(t, d.do(f.create("warm-"+kind+".whl")).Sent)
		for name, changed := range map[string]string{
			"first byte": "x" + f.text[1:], "last byte": f.text[:size-1] + "\x00", "shorter": f.text[1:], "longer": f.text + "x", "empty": "",
		} {
			require.NoError(t, os.WriteFile(f.path, []byte(changed), 0o644))
			g.Break(nil)
			a := d.do(f.create("changed.whl"))
			assert.Equal(t, "source", a.Kind, "%s %s: %s", kind, name, a.Error)
			assert.LessOrEqual(t, len(g.Requests()), 4)
			t.Logf("%-8s %-10s %d requests: %s", kind, name, len(g.Requests()), a.Error)
		}
		require.NoError(t, os.Remove(f.path))
		assert.Contains(t, d.do(f.create("changed.whl")).Error, "no such file")
	}
	assert.Empty(t, g.Keys(t, "a/b/changed"))
	assert.Empty(t, g.Uploads(t))
}

// A profile counts before the credentials of the environment.
func TestProfile(t *testing.T) {
	driverProgram(t)
	g := StartProcess(t)
	config := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(config, []byte("[profile wheels]\nregion = "+region+"\naws_access_key_id = "+user+"\naws_secret_access_key = "+secret+"\n"), 0o600))
	wrong := append(g.Environment(), "AWS_CONFIG_FILE="+config, "AWS_ACCESS_KEY_ID=other", "AWS_SECRET_ACCESS_KEY=other")
	small := newFile(t, "small").create("small.whl")
	assert.Contains(t, drive(t, place, wrong...).do(small).Error, "XAdminUserNotFound")
	assert.True(t, drive(t, place, append(wrong, "STORE_DRIVER_PROFILE=wheels")...).do(small).Sent)
	assert.Contains(t, drive(t, place, append(wrong, "STORE_DRIVER_PROFILE=none-such")...).do(small).Error, "none-such")
}
