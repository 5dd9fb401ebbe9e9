package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		statuses []int
		tries    int
		want     string // empty for success
	}{
		{[]int{503, 429, 500, 502}, 5, ""},
		{[]int{408, 504}, 3, ""},
		{[]int{503, 503, 503, 503, 503}, 5, "503 Service Unavailable"},
		{[]int{401}, 1, "401 Unauthorized"},
		{[]int{403}, 1, "403 Forbidden"},
		{[]int{404}, 1, "404 Not Found"},
		{[]int{410}, 1, "410 Gone"},
		{[]int{503, 404}, 2, "404 Not Found"},
		{[]int{501}, 1, "501 Not Implemented"},
		{[]int{204}, 1, "204 No Content"},
		{[]int{206}, 1, "another part"},
		{[]int{416}, 1, "416"},
		{[]int{599}, 1, "599"},
		{[]int{302}, 1, "302 Found"}, // without Location
	} {
		t.Run(fmt.Sprint(c.statuses), func(t *testing.T) {
			var tries int
			url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if tries++; tries <= len(c.statuses) {
					w.WriteHeader(c.statuses[tries-1])
					return
				}
				io.WriteString(w, "good")
			})
			data, err := ReadWith(t.Context(), url+"/x?secret=1", 100, quick())
			assert.Equal(t, c.tries, tries)
			if c.want == "" {
				require.NoError(t, err)
				assert.Equal(t, "good", string(data))
				return
			}
			harmless(t, err, "secret")
			assert.ErrorContains(t, err, url+"/x: ")
			assert.ErrorContains(t, err, c.want)
			last := c.statuses[len(c.statuses)-1]
			assert.Equal(t, last == 404 || last == 410, errors.Is(err, fs.ErrNotExist))
		})
	}
}

func TestPauses(t *testing.T) {
	answers := []string{"7", "0", "100000", "x"}
	var paused []time.Duration
	url, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if len(answers) > 0 {
			w.Header().Set("Retry-After", answers[0])
			answers = answers[1:]
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	_, err := ReadWith(t.Context(), url, 1, Options{}.WithoutPauses(func(d time.Duration) { paused = append(paused, d) }))
	require.NoError(t, err)
	assert.Equal(t, []time.Duration{7 * time.Second, 0, time.Minute, 0}, paused)
	assert.Len(t, asked.all(), 5)

	for try := 1; try < 20; try++ {
		whole := min(time.Second/2<<(try-1), 8*time.Second)
		for range 100 {
			d := Backoff(try)
			assert.True(t, whole/2 <= d && d < whole, "%d: %s", try, d)
		}
	}
	assert.Equal(t, time.Minute, Asked(time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)))
	assert.Zero(t, Asked("Mon, 24 Nov 2025 08:30:00 GMT"))
	assert.Zero(t, Asked("-1"))
}

func TestStalls(t *testing.T) {
	done := make(chan struct{})
	defer close(done)
	for name, c := range map[string]struct {
		header, stall time.Duration
		answer        func(w http.ResponseWriter)
	}{
		"no header": {10 * time.Millisecond, time.Hour, func(http.ResponseWriter) {}},
		"no body": {time.Hour, 10 * time.Millisecond, func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "10")
			io.WriteString(w, "a")
			w.(http.Flusher).Flush()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			url, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
				c.answer(w)
				select {
				case <-r.Context().Done():
				case <-done:
				}
			})
			_, err := ReadWith(t.Context(), url+"/x", 100, quick().WithWaits(c.header, c.stall))
			harmless(t, err)
			assert.ErrorContains(t, err, "the server sent nothing for too long")
			assert.Len(t, asked.all(), Attempts)
			assert.NotErrorIs(t, err, context.Canceled)
		})
	}
}

func TestInterrupted(t *testing.T) {
	begun, done := make(chan struct{}, 10), make(chan struct{})
	defer close(done)
	url, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "a")
		w.(http.Flusher).Flush()
		begun <- struct{}{}
		<-done
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	_, err := ReadWith(ctx, url+"/x", 100, Options{})
	harmless(t, err)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, asked.all(), 1)
}

func TestLimit(t *testing.T) {
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil { // an endless body
			if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
				return
			}
		}
	})
	_, err := ReadWith(t.Context(), url+"/x", 1000, quick())
	harmless(t, err)
	assert.ErrorContains(t, err, url+"/x: has more than 1000 bytes")
	_, err = Open(t.Context(), url, quick())
	require.ErrorContains(t, err, "a page of more than 67108864 bytes")
}

func TestLength(t *testing.T) {
	for name, c := range map[string]struct{ length, want string }{
		"too long": {"5", ""}, "right": {"10", ""}, "too short": {"20", "broke off after 10 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				conn, _, err := w.(http.Hijacker).Hijack()
				if assert.NoError(t, err) {
					fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %s\r\n\r\n0123456789", c.length)
					conn.Close()
				}
			})
			data, err := ReadWith(t.Context(), url+"/x", 100, quick())
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix("0123456789", string(data)))
		})
	}
}

func TestEncoded(t *testing.T) {
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip\t")
		io.WriteString(w, "x")
	})
	_, err := ReadWith(t.Context(), url+"/x", 100, quick())
	harmless(t, err)
	require.ErrorContains(t, err, "encoded as gzip")
}
