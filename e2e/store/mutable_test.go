package store

import (
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everywhere runs a test at both kinds of server and in a folder. keys are what
// is there.
func everywhere(t *testing.T, test func(t *testing.T, place string, environment []string, keys func() []string)) {
	gateways(t, func(t *testing.T, g *Gateway) {
		test(t, place, g.Environment(), func() []string { return g.Keys(t, "a/b/") })
	})
	t.Run("folder", func(t *testing.T) {
		dir := t.TempDir() + "/a b"
		test(t, "file://"+strings.ReplaceAll(dir, " ", "%20"), nil, func() []string { return walk(t, dir) })
	})
}

const racers = 8

func TestRaceToCreate(t *testing.T) {
	everywhere(t, func(t *testing.T, place string, environment []string, keys func() []string) {
		for kind, size := range map[string]int{"request": 200_000, "parts": 9 << 20} {
			one, other := newFile(t, "1"+random(size)), newFile(t, "2"+random(size))
			answers := race(t, place, environment, func(i int) order {
				if i%2 == 0 {
					return one.create("w/" + kind + ".whl")
				}
				return other.create("w/" + kind + ".whl")
			})
			sent, won := 0, ""
			for i, a := range answers {
				if a.Sent {
					sent, won = sent+1, []string{one.sha256, other.sha256}[i%2]
				}
			}
			assert.Equal(t, 1, sent, "%s: exactly one is sent", kind)
			for i, a := range answers {
				mine := []string{one.sha256, other.sha256}[i%2]
				assert.Equal(t, won, a.SHA256, "what is there: %s", a.Error)
				assert.Equal(t, mine != won, a.Kind == "exists", a.Error)
				assert.Equal(t, mine == won, a.Error == "", a.Error)
			}
		}
		assert.Len(t, keys(), 2, "nothing else is left: %v", keys())
	})
}

func TestRaceToReplace(t *testing.T) {
	everywhere(t, func(t *testing.T, place string, environment []string, keys func() []string) {
		const each = 5
		var want []string
		drivers := make([]*driver, racers)
		for i := range drivers {
			drivers[i] = drive(t, place, environment...)
			for n := range each {
				want = append(want, fmt.Sprintf("%d-%d", i, n))
			}
		}
		var all sync.WaitGroup
		for i, d := range drivers {
			all.Go(func() {
				for n := range each {
					a, err := d.try(order{"Do": "count", "Key": "pointers/counter", "Text": fmt.Sprintf("%d-%d", i, n)})
					assert.NoError(t, err)
					assert.Empty(t, a.Error)
				}
			})
		}
		all.Wait()
		got := strings.Split(strings.TrimSpace(drivers[0].do(order{"Do": "current", "Key": "pointers/counter"}).Text), "\n")
		sort.Strings(got)
		assert.Equal(t, want, got, "no update is lost, and none is made twice")
		assert.Len(t, keys(), 1, "nothing else is left: %v", keys())
	})
}

// race gives each of the racers its order at once.
func race(t *testing.T, place string, environment []string, orders func(i int) order) []answer {
	drivers, answers := make([]*driver, racers), make([]answer, racers)
	for i := range drivers {
		drivers[i] = drive(t, place, environment...)
	}
	var all sync.WaitGroup
	for i, d := range drivers {
		all.Go(func() {
			var err error
			answers[i], err = d.try(orders(i))
			assert.NoError(t, err)
		})
	}
	all.Wait()
	return answers
}

func TestReplace(t *testing.T) {
	everywhere(t, func(t *testing.T, place string, environment []string, keys func() []string) {
		d := drive(t, place, environment...)
		put := func(was, text string) answer {
			return d.do(order{"Do": "replace", "Key": "p/latest.json", "Was": was, "Text": text, "CacheControl": "no-cache"})
		}
		assert.Equal(t, "absent", d.do(order{"Do": "current", "Key": "p/latest.json"}).Kind)
		assert.Equal(t, "changed", put(`"00000000000000000000000000000000"`, "0").Kind, "nothing is there")
		first := put("", "1")
		require.Empty(t, first.Error)
		assert.Equal(t, "changed", put("", "2").Kind, "something is there")
		now := d.do(order{"Do": "current", "Key": "p/latest.json"})
		assert.Equal(t, answer{Text: "1", Version: first.Version}, now)
		second := put(now.Version, "22")
		require.Empty(t, second.Error)
		assert.Equal(t, "changed", put(now.Version, "3").Kind, "the version was replaced")
		assert.Equal(t, answer{Text: "22", Version: second.Version}, d.do(order{"Do": "current", "Key": "p/latest.json"}))
		assert.Equal(t, "source", d.do(order{"Do": "replace", "Key": "p/latest.json", "Was": second.Version, "Text": "4", "SHA256": strings.Repeat("0", 64)}).Kind)
		assert.Equal(t, "22", d.do(order{"Do": "current", "Key": "p/latest.json"}).Text)
		for _, k := range []string{"", "/a", "a//b", "../a", "a\x00b"} {
			assert.NotEmpty(t, d.do(order{"Do": "create", "Key": k, "Text": "x"}).Error, k)
			assert.NotEmpty(t, d.do(order{"Do": "replace", "Key": k, "Text": "x"}).Error, k)
			assert.NotEmpty(t, d.do(order{"Do": "current", "Key": k}).Error, k)
		}
		for _, k := range []string{"p/a+b.json", "p2/c", "é/ü.json"} {
			require.Empty(t, d.do(order{"Do": "create", "Key": k, "Text": "x"}).Error, k)
		}
		assert.Equal(t, []string{"p/a+b.json", "p/latest.json"}, d.do(order{"Do": "list", "Key": "p/"}).Keys)
		assert.Equal(t, []string{"p/a+b.json", "p/latest.json", "p2/c", "é/ü.json"}, d.do(order{"Do": "list"}).Keys)
		assert.Empty(t, d.do(order{"Do": "probe"}).Error)
		assert.Len(t, keys(), 4)
	})
}

// The answers of Replace to faults.
func TestReplaceFaults(t *testing.T) {
	driverProgram(t)
	g := StartProcess(t)
	d := drive(t, place, g.Environment()...)
	version := d.do(order{"Do": "replace", "Key": "p", "Text": "0"}).Version
	for i, c := range []struct {
		name  string
		fault Fault
		want  string
	}{
		{"409", On(sends, Refuse(409, "ConditionalRequestConflict")), "changed"},
		{"412", On(sends, Refuse(412, "PreconditionFailed")), "changed"},
		{"404", On(sends, Refuse(404, "NoSuchKey")), "changed"},
		{"404, no bucket", On(sends, Refuse(404, "NoSuchBucket")), "404 NoSuchBucket"},
		{"403", On(sends, Refuse(403, "AccessDenied")), "s3:PutObject"},
		{"503, twice", On(sends, First(2, Refuse(503, "SlowDown"))), ""},
		{"429, twice", On(sends, First(2, Refuse(429, "SlowDown"))), ""},
		{"cut before", On(sends, First(2, Sever)), ""},
		{"cut after", On(sends, First(1, Lose)), ""},
		{"cut after, and somebody else", On(sends, First(1, both(Lose, overtaken(t, g)))), "changed"},
	} {
		g.Break(c.fault)
		text := fmt.Sprint("text ", i)
		a := d.do(order{"Do": "replace", "Key": "p", "Was": version, "Text": text})
		g.Break(nil)
		now := d.do(order{"Do": "current", "Key": "p"})
		t.Logf("%-30s %s", c.name, a.Error)
		if c.want == "" {
			assert.Empty(t, a.Error, c.name)
			assert.Equal(t, answer{Text: text, Version: a.Version}, now, c.name)
		} else {
			assert.Contains(t, a.Kind+" "+a.Error, c.want, c.name)
			assert.NotEqual(t, text, now.Text, c.name)
		}
		version = now.Version
	}
}

// overtaken puts something else once the server has done what it was asked for.
func overtaken(t *testing.T, g *Gateway) Fault {
	return func(_ int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
		return overtaking{w, func() { g.Put(t, "a/b/p", []byte("faster")) }}, false
	}
}

type overtaking struct {
	http.ResponseWriter
	put func()
}

func (o overtaking) WriteHeader(status int) {
	o.put()
	o.ResponseWriter.WriteHeader(status)
}
