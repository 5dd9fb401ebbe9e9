package verify

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// large is a folder with a wheel of 8 MB, and its manifest.
func large(t *testing.T) (dir, manifest string) {
	t.Helper()
	noise := make([]byte, 8<<20)
	_, err := rand.Read(noise)
	require.NoError(t, err)
	dir = filepath.Join(t.TempDir(), "wheels")
	source := filepath.Join(t.TempDir(), "noise")
	require.NoError(t, os.WriteFile(source, noise, 0o644))
	put(t, wheel.Make(t, torch, "torch", "--file=torch/lib/noise.bin="+source), dir, torch)
	return dir, manifestOf(t, dir, "--accelerator=cpu")
}

// cutter stands before a server. It cuts a connection once it brought 3 MB, as
// many times as it may, and counts how often it did.
type cutter struct {
	address string
	left    atomic.Int64
	cut     atomic.Int64
}

const most = 3 << 20

func newCutter(t *testing.T, url string, times int64) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, listener.Close()) })
	c := &cutter{address: "http://" + listener.Addr().String()}
	c.left.Store(times)
	behind := strings.TrimPrefix(strings.TrimSuffix(url, "/"), "http://")
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // closed
			}
			go c.carry(client, behind)
		}
	}()
	return c
}

func (c *cutter) carry(client net.Conn, behind string) {
	defer client.Close()
	server, err := net.Dial("tcp", behind)
	if err != nil {
		return // the client sees a closed connection
	}
	defer server.Close()
	go func() { _, _ = io.Copy(server, client) }()
	if n, _ := io.CopyN(client, server, most); n < most {
		return
	}
	if c.left.Add(-1) >= 0 {
		c.cut.Add(1)
		return
	}
	_, _ = io.Copy(client, server)
}

func TestCutConnections(t *testing.T) {
	dir, manifest := large(t)
	ranges := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer ranges.Close()
	for name, url := range map[string]string{"ranges": ranges.URL, "no ranges": python(t, dir)} {
		t.Run(name, func(t *testing.T) {
			c := newCutter(t, url, 2)
			a := call(t, "verify", manifest, "--wheels="+c.address, "--contents", "--format=text")
			assert.Zero(t, a.exit, a.stdout)
			assert.EqualValues(t, 2, c.cut.Load())
			assert.Contains(t, a.last(), "PASSED: 1 wheel: 1 verified")

			// What is taken up is hashed as a whole.
			flip(t, dir, torch)
			c = newCutter(t, url, 2)
			a = call(t, "verify", manifest, "--wheels="+c.address, "--format=text")
			flip(t, dir, torch)
			assert.Equal(t, 1, a.exit)
			assert.EqualValues(t, 2, c.cut.Load())
			assert.Contains(t, a.stdout, "[artifact_digest_differs]")
		})
	}
}

// TestServerThatIsGone: what was found before stays said.
func TestServerThatIsGone(t *testing.T) {
	dir, manifest := set(t)
	flip(t, dir, "gfx942", vision)
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/"+torch) {
			http.Error(w, "::error::no", http.StatusForbidden)
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	a := call(t, "verify", manifest, "--wheels="+server.URL, "--format=text")
	assert.Equal(t, 3, a.exit)
	assert.Contains(t, a.stdout, "[artifact_digest_differs]")
	assert.Contains(t, a.stdout, "[artifact_unreadable]")
	assert.Contains(t, a.last(), "FAILED: 2 wheels: 0 verified, 0 missing, 1 differing, 1 unreadable")
	server.Close()
	a = call(t, "verify", manifest, "--wheels="+server.URL)
	assert.Equal(t, 3, a.exit)
	assert.Contains(t, a.last(), "FAILED: the place of the wheels cannot be read")
}

// TestInterruptedCall: a program that is interrupted in the middle of a body
// leaves no copy of it.
func TestInterruptedCall(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) { interruptedCall(t, signal) })
	}
}

func interruptedCall(t *testing.T, signal syscall.Signal) {
	dir, manifest := large(t)
	data, err := os.ReadFile(filepath.Join(dir, torch))
	require.NoError(t, err)
	begun, over := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, ".whl") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		if r.Method == http.MethodHead {
			return
		}
		_, _ = w.Write(data[:most])
		w.(http.Flusher).Flush()
		close(begun)
		<-over
	}))
	defer server.Close()
	defer close(over)
	tmp := t.TempDir()
	c := command(t, "verify", manifest, "--wheels="+server.URL, "--contents")
	c.Env = append(os.Environ(), "TMPDIR="+tmp)
	go func() {
		<-begun
		_ = c.Process.Signal(signal) // a program that is gone fails the test below
	}()
	a := finish(t, c)
	assert.Equal(t, 130, a.exit, a.stdout+a.stderr)
	assert.Empty(t, a.stdout)
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	assert.Empty(t, left)
}
