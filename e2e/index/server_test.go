package index

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// The content types of PEP 691.
const (
	typeJSON = "application/vnd.pypi.simple.v1+json"
	typeHTML = "application/vnd.pypi.simple.v1+html"
)

// server is a served index.
type server struct {
	// url is that of the pages.
	url string
	// served counts what was sent, by json, html, metadata and wheel; nil where
	// the server does not tell.
	served func() map[string]int
}

var listening = regexp.MustCompile(`port (\d+)`)

// static serves a folder with Python's http.server, which knows no negotiation.
func static(t *testing.T, root string) server {
	command := exec.Command("python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", root, "0")
	command.Stderr = nil
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	port := listening.FindStringSubmatch(line)
	require.NotNil(t, port, line)
	return server{url: "http://127.0.0.1:" + port[1] + "/simple/"}
}

// negotiating serves a folder as docs/index.md tells nginx to: a page in JSON to
// clients that ask for it. Other clients get HTML.
func negotiating(t *testing.T, root string) server {
	var mu sync.Mutex
	counts := map[string]int{}
	count := func(kind string) {
		mu.Lock()
		defer mu.Unlock()
		counts[kind]++
	}
	files := http.FileServer(http.Dir(root))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := strings.HasPrefix(r.URL.Path, "/simple/") && strings.HasSuffix(r.URL.Path, "/")
		switch {
		case page && strings.Contains(r.Header.Get("Accept"), typeJSON):
			data, err := os.ReadFile(path.Join(root, r.URL.Path, "index.json"))
			if err != nil {
				http.NotFound(w, r)
				return
			}
			count("json")
			w.Header().Set("Content-Type", typeJSON)
			_, _ = w.Write(data)
			return
		case page:
			count("html")
			w.Header().Set("Content-Type", typeHTML)
		case strings.HasSuffix(r.URL.Path, ".metadata"):
			count("metadata")
		case strings.HasSuffix(r.URL.Path, ".whl"):
			count("wheel")
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return server{s.URL + "/simple/", func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		old := counts
		counts = map[string]int{}
		return old
	}}
}
